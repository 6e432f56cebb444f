// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress says on a terminal for how long something has been going on, from one
// second on, until the function that it returns is called.
func (c *console) progress(what string) (stop func()) {
	if !c.errTerminal {
		return func() {}
	}
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for n := 1; ; n++ {
			select {
			case <-tick.C:
				fmt.Fprintf(c.err, "\rquine: %s, %d s", what, n)
			case <-done:
				if n > 1 {
					fmt.Fprint(c.err, "\r\x1b[K")
				}
				return
			}
		}
	}()
	return func() { close(done); wg.Wait() }
}

// bar returns a progress bar up to total bytes, which is drawn on a terminal only.
func (c *console) bar(what string, total int) *progressbar.ProgressBar {
	w := c.err
	if !c.errTerminal {
		w = io.Discard
	}
	return progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("quine: "+what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionClearOnFinish())
}
