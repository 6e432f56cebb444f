// SPDX-License-Identifier: BSD-3-Clause

package stream

// done tells whether the whole new image has been coded.
func (c *codec) done() bool { return c.position == c.newSize }

// step codes the smallest piece that both sides treat as a whole: an operation,
// or one unit of a copy or literal, whose value and size it returns.
func (c *codec) step() (v, size uint32) {
	if c.current.left == 0 {
		if c.window.count <= lookAhead && c.window.covered < c.newSize {
			c.operation(c.wantedOperation())
			return 0, 0
		}
		c.start(c.window.pop())
	}
	if c.current.literal {
		return c.literalUnit(&c.current)
	}
	return c.copyUnit(&c.current)
}

// current is where the operation being carried out stands.
type current struct {
	from, left uint32
	literal    bool
	started    bool   // a copy has coded its first block
	clean      bool   // the block holds no miss
	block      uint32 // bytes left of the block
}

func (c *codec) start(o operation) {
	c.current = current{from: o.from, left: o.size, literal: o.literal}
}

func (c *codec) wantedOperation() (o operation) {
	if c.new != nil {
		o = c.plan[0]
		c.plan = c.plan[1:]
	}
	return o
}
