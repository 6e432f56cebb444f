// SPDX-License-Identifier: BSD-3-Clause

// Command demo runs the main job on a board of QEMU: release 1 boots, takes a
// patch over its UART, rebuilds release 2 from itself, installs it, and goes on
// to release 3 the same way. After each install the flash is read back and
// compared with the sealed image.
//
//	demo -board microbit DIR
//
// DIR holds v1.bin, v2.bin, v3.bin (sealed), v1-v2.patch and v2-v3.patch. With -serve,
// release 1 runs on a board with the serial port DIR/tty until it is interrupted, for
// quine push, smpmgr or a terminal program.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/quine-fw/quine/lab/example"
	"github.com/quine-fw/quine/lab/qemu"
)

const timeout = 3 * time.Minute

func main() {
	name := flag.String("board", "microbit", "the board's `name`")
	serving := flag.Bool("serve", false, "run release 1 with a serial port, until interrupted")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *serving {
		if err := serve(ctx, *name, flag.Arg(0)); err != nil {
			fmt.Fprintln(os.Stderr, "demo:", err)
			os.Exit(1)
		}
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := demo(ctx, *name, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "demo: FAILED:", err)
		os.Exit(1)
	}
	fmt.Println("demo: OK")
}

// A run is one demonstration in progress.
type run struct {
	dir     string
	machine *qemu.Machine
	console *example.Console
}

// start starts a board with the first release, which the caller closes.
func start(ctx context.Context, name, dir string) (*qemu.Machine, error) {
	first, err := os.ReadFile(filepath.Join(dir, "v1.bin"))
	if err != nil {
		return nil, err
	}
	board, err := qemu.Find(name)
	if err != nil {
		return nil, err
	}
	machine, err := qemu.Start(ctx, board, nil)
	if err != nil {
		return nil, err
	}
	if err = machine.LoadFlash(first); err == nil {
		err = machine.Continue()
	}
	if err != nil {
		machine.Close()
		return nil, err
	}
	return machine, nil
}

// serve runs the first release until ctx is done.
func serve(ctx context.Context, name, dir string) error {
	machine, err := start(ctx, name, dir)
	if err != nil {
		return err
	}
	defer machine.Close()
	port, err := machine.UART().Terminal()
	if err != nil {
		return err
	}
	link := filepath.Join(dir, "tty")
	os.Remove(link) // of a run that was killed
	if err := os.Symlink(port, link); err != nil {
		return err
	}
	defer os.Remove(link)
	fmt.Printf("%s runs version 1.0.0; push to it in another terminal, interrupt to end:\n", name)
	fmt.Printf("  build/quine push %s --port %s\n", filepath.Join(dir, "v1-v2.patch"), link)
	<-ctx.Done()
	return nil
}

func demo(ctx context.Context, name, dir string) error {
	machine, err := start(ctx, name, dir)
	if err != nil {
		return err
	}
	defer machine.Close()
	r := &run{dir: dir, machine: machine}
	console, banner, err := example.Connect(ctx, machine.UART())
	if err != nil {
		return err
	}
	r.console = console
	fmt.Printf("%s runs version %s\n", name, banner.Version)
	if err := console.Ticking(ctx); err != nil {
		return err
	}
	if err := r.refuse(ctx); err != nil {
		return fmt.Errorf("patch with a wrong key: %w", err)
	}
	for _, step := range [][2]string{{"v1", "v2"}, {"v2", "v3"}} {
		if err := r.update(ctx, step[0], step[1]); err != nil {
			return fmt.Errorf("%s to %s: %w", step[0], step[1], err)
		}
	}
	return nil
}

// update takes the board from one release to the next and checks its flash.
func (r *run) update(ctx context.Context, from, to string) error {
	patch, err := os.ReadFile(filepath.Join(r.dir, from+"-"+to+".patch"))
	if err != nil {
		return err
	}
	want, err := os.ReadFile(filepath.Join(r.dir, to+".bin"))
	if err != nil {
		return err
	}
	bar := progressbar.NewOptions(len(patch),
		progressbar.OptionSetDescription("sending "+from+"-"+to+".patch"),
		progressbar.OptionShowBytes(true), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetVisibility(term.IsTerminal(int(os.Stderr.Fd()))))
	err = r.console.SendPatch(ctx, patch, func(taken int) { bar.Set(taken) })
	bar.Finish()
	if err != nil {
		return err
	}
	banner, err := r.console.Install(ctx)
	if err != nil {
		return err
	}
	if err := r.console.Ticking(ctx); err != nil {
		return err
	}
	if err := r.compare(want); err != nil {
		return err
	}
	fmt.Printf("version %s runs, flash equals %s.bin; patch %d bytes for an image of %d (%.1f %%)\n",
		banner.Version, to, len(patch), len(want), 100*float64(len(patch))/float64(len(want)))
	return nil
}

// compare reads the flash back and compares it with a sealed image.
func (r *run) compare(want []byte) error {
	if _, err := r.machine.Interrupt(); err != nil {
		return err
	}
	got, err := r.machine.ReadMemory(r.machine.Board().FlashBase, len(want))
	if err != nil {
		return err
	}
	if err := example.Compare(got, want); err != nil {
		return err
	}
	return r.machine.Continue()
}
