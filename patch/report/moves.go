// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"slices"

	"github.com/quine-fw/quine/patch"
)

// Moves returns where the functions and objects of the new program were in the old
// one, going by their names, for [patch.Options]. Names that both programs have
// equally often, as static functions can, are taken in order. The images are those
// that the two were made into; [ELF.Fit] has placed them.
func Moves(old, new *ELF, oldSize, newSize int) []patch.Move {
	places := byName(old.within(oldSize))
	var moves []patch.Move
	for name, at := range byName(new.within(newSize)) {
		from := places[name]
		if len(from) != len(at) {
			continue
		}
		for i := range at {
			moves = append(moves, patch.Move{New: at[i], Old: from[i]})
		}
	}
	slices.SortFunc(moves, func(a, b patch.Move) int {
		return cmp.Or(cmp.Compare(a.New, b.New), cmp.Compare(a.Old, b.Old))
	})
	return moves
}

// byName returns the offsets of symbols, rising, by name.
func byName(list []symbol) map[string][]int {
	places := map[string][]int{}
	for _, s := range list {
		places[s.name] = append(places[s.name], s.offset)
	}
	return places
}
