// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"sync"
	"time"
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
