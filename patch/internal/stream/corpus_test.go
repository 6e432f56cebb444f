// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"os"
	"testing"
)

// TestCorpus turns the images of $QUINE_CORPUS into each other: a directory of
// folders with old.bin and new.bin.
func TestCorpus(t *testing.T) {
	if os.Getenv("QUINE_CORPUS") == "" {
		t.Skip("QUINE_CORPUS is not set")
	}
	for _, p := range testPairs(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			s := Encode(p.old, p.new, p.params, Options{Effort: DefaultEffort})
			got, err := Decode(p.old, len(p.new), p.params, s)
			if err != nil || !bytes.Equal(got, p.new) {
				t.Fatalf("%d bytes of %d: %v", len(got), len(p.new), err)
			}
		})
	}
}
