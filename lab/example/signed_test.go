// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"bytes"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/lab/qemu"
	"github.com/quine-fw/quine/patch"
)

// TestSigned updates boards that take only signed images, and signed and encrypted ones,
// after they have refused patches that were forged, or altered where only an encrypted
// one shows it at once, without a change of their flash.
func TestSigned(t *testing.T) {
	if _, err := qemu.LookPath(); err != nil {
		need.Missing(t, "qemu", err.Error())
	}
	for _, board := range []qemu.Board{qemu.Microbit, qemu.MPS2AN385, qemu.MPS2AN386} {
		for _, build := range []string{"-signed", "-encrypted"} {
			t.Run(board.Name+build, func(t *testing.T) {
				t.Parallel()
				r := load(t, target{board: board, build: build})
				forged, err := Forge(r.p12)
				if err != nil || forged == nil {
					t.Fatal(forged, err)
				}
				b := r.start(t)
				before := b.flash()
				b.send(forged, quine.CodeSignature)
				if build == "-encrypted" {
					h, err := patch.ParseHeader(r.p12)
					if err != nil {
						t.Fatal(err)
					}
					altered := bytes.Clone(r.p12)
					altered[h.Size] ^= 1
					b.send(altered, quine.CodeTag)
				}
				if !bytes.Equal(b.flash(), before) {
					t.Error("a patch that was refused has changed the flash")
				}
				b.send(r.p12, 0)
				b.install("2.0.0")
				b.wantFlash(r.v2)
				b.send(r.p23, 0)
				b.install("3.0.0")
				b.wantFlash(r.v3)
			})
		}
	}
}

// flash returns all that the board's flash holds.
func (b *board) flash() []byte {
	b.t.Helper()
	if _, err := b.m.Interrupt(); err != nil {
		b.t.Fatal(err)
	}
	data, err := b.m.ReadMemory(b.m.Board().FlashBase, int(b.m.Board().FlashSize))
	if err != nil {
		b.t.Fatal(err)
	}
	if err := b.m.Continue(); err != nil {
		b.t.Fatal(err)
	}
	return data
}
