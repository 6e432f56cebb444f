// SPDX-License-Identifier: BSD-3-Clause

package check

import "fmt"

// A Rule names what a [Finding] contradicts. The package comment tells what each one
// demands.
type Rule string

// The rules.
const (
	RuleLayout      Rule = "layout"
	RuleBoot        Rule = "boot"
	RuleKernel      Rule = "kernel"
	RuleLibrary     Rule = "library"
	RuleApplication Rule = "application"
	RuleStack       Rule = "stack"
	RuleBudget      Rule = "budget"
)

// A Finding is one violation.
type Finding struct {
	Rule    Rule   `json:"rule"`
	Symbol  string `json:"symbol,omitempty"` // what is at fault, as symbol+offset
	Address uint32 `json:"address"`          // where
	Message string `json:"message"`          // what is wrong
	Cure    string `json:"cure"`             // what to do about it
}

// String returns the finding on one line, without the cure.
func (f Finding) String() string {
	if f.Symbol == "" {
		return fmt.Sprintf("%s: %s", f.Rule, f.Message)
	}
	return fmt.Sprintf("%s: %s at 0x%08x %s", f.Rule, f.Symbol, f.Address, f.Message)
}

// Kinds of an [Area].
const (
	KindVectors = "vectors"
	KindData    = "data"
	KindCode    = "code"
	KindKernel  = "kernel"
	KindFree    = "free"
)

// An Area is a part of the boot sector.
type Area struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Offset uint32 `json:"offset"` // from the first byte of flash
	Size   uint32 `json:"size"`

	// Dead reports that no vector, no lent function and no other live function
	// leads to this code.
	Dead bool `json:"dead,omitempty"`
}

// A Frame is one function on the way to the deepest point of the stack.
type Frame struct {
	Name  string `json:"name"`
	Bytes uint32 `json:"bytes"` // that the function has pushed when it calls the next
}

// Budget tells what the boot sector needs. All sizes are bytes.
type Budget struct {
	Boot      uint32 `json:"boot"`       // of the 4096, the kernel included
	BootFree  uint32 `json:"boot_free"`  // left of them
	Kernel    uint32 `json:"kernel"`     // of flash, and again of RAM
	Stack     uint32 `json:"stack"`      // of boot, with a fault at its deepest point
	RAM       uint32 `json:"ram"`        // beyond the buffer for the boot sector
	RAMBuffer uint32 `json:"ram_buffer"` // that buffer
}

// A Report is what is known about an executable.
type Report struct {
	Findings []Finding `json:"findings"`
	Exact    bool      `json:"exact"` // addresses are known by relocations
	Budget   Budget    `json:"budget"`

	Vectors      int `json:"vectors"`       // entries of the part's vector table
	Functions    int `json:"functions"`     // that can run, in boot and kernel
	Instructions int `json:"instructions"`  // of boot and kernel, all decoded
	PointerCalls int `json:"pointer_calls"` // calls through registers, in boot
	Application  int `json:"application"`   // instructions of the application

	// Missing are the functions of the update client that the linker found no call
	// of: what is released without them takes no update.
	Missing []string `json:"missing,omitempty"`

	DeepestPath []Frame `json:"deepest_path"`
	Map         []Area  `json:"map"`
}

// OK reports whether nothing contradicts the rules.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// Options are the limits that an executable must keep. The zero value sets those of
// the hardware only.
type Options struct {
	MaxBoot  uint32 // bytes of boot code, 0 for 4096
	MaxStack uint32 // bytes of boot's stack, 0 for what RAM has
	MaxRAM   uint32 // bytes of RAM beyond the buffer for the boot sector, 0 for what RAM has

	// CallsROM allows calls through pointers in the kernel, which then must lead
	// to functions in the part's ROM, and addresses of its own functions. It is for parts
	// whose flash is programmed by their ROM; that those calls lead there is not proven,
	// and the stack of what they call is not counted.
	CallsROM bool
}
