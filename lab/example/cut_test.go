// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"context"
	"fmt"
	"testing"
)

// Wherever power is cut, old or new starts, and the update succeeds in the end.
func TestPowerCuts(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		for _, place := range []struct {
			name    string
			addr    uint32
			install bool
		}{
			// as the application calls them for the staging store
			{"staging erase", r.at("quine_flash_erase"), false},
			{"staging program", r.at("quine_flash_program"), false},
			// in the kernel's copy in RAM
			{"install erase", r.inRAM("quine_flash_erase"), true},
			{"install program", r.inRAM("quine_flash_program"), true},
		} {
			t.Run(place.name, func(t *testing.T) {
				b := r.start(t)
				total := b.countHits(r, place.addr, place.install)
				if total == 0 {
					t.Fatal("the routine was never reached")
				}
				for i := range min(r.cuts, total) {
					n := 1 + i*(total-1)/max(1, min(r.cuts, total)-1)
					t.Run(fmt.Sprintf("cut=%d of %d", n, total), func(t *testing.T) {
						b.t = t
						b.restart(r.v1)
						b.cutAndRecover(r, place.addr, n, place.install)
					})
				}
			})
		}
	})
}

// countHits counts how often a clean update passes addr.
func (b *board) countHits(r *releases, addr uint32, install bool) int {
	b.t.Helper()
	ctx, cancel := b.context()
	defer cancel()
	until, stop := b.trigger(r, install)
	defer stop()
	n, err := b.m.CountHits(ctx, addr, until)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// trigger starts the phase in which power is to be cut, the client's work on a
// patch or the install of a staged one, and says which text ends it. The board is
// stopped before the phase begins.
func (b *board) trigger(r *releases, install bool) (until string, stop func()) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	if install {
		b.send(r.p12, 0)
		b.interrupt()
		if _, err := b.m.UART().Write([]byte(cancelLine + "install\n")); err != nil {
			b.t.Fatal(err)
		}
		return "example 2.0.0", cancel
	}
	b.interrupt()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b.SendPatch(ctx, r.p12, nil) // ends with an error when power goes
	}()
	return Staged, func() { cancel(); <-done }
}

// cutAndRecover cuts power at the n-th passage of addr. Old or new must start;
// from the old release the update must then succeed.
func (b *board) cutAndRecover(r *releases, addr uint32, n int, install bool) {
	b.t.Helper()
	ctx, cancel := b.context()
	defer cancel()
	until, stop := b.trigger(r, install)
	reached, err := b.m.CutPower(ctx, addr, n, until)
	stop()
	if err != nil || !reached {
		b.t.Fatalf("the planned cut did not happen: %v", err)
	}
	banner, err := b.Banner(ctx)
	if err != nil {
		b.t.Fatal(err)
	}
	switch banner.Version {
	case "1.0.0":
		b.wantFlash(r.v1)
		b.send(r.p12, 0)
		b.install("2.0.0")
	case "2.0.0":
	default:
		b.t.Fatalf("version %s started: neither old nor new", banner.Version)
	}
	b.wantFlash(r.v2)
}
