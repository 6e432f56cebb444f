// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"testing"

	"github.com/quine-fw/quine/lab/emu"
)

// unfedMax is the most instructions between two feeds of the watchdog that docs/porting.md promises.
const unfedMax = 250_000

// TestWatchdog installs an update, verification of signatures and all, and counts the instructions between two
// feeds of the watchdog. The flash driver, which feeds it while it waits, is not among them.
//
//	go test ./lab/power -run TestWatchdog -v
func TestWatchdog(t *testing.T) {
	for _, board := range append(boards, "microbit-signed", "mps2-an385-signed", "mps2-an386-signed") {
		t.Run(board, func(t *testing.T) {
			t.Parallel()
			c := config(t, board, false)
			program, err := emu.Load(read(t, board+"/v1.elf"), nil)
			if err != nil {
				t.Fatal(err)
			}
			l, err := newLayout(c.Old, c.Part, nil)
			if err != nil {
				t.Fatal(err)
			}
			l.verified = nil // each verification is emulated
			m := newMachine(l)
			m.flash.put(0, c.Old.Factory())
			if err := m.stage(c.Old, c.New, nil); err != nil {
				t.Fatal(err)
			}
			feed, ok := program.Symbol("quine_watchdog")
			if !ok || !m.prepare() {
				t.Fatal("the image has no boot sector with quine_watchdog")
			}
			var feeds, last, most uint64
			var where string // the feed behind the longest time without one is called
			fed := func() {
				now := m.core.Instructions()
				if now-last > most {
					at := m.core.Reg(emu.LR)
					if at-l.ramBase < l.ramSize {
						at -= m.kernel
					}
					most, where = now-last, program.Name(at)
				}
				last = now
				feeds++
			}
			m.hook(feed&^1, fed)
			if e := m.boot(3); e != started {
				t.Fatalf("boot ends with %d: %v", e, m.err)
			}
			fed()
			if got := m.core.Read(l.base, len(c.New.Data)); string(got) != string(c.New.Factory()) {
				t.Error("the new image is not installed")
			}
			if most > unfedMax {
				t.Errorf("%d instructions up to %s without a feed, want at most %d", most, where, unfedMax)
			}
			t.Logf("%d feeds in %d instructions, at most %d between two, up to %s", feeds, m.bootTime, most, where)
		})
	}
}
