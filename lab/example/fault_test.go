// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"strings"
	"testing"

	"github.com/quine-fw/quine/lab/qemu"
)

var undefined = []byte{0x00, 0xDE} // UDF #0

// Interrupts and faults reach the application's handlers, before and after an
// update.
func TestVectors(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		check := func(version string) {
			t.Helper()
			ctx, cancel := b.context()
			defer cancel()
			if err := b.Ticking(ctx); err != nil {
				t.Fatal(err)
			}
			b.wantVersion(version)(b.Fault(ctx, "fault"))
		}
		check("1.0.0")
		b.send(r.p12, 0)
		b.install("2.0.0")
		check("2.0.0")
	})
}

// A store to flash that is not the driver's faults and changes nothing.
func TestStrayStore(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		ctx, cancel := b.context()
		defer cancel()
		b.wantVersion("1.0.0")(b.Fault(ctx, "poke"))
		b.wantFlash(r.v1)
	})
}

// A fault in boot code resets, and does not reach the application, which may be
// incomplete.
func TestFaultInBoot(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		b.interrupt()
		if err := b.m.Reset(); err != nil {
			t.Fatal(err)
		}
		main := r.at("quine_boot_main")
		good := b.read(main, len(undefined))
		b.write(main, undefined)
		b.wantStop(r.at("quine_entry")) // a reset, and so another one
		b.wantStop(r.at("quine_entry"))
		b.write(main, good)
		b.resume()
		b.wantBanner("1.0.0")
		if strings.Contains(b.m.UART().Transcript(), "HardFault") {
			t.Fatal("the application's handler ran")
		}
	})
}

// A fault in the middle of an install resets, and boot installs again.
func TestFaultInInstall(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		ctx, cancel := b.context()
		defer cancel()
		until, stop := b.trigger(r, true)
		defer stop()
		erase := r.inRAM("quine_flash_erase")
		if n, err := b.m.RunToHit(ctx, erase, 2, until); err != nil || n != 2 {
			t.Fatalf("%d erases, %v; want 2", n, err)
		}
		b.write(erase, undefined)
		b.wantStop(r.at("quine_entry"))
		b.resume()
		b.wantBanner("2.0.0")
		b.wantFlash(r.v2)
	})
}

// Boot feeds the watchdog at least once for each 128 bytes it reads and for each
// unit it erases.
func TestBootFeedsWatchdog(t *testing.T) {
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		count := func(addr uint32) int {
			b.restart(r.v1)
			return b.countHits(r, addr, true)
		}
		erases, fed := count(r.inRAM("quine_flash_erase")), count(r.inRAM("quine_watchdog"))
		if erases == 0 || fed < erases {
			t.Errorf("%d feeds by the RAM kernel, which erased %d units", fed, erases)
		}
		// The staged image and the installed one are verified.
		if fed, want := count(r.at("quine_watchdog")), 2*len(r.v2)/128; fed < want {
			t.Errorf("%d feeds by boot, want %d", fed, want)
		}
	})
}

// wantStop lets the stopped board run until it comes to addr, where it is
// stopped.
func (b *board) wantStop(addr uint32) {
	b.t.Helper()
	if err := b.m.SetBreakpoint(addr); err != nil {
		b.t.Fatal(err)
	}
	b.resume()
	ctx, cancel := b.context()
	defer cancel()
	if stop, err := b.m.WaitStop(ctx); err != nil || stop != qemu.StopBreakpoint {
		b.t.Fatalf("the board stopped with %v, %v; want a breakpoint", stop, err)
	}
	if regs, err := b.m.Registers(); err != nil || regs.PC != addr {
		b.t.Fatalf("the board stopped at %#x, %v; want %#x", regs.PC, err, addr)
	}
	if err := b.m.ClearBreakpoint(addr); err != nil {
		b.t.Fatal(err)
	}
}
