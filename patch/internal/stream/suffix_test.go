// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"math/rand"
	"slices"
	"testing"
)

func TestSuffixArray(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for n := range 300 {
		for _, letters := range []int{1, 2, 3, 256} {
			text := make([]byte, n)
			for i := range text {
				text[i] = byte(rng.Intn(letters))
			}
			want := make([]int32, n)
			for i := range want {
				want[i] = int32(i)
			}
			slices.SortFunc(want, func(a, b int32) int { return bytes.Compare(text[a:], text[b:]) })
			if got := suffixArray(text); !slices.Equal(got, want) {
				t.Fatalf("%d letters of %d: %v, want %v\n%v", n, letters, got, want, text)
			}
		}
	}
}
