// SPDX-License-Identifier: BSD-3-Clause

package stream

import "sync"

// search looks for the prices at which the parser finds the smallest plan: it makes
// one price at a time lower or higher for as long as that helps, in at most so many
// parses. It returns the plan of the usual prices and the smallest one.
func (e *encoding) search(p *parser, parses int) (usual, best []operation) {
	now := usualPrices
	usual = p.parse(now)
	best, least := usual, e.cost(usual)
	parsers := [2]*parser{p, p.fork()}
	for moved := true; moved; {
		moved = false
		for i := range now {
			if parses -= 2; parses < 0 {
				return usual, best
			}
			changed := [2]prices{now, now}
			changed[0][i] = now[i] * 80 / 100
			changed[1][i] = now[i] * 125 / 100
			var plans [2][]operation
			var costs [2]uint64
			both(func(k int) {
				plans[k] = parsers[k].parse(changed[k])
				costs[k] = e.cost(plans[k])
			})
			for k, cost := range costs {
				if cost < least {
					now, best, least, moved = changed[k], plans[k], cost, true
				}
			}
		}
	}
	return usual, best
}

// both does f(0) and f(1) at the same time.
func both(f func(k int)) {
	var other sync.WaitGroup
	other.Add(1)
	go func() {
		defer other.Done()
		f(1)
	}()
	f(0)
	other.Wait()
}
