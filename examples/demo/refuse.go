// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/lab/example"
)

// refuse sends a patch whose signature is by a key that the board does not have, if it
// takes only signed ones. It must refuse it and change nothing in its flash.
func (r *run) refuse(ctx context.Context) error {
	p, err := os.ReadFile(filepath.Join(r.dir, "v1-v2.patch"))
	if err != nil {
		return err
	}
	forged, err := example.Forge(p)
	if err != nil || forged == nil {
		return err
	}
	before, err := r.flash()
	if err != nil {
		return err
	}
	if err := r.console.SendPatch(ctx, forged, nil); !errors.Is(err, quine.CodeSignature) {
		return fmt.Errorf("board says %v, want %v", err, quine.CodeSignature)
	}
	after, err := r.flash()
	if err != nil {
		return err
	}
	if !bytes.Equal(before, after) {
		return errors.New("flash was changed")
	}
	fmt.Println("a patch signed with another key is refused, and nothing is erased for it")
	return nil
}

// flash returns what the board's flash holds.
func (r *run) flash() ([]byte, error) {
	if _, err := r.machine.Interrupt(); err != nil {
		return nil, err
	}
	board := r.machine.Board()
	data, err := r.machine.ReadMemory(board.FlashBase, int(board.FlashSize))
	if err != nil {
		return nil, err
	}
	return data, r.machine.Continue()
}
