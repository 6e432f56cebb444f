// SPDX-License-Identifier: BSD-3-Clause

package example

import "testing"

// Every boot pays for the way from reset to the application when nothing is
// pending.
func TestResetToApplication(t *testing.T) {
	const most = 300
	onBoards(t, func(t *testing.T, r *releases) {
		b := r.start(t)
		b.interrupt()
		if err := b.m.Reset(); err != nil {
			t.Fatal(err)
		}
		vectors := r.at("quine_app_vectors")
		entry := b.read(vectors+4, 4)
		first := (uint32(entry[0]) | uint32(entry[1])<<8 | uint32(entry[2])<<16 | uint32(entry[3])<<24) &^ 1
		for n := 0; ; n++ {
			regs, err := b.m.Registers()
			if err != nil {
				t.Fatal(err)
			}
			if regs.PC == first {
				t.Logf("%d instructions", n)
				break
			}
			if n == most {
				t.Fatalf("%d instructions after reset boot is at %#x, not in the application", n, regs.PC)
			}
			if err := b.m.Step(); err != nil {
				t.Fatal(err)
			}
		}
		b.resume()
		b.wantBanner("1.0.0")
	})
}
