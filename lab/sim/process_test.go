// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"context"
	"errors"
	"testing"
)

// TestKilled ends a device from outside, which is no failure of the device's; breaking a rule is one.
func TestKilled(t *testing.T) {
	for _, kill := range []bool{true, false} {
		d, err := Start(context.Background(), program(t, Tiny, false))
		check(t, err)
		at := 0
		if kill {
			check(t, d.process.cmd.Process.Kill())
		} else {
			at = 1 << 30 // there are no cells
		}
		err = d.Poke(Flash, at, []byte{0})
		if failure := (*Failure)(nil); err == nil || errors.As(err, &failure) == kill {
			t.Errorf("killed %v: %v", kill, err)
		}
	}
}
