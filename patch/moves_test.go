// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"testing"
)

// TestMoves checks that hints about moves, right or wrong, change neither what a
// patch makes nor for the worse what it costs.
func TestMoves(t *testing.T) {
	old := join(code(1, 200), code(2, 200), code(3, 200))
	half := len(old) / 2
	new := join(old[half:], noise(1, 40), scatter(2, old[:half], 9))
	plain, err := CreateRaw(old, new, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, moves := range map[string][]Move{
		"right":   {{New: 0, Old: half}, {New: half + 40, Old: 0}},
		"wrong":   {{New: 3, Old: 1}, {New: 400, Old: 17}},
		"outside": {{New: -5, Old: 1 << 20}, {New: 0, Old: -1}, {New: len(new) - 1, Old: len(old)}, {New: 1 << 30, Old: 0}},
		"twice":   {{New: 0, Old: half}, {New: 0, Old: half}, {New: 0, Old: 0}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := CreateRaw(old, new, &Options{Moves: moves})
			if err != nil {
				t.Fatal(err)
			}
			if len(p) > len(plain) {
				t.Errorf("patch of %d bytes, %d without the hints", len(p), len(plain))
			}
			if got, err := ApplyRaw(old, p); err != nil || !bytes.Equal(got, new) {
				t.Errorf("patch makes something else: %v", err)
			}
		})
	}
}
