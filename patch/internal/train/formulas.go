// SPDX-License-Identifier: BSD-3-Clause

package main

import "math"

// stretchUnit is what one is in stretched probabilities, ln(p/(1-p)).
const stretchUnit = 256

// stretchTable samples ln(p/(1-p)) in the middle of each of the upper 128 of 256
// ranges of p.
func stretchTable() []int {
	return table(128, func(i float64) float64 {
		p := .5 + (i+.5)/256
		return math.Round(stretchUnit * math.Log(p/(1-p)))
	})
}

// squashTable samples the inverse, of 65536, at every sixteenth stretched value.
func squashTable() []int {
	return table(128, func(i float64) float64 {
		return math.Round(65536 / (1 + math.Exp(-(i+.5)*16/stretchUnit)))
	})
}

// rateTable says how far of 65536 a cell moves that has adapted n times: as far as
// keeps it at the mean of what it has seen, with a quarter of a zero and a quarter of
// a one seen before all.
func rateTable() []int {
	return table(12, func(n float64) float64 {
		return math.Floor(65536 / (n + 1.5))
	})
}

// levelTable are the stretched probabilities that a trained table can name: those in
// the middle of sixteen equal ranges of arcsin(sqrt(p)), in which a step costs
// equally many bits wherever it is.
func levelTable() []int {
	return table(16, func(i float64) float64 {
		return math.Round(2 * stretchUnit * math.Log(math.Tan(math.Pi*(2*i+1)/64)))
	})
}

func table(n int, f func(float64) float64) []int {
	t := make([]int, n)
	for i := range t {
		t[i] = int(f(float64(i)))
	}
	return t
}
