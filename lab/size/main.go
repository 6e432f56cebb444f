// SPDX-License-Identifier: BSD-3-Clause

// Command size prints what Quine costs on devices and fails when a part exceeds
// its budget.
//
//	size -o build/size.json build/microbit build/mps2-an386
//
// Each folder is what a board's Makefile leaves: v1.elf, v1.bin and the objects. Ports of
// real parts are linked and measured besides, see port.go, and the stream decoder by
// itself, see decoder.go.
package main

import (
	"context"
	"debug/elf"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A figure is one measured size, or what its name says.
type figure struct {
	Name   string `json:"name"`
	Bytes  int    `json:"bytes"`
	Budget int    `json:"budget,omitempty"` // 0 for none
}

// A board is what was measured in one folder, or the decoder for a processor. All
// boards of a table have the same figures.
type board struct {
	Name    string   `json:"name"`
	Figures []figure `json:"figures"`
}

func main() {
	out := flag.String("o", "", "also write the figures as JSON to `file`")
	library := flag.String("device", "device", "`folder` of the device library")
	flag.Parse()
	if flag.NArg() < 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := run(flag.Args(), *library, *out); err != nil {
		fmt.Fprintln(os.Stderr, "size:", err)
		os.Exit(1)
	}
}

func run(dirs []string, library, out string) error {
	var boards []board
	for _, dir := range dirs {
		figures, err := measure(dir)
		if err != nil {
			return err
		}
		boards = append(boards, board{filepath.Base(dir), figures})
	}
	for rest := boards; len(rest) > 0; { // those with the same budgets in a table
		n := 1
		for n < len(rest) && rest[n].Figures[0].Budget == rest[0].Figures[0].Budget {
			n++
		}
		table(rest[:n])
		fmt.Println()
		rest = rest[n:]
	}
	for _, list := range ports {
		var linked []board
		for _, p := range list {
			b, err := p.measure(context.Background(), library)
			if err != nil {
				return err
			}
			linked = append(linked, b)
		}
		table(linked)
		fmt.Println()
		boards = append(boards, linked...)
	}
	alone, err := decoders(context.Background(), library)
	if err != nil {
		return err
	}
	table(alone)
	verify, err := verifications(context.Background(), library)
	if err != nil {
		return err
	}
	fmt.Println()
	table(verify)
	large, err := spinors(context.Background(), library)
	if err != nil {
		return err
	}
	fmt.Println()
	table(large)
	boards = append(append(append(boards, alone...), verify...), large...)
	if out != "" {
		data, err := json.MarshalIndent(boards, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(out, append(data, '\n'), 0o644); err != nil {
			return err
		}
	}
	return overBudget(boards)
}

// limits returns the budgets of a board's boot sector, of its RAM kernel and of RAM.
func limits(dir string) (boot, kernel, ram int) {
	switch {
	case strings.HasSuffix(dir, "-signed"):
		return bootSigned, kernelMax, ramSigned
	case strings.HasSuffix(dir, "-encrypted"):
		return bootEncrypted, 1536, 2688
	case strings.HasPrefix(filepath.Base(dir), "mps2-"):
		return bootEmulated, kernelMax, ramMax
	}
	return bootInternal, kernelMax, ramMax
}

// measure reads the linked example, its objects and the sealed release.
func measure(dir string) ([]figure, error) {
	elf := filepath.Join(dir, "v1.elf")
	symbols, err := symbols(elf)
	if err != nil {
		return nil, err
	}
	boot, kernel, ram := limits(dir)
	figures, err := bootFigures(elf, boot, kernel, ram)
	if err != nil {
		return nil, err
	}
	n, err := instructions(dir)
	if err != nil {
		return nil, err
	}
	figures = append(figures,
		figure{"RAM kept over a reset", int(symbols["quine_scratch"].Value - symbols["quine_record"].Value), 16},
		figure{"instructions to start", n, instructionsMax},
		figure{"update context", int(symbols["update"].Size), 0})
	for _, module := range []struct{ name, files string }{
		{"quine_update", "quine_update*.o quine_cmac*.o"}, // the second of encrypted builds
		{"quine_patch", "quine_patch*.o"},
		{"quine_stream", "quine_stream*.o"},
	} {
		var objects []string
		for pattern := range strings.FieldsSeq(module.files) {
			found, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				return nil, err
			}
			objects = append(objects, found...)
		}
		total := 0
		for _, object := range objects {
			n, err := code(object)
			if err != nil {
				return nil, err
			}
			total += n
		}
		figures = append(figures, figure{Name: "flash of " + module.name, Bytes: total})
	}
	return figures, nil
}

func symbols(path string) (map[string]elf.Symbol, error) {
	f, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.Symbols()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	byName := map[string]elf.Symbol{}
	for _, s := range list {
		byName[s.Name] = s
	}
	for _, name := range []string{"quine_flash", "quine_boot_end", "quine_kernel_start",
		"quine_kernel_end", "quine_record", "quine_scratch"} {
		if _, ok := byName[name]; !ok {
			return nil, fmt.Errorf("%s has no symbol %s; is it linked with quine.ld?", path, name)
		}
	}
	return byName, nil
}

// code returns the bytes of flash that an object takes outside the boot sector.
func code(path string) (int, error) {
	f, err := elf.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	n := 0
	for _, s := range f.Sections {
		if s.Flags&elf.SHF_ALLOC != 0 && s.Type == elf.SHT_PROGBITS && !strings.HasPrefix(s.Name, ".quine.") {
			n += int(s.Size)
		}
	}
	return n, nil
}

// table prints a line for each figure, with a column for each board: the figure, and its
// budget if it has one.
func table(boards []board) {
	fmt.Printf("%-26s", "bytes")
	for _, b := range boards {
		fmt.Printf(" %17s", b.Name)
	}
	fmt.Println()
	for i, f := range boards[0].Figures {
		fmt.Printf("%-26s", f.Name)
		for _, b := range boards {
			f := b.Figures[i]
			text := fmt.Sprint(f.Bytes)
			if f.Budget > 0 {
				text += fmt.Sprintf(" of %d", f.Budget)
			}
			fmt.Printf(" %17s", text)
		}
		fmt.Println()
	}
}

// overBudget fails when a figure exceeds its budget.
func overBudget(boards []board) error {
	var over []string
	for _, b := range boards {
		for _, f := range b.Figures {
			if f.Budget > 0 && f.Bytes > f.Budget {
				over = append(over, fmt.Sprintf("%s on %s", f.Name, b.Name))
			}
		}
	}
	if len(over) > 0 {
		return fmt.Errorf("over budget: %s", strings.Join(over, ", "))
	}
	return nil
}
