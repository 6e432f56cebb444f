// SPDX-License-Identifier: BSD-3-Clause

package stream

// An addressMap knows, within bounded memory, how far places of the old image
// have moved. Copies and decoded references feed it. The most recently used
// interval stands first; the last one makes room.
type addressMap struct {
	count, limit int
	spans        [flashSpans]span
}

// A span is a stretch lo..hi (inclusive) of old addresses that moved by shift.
type span struct{ lo, hi, shift uint32 }

// spanGap is how far apart two places may be to be taken for one span.
const spanGap = 1 << 16

// sureness tells how well a prediction of the address map is founded.
type sureness uint8

const (
	sureInside  sureness = iota // in a known span
	sureBetween                 // between two spans that moved alike
	sureNearest                 // nearest span
	sureUnknown
)

// learn notes that lo..hi moved by shift.
func (m *addressMap) learn(lo, hi, shift uint32) {
	for i := range m.count {
		s := m.spans[i]
		if s.shift != shift {
			continue
		}
		var from, to uint32
		if s.hi < lo {
			from, to = s.hi, lo
		} else if hi < s.lo {
			from, to = hi, s.lo
		}
		if to-from > spanGap || to > from && m.contradicted(from, to, shift) {
			continue
		}
		m.toFront(i)
		m.spans[0] = span{min(s.lo, lo), max(s.hi, hi), shift}
		return
	}
	if m.count < m.limit {
		m.count++
	}
	m.toFront(m.count - 1)
	m.spans[0] = span{lo, hi, shift}
}

// contradicted tells whether something in between from and to moved otherwise.
func (m *addressMap) contradicted(from, to, shift uint32) bool {
	for _, s := range m.spans[:m.count] {
		if s.shift != shift && s.lo < to && s.hi >= from {
			return true
		}
	}
	return false
}

// toFront moves span i to the front.
func (m *addressMap) toFront(i int) {
	s := m.spans[i]
	copy(m.spans[1:i+1], m.spans[:i])
	m.spans[0] = s
}

// lookup returns the shift of old address a and the second best guess.
func (m *addressMap) lookup(a uint32) (first, second uint32, sure sureness) {
	below, above := -1, -1
	for i := range m.count {
		s := &m.spans[i]
		switch {
		case s.hi < a:
			if below < 0 || s.hi > m.spans[below].hi {
				below = i
			}
		case s.lo > a:
			if above < 0 || s.lo < m.spans[above].lo {
				above = i
			}
		default:
			m.toFront(i)
			return m.spans[0].shift, m.spans[0].shift, sureInside
		}
	}
	if below < 0 && above < 0 {
		return 0, 0, sureUnknown
	}
	if below < 0 {
		below = above
	} else if above < 0 {
		above = below
	}
	b, t := &m.spans[below], &m.spans[above]
	if below != above && b.shift == t.shift {
		return b.shift, b.shift, sureBetween
	}
	if t.lo-a < a-b.hi {
		b, t = t, b
	}
	return b.shift, t.shift, sureNearest
}

// origin returns the shift of the span whose new place holds address a or,
// failing that, most closely precedes it.
func (m *addressMap) origin(a uint32) (shift uint32, ok bool) {
	nearest := ^uint32(0)
	for _, s := range m.spans[:m.count] {
		if s.lo+s.shift > a {
			continue
		}
		var d uint32
		if end := s.hi + s.shift; end < a {
			d = a - end
		}
		if d < nearest {
			nearest, shift, ok = d, s.shift, true
		}
	}
	return shift, ok
}
