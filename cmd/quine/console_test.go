// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"strings"
	"testing"
)

// Colour is for terminals, and for those who want it.
func TestColour(t *testing.T) {
	tests := []struct {
		name           string
		terminal       bool
		noColour, term string
		want           bool
	}{
		{"file", false, "", "xterm", false},
		{"terminal", true, "", "xterm", true},
		{"NO_COLOR", true, "1", "xterm", false},
		{"dumb", true, "", "dumb", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColour)
			t.Setenv("TERM", test.term)
			var errs bytes.Buffer
			c := &console{in: strings.NewReader(""), out: &errs, err: &errs, errTerminal: test.terminal}
			if code := c.run([]string{"verify", "-"}); code != exitFailed {
				t.Errorf("exit code %d", code)
			}
			if got := strings.Contains(errs.String(), "\x1b["); got != test.want {
				t.Errorf("colour: %v, want %v, in %q", got, test.want, errs.String())
			}
		})
	}
}
