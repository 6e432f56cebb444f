// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgress(t *testing.T) {
	for _, tt := range []struct {
		terminal bool
		took     time.Duration
		want     string
	}{
		{true, 900 * time.Millisecond, ""},
		{true, 2500 * time.Millisecond, "\rquine: comparing, 1 s\rquine: comparing, 2 s\r\x1b[K"},
		{false, time.Minute, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var errs bytes.Buffer
			c := &console{err: &errs, errTerminal: tt.terminal}
			stop := c.progress("comparing")
			time.Sleep(tt.took)
			stop()
			if errs.String() != tt.want {
				t.Errorf("after %v on a terminal (%v): %q, want %q", tt.took, tt.terminal, &errs, tt.want)
			}
		})
	}
}
