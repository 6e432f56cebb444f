// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// A progress says on a terminal what is being done.
type progress struct{ on bool }

func newProgress() progress { return progress{term.IsTerminal(int(os.Stderr.Fd()))} }

// say replaces what was said before.
func (p progress) say(done, of int, format string, args ...any) {
	if p.on {
		fmt.Fprintf(os.Stderr, "\r\x1b[Kbench: %d/%d %s", done+1, of, fmt.Sprintf(format, args...))
	}
}

// done removes what was said.
func (p progress) done() {
	if p.on {
		fmt.Fprint(os.Stderr, "\r\x1b[K")
	}
}
