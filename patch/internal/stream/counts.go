// SPDX-License-Identifier: BSD-3-Clause

package stream

// Counts are how often zeros and ones were coded, for the training of start
// values and priors.
type Counts struct {
	Direct [DirectCells][2]int // by cell
	Value  [3 * 256][2]int     // by node of the trees of changed bytes
}

// Count returns the counts of one pair of images.
func Count(old, new []byte, p Params, opt Options) *Counts {
	counts := &Counts{}
	newEncoding(old, new, p, opt).write(counts)
	return counts
}

func (c *codec) count(context, bit int) {
	if c.counts != nil && context < DirectCells {
		c.counts.Direct[context][bit]++
	}
}

func (c *codec) countValue(tree int, v uint32) {
	if c.counts == nil {
		return
	}
	x := 1
	for i := 7; i >= 0; i-- {
		bit := int(v >> i & 1)
		c.counts.Value[tree*256+x][bit]++
		x = x<<1 | bit
	}
}
