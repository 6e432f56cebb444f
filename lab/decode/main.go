// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"

	"github.com/quine-fw/quine/lab/cross"
	"github.com/quine-fw/quine/patch"
)

// defaultPairs are a small, a middle and the largest change of the corpus.
const defaultPairs = "simba-synth-1-2,vesc410-3.61-3.62,vesc410-5.02-5.03"

// A result is what decoding one patch takes. The file that -o names holds a list of
// them.
type result struct {
	Pair         string  `json:"pair"`
	CPU          string  `json:"cpu"`
	Patch        int     `json:"patch"`        // bytes
	NewSize      int     `json:"new_size"`     // bytes
	Instructions uint64  `json:"instructions"` // of the decoder
	PerByte      float64 `json:"per_byte"`     // instructions for a byte of the new image
	Stack        int     `json:"stack"`        // bytes that the decoder used
}

// settings are the command line.
type settings struct {
	corpus, lib, firmware, output string
	pairs                         []string
}

func main() {
	s := &settings{}
	flag.StringVar(&s.corpus, "corpus", "", "`folder` with the pairs")
	flag.StringVar(&s.lib, "device", "device", "`folder` of the device library")
	flag.StringVar(&s.firmware, "firmware", "lab/decode/firmware", "`folder` of the firmware that counts")
	flag.StringVar(&s.output, "o", "", "also write the results as JSON to this `file`")
	pairs := flag.String("pairs", defaultPairs, "`names` of pairs, separated by commas")
	flag.Parse()
	if s.corpus == "" || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "decode: tell the folder of the pairs with -corpus, and nothing else (make bench-decode CORPUS=DIR)")
		os.Exit(2)
	}
	s.pairs = strings.Split(*pairs, ",")
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := s.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "decode:", err)
		os.Exit(1)
	}
}

// run measures all pairs on all processors.
func (s *settings) run(ctx context.Context) error {
	fmt.Printf("%12s %10s %10s %10s %14s %8s  pair\n", "processor", "new", "patch", "%", "instr./byte", "stack")
	var results []result
	for _, cpu := range []string{cross.M0, cross.M4} {
		dir, err := os.MkdirTemp("", "quine-decode-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		f, err := build(ctx, s.lib, s.firmware, dir, cpu)
		if err != nil {
			return err
		}
		for _, name := range s.pairs {
			r, err := f.measure(ctx, filepath.Join(s.corpus, name))
			if err != nil {
				return fmt.Errorf("%s on %s: %w", name, cpu, err)
			}
			fmt.Printf("%12s %10d %10d %10.2f %14.1f %8d  %s\n", cpu, r.NewSize, r.Patch,
				100*float64(r.Patch)/float64(max(r.NewSize, 1)), r.PerByte, r.Stack, name)
			results = append(results, r)
		}
	}
	if s.output == "" {
		return nil
	}
	data, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(s.output, append(data, '\n'), 0o666)
}

// measure makes the raw patch of the pair in dir and has f decode it.
func (f *firmware) measure(ctx context.Context, dir string) (result, error) {
	old, err := os.ReadFile(filepath.Join(dir, "old.bin"))
	if err != nil {
		return result{}, err
	}
	new, err := os.ReadFile(filepath.Join(dir, "new.bin"))
	if err != nil {
		return result{}, err
	}
	p, err := patch.CreateRaw(old, new, nil)
	if err != nil {
		return result{}, err
	}
	h, err := patch.ParseHeader(p)
	if err != nil {
		return result{}, err
	}
	if len(new) == 0 {
		return result{}, errors.New("new image is empty")
	}
	c, err := f.run(ctx, old, new, p[h.Size:])
	return result{
		Pair: filepath.Base(dir), CPU: f.cpu, Patch: len(p), NewSize: len(new),
		Instructions: c.Instructions, PerByte: float64(c.Instructions) / float64(len(new)), Stack: c.Stack,
	}, err
}
