// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"bytes"
	"math/bits"
)

// A suffixIndex finds strings in a text.
type suffixIndex struct {
	text     []byte
	suffixes []int32 // in lexical order
	buckets  []int32 // where the suffixes of a bucket begin, by their first bits
	shift    int     // of what is not among these
}

func newSuffixIndex(text []byte) *suffixIndex {
	index := &suffixIndex{text: text, suffixes: suffixArray(text)}
	width := min(16, bits.Len(uint(len(text)/8)))
	index.shift = 16 - width
	index.buckets = make([]int32, 1<<width+1)
	for i := range text {
		index.buckets[index.bucket(text[i:])+1]++
	}
	for i := range 1 << width {
		index.buckets[i+1] += index.buckets[i]
	}
	return index
}

// bucket returns the bucket of a string that is not empty.
func (x *suffixIndex) bucket(s []byte) int {
	first := int(s[0]) << 8
	if len(s) > 1 {
		first |= int(s[1])
	}
	return first >> x.shift
}

// search returns how many suffixes are below key, which is not empty; only so many
// bytes of them are compared as key has.
func (x *suffixIndex) search(key []byte) int {
	b := x.bucket(key)
	low, high := x.buckets[b], x.buckets[b+1]
	for low < high {
		m := int32(uint32(low+high) >> 1)
		at := int(x.suffixes[m])
		if bytes.Compare(x.text[at:min(at+len(key), len(x.text))], key) < 0 {
			low = m + 1
		} else {
			high = m
		}
	}
	return int(low)
}

// suffixArray returns the places of all suffixes of text in lexical order, by
// induced sorting (Nong, Zhang, Chan: Two efficient algorithms for linear time
// suffix array construction, 2011).
func suffixArray(text []byte) []int32 {
	sa := make([]int32, len(text))
	if len(text) > 1 {
		induceSort(text, sa, 256)
	}
	return sa
}

// symbol is a letter of a text: a byte, or the name of a substring.
type symbol interface{ ~uint8 | ~int32 }

// sorter sorts the suffixes of one text. A suffix is "rising" if it is smaller
// than the one that starts one place later, and a "valley" if it is rising and the
// suffix before it is not; the sentinel behind the text is below all letters.
type sorter[T symbol] struct {
	text   []T
	sa     []int32
	rising []uint64 // bit set
	counts []int32  // letters, then bucket cursors behind
	cursor []int32
}

func (s *sorter[T]) rises(i int32) bool { return s.rising[i>>6]>>(i&63)&1 == 1 }
func (s *sorter[T]) valley(i int32) bool {
	return i > 0 && s.rises(i) && !s.rises(i-1)
}

func induceSort[T symbol](text []T, sa []int32, letters int) {
	n := int32(len(text))
	s := &sorter[T]{text: text, sa: sa, rising: make([]uint64, (n+63)/64),
		counts: make([]int32, letters), cursor: make([]int32, letters)}
	for i := n - 1; i >= 0; i-- {
		s.counts[text[i]]++
		if i < n-1 && (text[i] < text[i+1] || text[i] == text[i+1] && s.rises(i+1)) {
			s.rising[i>>6] |= 1 << (i & 63)
		}
	}
	s.clear()
	s.tails()
	flat := true
	for i := int32(1); i < n; i++ {
		if s.valley(i) {
			s.putLast(i)
			flat = false
		}
	}
	s.induce()
	if !flat {
		valleys, names := s.nameValleys()
		s.sortValleys(valleys, names)
		s.induce()
	}
}

func (s *sorter[T]) clear() {
	for i := range s.sa {
		s.sa[i] = -1
	}
}

// heads and tails set the cursors to the first or behind the last place of each
// letter's bucket.
func (s *sorter[T]) heads() {
	sum := int32(0)
	for i, c := range s.counts {
		s.cursor[i] = sum
		sum += c
	}
}

func (s *sorter[T]) tails() {
	sum := int32(0)
	for i, c := range s.counts {
		sum += c
		s.cursor[i] = sum
	}
}

func (s *sorter[T]) putLast(i int32) {
	c := &s.cursor[s.text[i]]
	*c--
	s.sa[*c] = i
}

// induce sorts all suffixes from sorted valleys.
func (s *sorter[T]) induce() {
	n := int32(len(s.text))
	s.heads()
	first := func(i int32) {
		c := &s.cursor[s.text[i]]
		s.sa[*c] = i
		*c++
	}
	first(n - 1) // what precedes the sentinel
	for k := range s.sa {
		if i := s.sa[k]; i > 0 && !s.rises(i-1) {
			first(i - 1)
		}
	}
	s.tails()
	for k := n - 1; k >= 0; k-- {
		if i := s.sa[k]; i > 0 && s.rises(i-1) {
			s.putLast(i - 1)
		}
	}
}

// nameValleys packs the sorted valleys into the front of the array and writes the
// names of their substrings, by place, into its back. It returns how many valleys
// and how many different names there are.
func (s *sorter[T]) nameValleys() (valleys, names int32) {
	for _, i := range s.sa {
		if s.valley(i) {
			s.sa[valleys] = i
			valleys++
		}
	}
	back := s.sa[valleys:]
	for i := range back {
		back[i] = -1
	}
	last := int32(-1)
	for _, i := range s.sa[:valleys] {
		if last < 0 || !s.sameSubstring(last, i) {
			names++
		}
		back[i>>1] = names - 1
		last = i
	}
	j := len(s.sa)
	for i := len(back) - 1; i >= 0; i-- {
		if back[i] >= 0 {
			j--
			s.sa[j] = back[i]
		}
	}
	return valleys, names
}

// sameSubstring compares two substrings from valley to valley.
func (s *sorter[T]) sameSubstring(a, b int32) bool {
	n := int32(len(s.text))
	for k := int32(0); ; k++ {
		if a+k == n || b+k == n {
			return false
		}
		if s.text[a+k] != s.text[b+k] || s.rises(a+k) != s.rises(b+k) {
			return false
		}
		if k > 0 && (s.valley(a+k) || s.valley(b+k)) {
			return s.valley(a+k) && s.valley(b+k)
		}
	}
}

// sortValleys puts the valleys, and nothing else, in order at the ends of their
// buckets.
func (s *sorter[T]) sortValleys(valleys, names int32) {
	order := s.sa[:valleys]
	reduced := s.sa[int32(len(s.sa))-valleys:]
	if names < valleys {
		induceSort(reduced, order, int(names))
	} else {
		for i, name := range reduced {
			order[name] = int32(i)
		}
	}
	// The names are no longer needed: list the valleys in their place.
	j := 0
	for i := int32(1); i < int32(len(s.text)); i++ {
		if s.valley(i) {
			reduced[j] = i
			j++
		}
	}
	for i, k := range order {
		order[i] = reduced[k]
	}
	for i := valleys; i < int32(len(s.sa)); i++ {
		s.sa[i] = -1
	}
	s.tails()
	for k := valleys - 1; k >= 0; k-- {
		i := s.sa[k]
		s.sa[k] = -1
		s.putLast(i)
	}
}
