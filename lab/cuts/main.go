// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"runtime"
)

var (
	sizeFlag    = flag.String("size", "ci", "how much to try: quick, ci or full")
	onlyFlag    = flag.String("only", "", "regular expression that build/scenario must match")
	workersFlag = flag.Int("j", runtime.NumCPU(), "sweeps at a time")
	libraryFlag = flag.String("device", "device", "device library to test")
	outFlag     = flag.String("o", "build/lab.json", "file for the results")
	mutantsFlag = flag.Bool("mutants", false, "seed bugs in the device library and see that each is caught")
	forFlag     = flag.Duration("for", 0, "begin no scenario after this time; they come in random order")
	replayFlag  = flag.String("replay", "", "cuts to repeat, as a failure names them")
)

func main() {
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "cuts:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	list, err := builds()
	if err != nil {
		return err
	}
	only, err := regexp.Compile(*onlyFlag)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "quine-cuts-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l := newLab(*libraryFlag, dir)
	if *replayFlag != "" {
		l.options.Sanitize = true
		return l.replay(ctx, list, *replayFlag)
	}
	if *mutantsFlag {
		return l.mutants(ctx, list, only)
	}
	for _, z := range sizes {
		if z.name == *sizeFlag {
			return l.all(ctx, list, &z, only)
		}
	}
	return fmt.Errorf("no size is called %s", *sizeFlag)
}
