// SPDX-License-Identifier: BSD-3-Clause

// Command qemu stands for the bench: it programs the firmware of a folder of
// examples/foreign into a board of QEMU, sends it a patch over its UART, and
// compares its flash with the image that the patch leads to.
//
//	qemu -board mps2-an385 V1.bin PATCH V2.bin
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/quine-fw/quine/lab/foreign"
	"github.com/quine-fw/quine/lab/qemu"
)

func main() {
	name := flag.String("board", "mps2-an385", "the board's `name`")
	flag.Parse()
	if flag.NArg() != 3 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := update(ctx, *name, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "qemu:", err)
		os.Exit(1)
	}
}

// update runs the first of files, sends the second and expects the third.
func update(ctx context.Context, name string, files []string) error {
	var contents [3][]byte
	for i, file := range files {
		var err error
		if contents[i], err = os.ReadFile(file); err != nil {
			return err
		}
	}
	board, err := qemu.Find(name)
	if err != nil {
		return err
	}
	d, err := foreign.Start(ctx, board, contents[0])
	if err != nil {
		return err
	}
	defer d.Close()
	release, err := d.Release(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s says: %s\n", name, release)
	if err := d.Send(ctx, contents[1]); err != nil {
		return err
	}
	fmt.Printf("sent the %d bytes of %s\n", len(contents[1]), files[1])
	if release, err = d.Release(ctx); err != nil {
		return err
	}
	fmt.Printf("%s says: %s\n", name, release)
	if err := d.Compare(contents[2]); err != nil {
		return err
	}
	fmt.Printf("its flash equals %s\n", files[2])
	return nil
}
