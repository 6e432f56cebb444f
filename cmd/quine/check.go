// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image/check"
)

func newCheck(c *console) *cobra.Command {
	var opts check.Options
	var json, quiet bool
	cmd := &cobra.Command{
		Use:   "check ELF",
		Short: "Prove that boot code stands alone, and show the boot sector",
		Long: `Check disassembles what the linker wrote and proves what an update relies on: that
boot code stays in the first 4096 bytes, that what boot copies to RAM runs there by
itself, that neither calls a library, that vectors, boot info and manifest are where
they must be, that the application does not depend on where boot functions lie, and
how much stack boot needs. It shows what the 4096 bytes are spent on. It ends with
status 1 if a proof fails, and names the place and the cure.

Link with -Wl,--emit-relocs to let it tell addresses from numbers without guessing.`,
		Example: `  quine check app.elf
  quine check app.elf --max-boot 1280 --max-ram 1536
  quine check app.elf --json | jq .budget`,
		Args: operands("ELF"),
	}
	cmd.RunE = verb(func(args []string) error { return c.check(args[0], opts, json, quiet) })
	flags := cmd.Flags()
	flags.Uint32Var(&opts.MaxBoot, "max-boot", 0, "fail if boot code has more than this many `bytes` (default 4096)")
	flags.Uint32Var(&opts.MaxStack, "max-stack", 0, "fail if boot needs more than this many `bytes` of stack")
	flags.Uint32Var(&opts.MaxRAM, "max-ram", 0, "fail if boot needs more than this many `bytes` of RAM beyond its 4096-byte buffer")
	flags.BoolVar(&opts.CallsROM, "calls-rom", false, "allow the RAM kernel to call through pointers, as for flash functions in ROM (RP2040)")
	flags.BoolVarP(&quiet, "quiet", "q", false, "say nothing if all rules are kept")
	jsonFlag(cmd, &json)
	return cmd
}

// check is the verb.
func (c *console) check(name string, opts check.Options, json, quiet bool) error {
	data, err := c.read(name)
	if err != nil {
		return err
	}
	r, err := check.ELF(data, opts)
	if err != nil {
		return inFile(name, err)
	}
	switch {
	case json:
		err = writeJSON(c.out, r)
	case !quiet || !r.OK():
		err = writeCheck(c.out, r)
	}
	if err != nil {
		return err
	}
	return c.todo(name, r)
}

// todo says what is left to do, in order, and fails if that is a broken rule.
func (c *console) todo(name string, r *check.Report) error {
	n := len(r.Findings)
	for i, f := range r.Findings {
		step := ""
		if n > 1 {
			step = fmt.Sprintf("%d of %d: ", i+1, n)
		}
		fmt.Fprintf(c.err, "quine: error: %s\nquine: hint: %s\n", message(inFile(name, errors.New(step+f.String()))), f.Cure)
	}
	if len(r.Missing) > 0 {
		fmt.Fprintf(c.err, "quine: warning: %s\nquine: hint: %s\n",
			message(inFile(name, fmt.Errorf("nothing calls %s: a device with this firmware takes no update", strings.Join(r.Missing, ", ")))),
			"call the functions of quine.h where patches arrive, before anything of this is released")
	}
	switch n {
	case 0:
		return nil
	case 1:
		return inFile(name, errors.New("one rule is broken"))
	}
	return inFile(name, fmt.Errorf("%d rules are broken; begin with the first", n))
}

// writeCheck writes r for people.
func writeCheck(w io.Writer, r *check.Report) error {
	if len(r.Map) == 0 {
		return nil // nothing is known
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "offset\tbytes\tkind\tname\n")
	for _, a := range r.Map {
		note := ""
		if a.Dead {
			note = "  (never runs)"
		}
		fmt.Fprintf(t, "0x%04x\t%5d\t%s\t%s\t%s%s\n", a.Offset, a.Size, a.Kind, a.Name, bar(a), note)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	b := &r.Budget
	field(t, "boot sector", "%d of 4096 bytes, %d free", b.Boot, b.BootFree)
	field(t, "kernel", "%d bytes in RAM, within the boot sector's", b.Kernel)
	field(t, "code", "%d instructions in %d functions, %d calls through pointers", r.Instructions, r.Functions, r.PointerCalls)
	field(t, "vectors", "%d", r.Vectors)
	field(t, "stack", "%d bytes: %s", b.Stack, frames(r.DeepestPath))
	field(t, "ram", "%d bytes and %d for a boot sector", b.RAM, b.RAMBuffer)
	field(t, "application", "%d instructions", r.Application)
	how := "told from numbers by value and use; link with -Wl,--emit-relocs to be exact"
	if r.Exact {
		how = "known by relocations"
	}
	field(t, "addresses", "%s", how)
	if r.OK() {
		field(t, "rules", "all kept")
	}
	return t.Flush()
}

// bar draws the size of a.
func bar(a check.Area) string {
	const scale, width = 16, 24
	mark := map[string]string{check.KindCode: "#", check.KindKernel: "=", check.KindFree: "."}[a.Kind]
	if mark == "" {
		mark = "-"
	}
	n := int(a.Size+scale-1) / scale
	if n > width {
		return strings.Repeat(mark, width) + ">"
	}
	return strings.Repeat(mark, n)
}

// frames lists the functions of a path with the stack that each takes.
func frames(path []check.Frame) string {
	var list []string
	for _, f := range path {
		list = append(list, fmt.Sprintf("%s %d", f.Name, f.Bytes))
	}
	return strings.Join(list, " > ")
}
