// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"reflect"
	"testing"

	"github.com/quine-fw/quine/patch"
)

func TestMoves(t *testing.T) {
	old := &ELF{symbols: []symbol{{name: "main", offset: 100}, {name: "gone", offset: 140}, {name: "local", offset: 200}, {name: "local", offset: 300}, {name: "far", offset: 1000}}}
	new := &ELF{base: 10, symbols: []symbol{{name: "local", offset: 60}, {name: "main", offset: 150}, {name: "local", offset: 260}, {name: "new", offset: 300}, {name: "far", offset: 310}}}
	got := Moves(old, new, 400, 400)
	want := []patch.Move{{New: 50, Old: 200}, {New: 140, Old: 100}, {New: 250, Old: 300}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("moves %v, want %v", got, want)
	}
}
