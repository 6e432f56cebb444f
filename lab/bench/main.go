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
	"runtime"
	"strconv"
	"strings"
)

func main() {
	if isChild() {
		os.Exit(child(os.Args[1:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// settings are the command line.
type settings struct {
	corpus, output string
	efforts        []int
	full           bool
	growth         []int // MiB
}

func parse(args []string) (*settings, error) {
	s := &settings{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&s.corpus, "corpus", "", "`folder` with the pairs")
	f.StringVar(&s.output, "o", "", "also write the results as JSON to this `file`")
	efforts := f.String("effort", "", "`efforts`, separated by commas (default the usual and the highest)")
	growth := f.String("growth", "1,2,4,8,16", "`sizes` in MiB for the growth test, empty for none")
	f.BoolVar(&s.full, "full", true, "measure full patches")
	err := f.Parse(args)
	if err != nil {
		return nil, err
	}
	if s.corpus == "" || f.NArg() > 0 {
		return nil, errors.New("tell the folder of the pairs with -corpus, and nothing else (make bench CORPUS=DIR)")
	}
	if s.efforts, err = numbers(*efforts); err != nil {
		return nil, err
	}
	if s.efforts == nil {
		s.efforts = []int{effortDefault}
		if effortMax != effortDefault {
			s.efforts = append(s.efforts, effortMax)
		}
	}
	s.growth, err = numbers(*growth)
	return s, err
}

// numbers parses numbers separated by commas.
func numbers(list string) ([]int, error) {
	var out []int
	for _, field := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		n, err := strconv.Atoi(field)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%q is no number", field)
		}
		out = append(out, n)
	}
	return out, nil
}

// run does what the command line says.
func run(ctx context.Context, args []string) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	c, err := readCorpus(s.corpus)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "quine-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := newEncoder(ctx, dir)
	if err != nil {
		return err
	}
	r := &Report{Schema: schema, Corpus: s.corpus, Go: runtime.Version(), CPUs: runtime.NumCPU(), IdleMemory: e.idle}
	if err := r.measure(ctx, e, c, s); err != nil {
		return err
	}
	return save(r, s.output)
}

// measure fills r and prints each part as soon as it is known.
func (r *Report) measure(ctx context.Context, e *encoder, c *corpus, s *settings) error {
	p := newProgress()
	for _, effort := range s.efforts {
		run, err := newRun(ctx, e, c, effort, p)
		if err != nil {
			return err
		}
		r.Runs = append(r.Runs, run)
		if err := run.print(os.Stdout, c.peers); err != nil {
			return err
		}
	}
	if s.full {
		full, err := newFull(ctx, c, p)
		if err != nil {
			return err
		}
		r.Full = full
		if err := full.print(os.Stdout); err != nil {
			return err
		}
	}
	if len(s.growth) == 0 {
		return nil
	}
	var err error
	if r.Growth, err = growth(ctx, e, c, s.growth, p); err != nil {
		return err
	}
	return printGrowth(os.Stdout, r.Growth)
}

// save writes r to a file unless its name is empty.
func save(r *Report, name string) error {
	if name == "" {
		return nil
	}
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o666)
}
