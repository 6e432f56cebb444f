// SPDX-License-Identifier: BSD-3-Clause

// Command thumb cuts the power of the example boards' own binaries in the emulator, in all
// ways of package power, and writes what came of it as JSON.
//
//	go run ./lab/thumb -o build/lab-thumb.json -cuts 12000 build/microbit build/mps2-an385 build/mps2-an386
//
// On each board version 1 updates to 2, with the update client, which is cut as well; and
// then to a release that changes the boot sector, with a reset at each instruction while it
// is rewritten.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/power"
)

// A report is what the file holds.
type report struct {
	Trials       int   `json:"trials"`
	Bricks       int   `json:"bricks"`        // but for those in the window of a boot change
	WindowTrials int   `json:"window_trials"` // while the boot sector was rewritten
	WindowBricks int   `json:"window_bricks"`
	Runs         []run `json:"runs"`
}

// A run is an update on a board.
type run struct {
	Board   string  `json:"board"`
	Core    string  `json:"core"`
	Update  string  `json:"update"`
	Seconds float64 `json:"seconds"`
	*power.Result
}

func main() {
	output := flag.String("o", "", "write the numbers to this `file`")
	cuts := flag.Int("cuts", 0, "about how many trials each update gets; 0 cuts each operation in every way")
	flag.Parse()
	r, err := try(flag.Args(), *cuts)
	if err == nil && *output != "" {
		var data []byte
		if data, err = json.MarshalIndent(r, "", "  "); err == nil {
			err = os.WriteFile(*output, append(data, '\n'), 0o666)
		}
	}
	if err == nil && r.Bricks > 0 {
		err = fmt.Errorf("%d bricks", r.Bricks)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "thumb:", err)
		os.Exit(1)
	}
}

// try makes all updates on all boards, whose folders these are.
func try(folders []string, cuts int) (*report, error) {
	var r report
	fmt.Printf("%-11s %-10s %-14s %9s %9s %7s %9s %9s %8s\n",
		"board", "core", "update", "ops", "trials", "bricks", "window", "lost", "seconds")
	for _, folder := range folders {
		for _, update := range []string{"application", "boot sector"} {
			cfg, err := configure(folder, update)
			if err != nil {
				return nil, err
			}
			cfg.Cuts = cuts
			start := time.Now()
			result, err := power.Run(*cfg)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", folder, err)
			}
			result.Timeline = nil
			n := run{filepath.Base(folder), cfg.Part.Core, update, time.Since(start).Seconds(), result}
			r.add(&n)
		}
	}
	fmt.Printf("%d trials, %d bricks; of %d trials while a boot sector was rewritten %d left none\n",
		r.Trials, r.Bricks, r.WindowTrials, r.WindowBricks)
	return &r, nil
}

// add adds a run and prints its line.
func (r *report) add(n *run) {
	window, lost := 0, 0
	if w := n.Window; w != nil {
		window, lost = w.Cuts, w.Bricks
	}
	fmt.Printf("%-11s %-10s %-14s %9d %9d %7d %9d %9d %8.1f\n",
		n.Board, n.Core, n.Update, n.Operations, n.Trials(), n.Bricks, window, lost, n.Seconds)
	for _, f := range n.Failures {
		fmt.Printf("  brick %s: %s\n", f.Replay, f.What)
	}
	r.Trials += n.Trials()
	r.Bricks += n.Bricks
	r.WindowTrials += window
	r.WindowBricks += lost
	r.Runs = append(r.Runs, *n)
}

// configure reads the images of a board for an update.
func configure(folder, update string) (cfg *power.Config, err error) {
	board := filepath.Base(folder)
	name := map[string]string{"microbit": "nrf51"}[board]
	if name == "" {
		name = strings.Replace(board, "-", "/", 1) // mps2/an385
	}
	cfg = new(power.Config)
	if cfg.Part, err = device.Lookup(name); err != nil {
		return nil, err
	}
	if cfg.Old, err = read(filepath.Join(folder, "v1.bin")); err != nil {
		return nil, err
	}
	if cfg.New, err = read(filepath.Join(folder, "v2.bin")); err != nil {
		return nil, err
	}
	if update == "boot sector" {
		cfg.New, err = otherBoot(cfg.New)
		return cfg, err
	}
	cfg.OldELF, err = os.ReadFile(filepath.Join(folder, "v1.elf"))
	return cfg, err
}

func read(name string) (*image.Image, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return image.Parse(data)
}

// otherBoot returns an image whose boot sector differs in the last byte, which is no code.
func otherBoot(im *image.Image) (*image.Image, error) {
	raw, err := image.ReadBinary(im.Factory())
	if err != nil {
		return nil, err
	}
	raw.Data[image.BootSize-1] ^= 0xFF
	return image.Seal(raw, image.Options{Version: im.Manifest.Version})
}
