// SPDX-License-Identifier: BSD-3-Clause

package stream

// copyUnit codes the next unit of a copy and returns its value and size. An encoder
// takes a clean block in one go.
func (c *codec) copyUnit(s *current) (v, size uint32) {
	if s.block == 0 && (!s.started || c.run >= 32) {
		if c.startBlock(s); s.clean && c.new != nil {
			s.block = 0
			return 0, 0
		}
	}
	u := c.predict(s.from, s.left)
	v = u.candidates[0]
	if !(s.block > 0 && s.clean) {
		last := s.block > 0 && u.size >= s.block
		want := c.wanted(u.size)
		if last || c.misses(&u, want, s.block) {
			v, s.block = c.miss(&u, want), 0
		}
	}
	c.commit(s, &u, v)
	s.block -= min(u.size, s.block)
	return v, u.size
}

// wanted is the value to code, 0 in a decoder.
func (c *codec) wanted(size uint32) uint32 {
	if c.new == nil {
		return 0
	}
	b := c.new[c.position:]
	switch size {
	case 1:
		return uint32(b[0])
	case 2:
		return uint32(b[0]) | uint32(b[1])<<8
	}
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}

func (c *codec) startBlock(s *current) {
	size := uint32(64)
	switch {
	case s.started && c.run >= 2048:
		size = 2048
	case !s.started || c.run >= 512:
		size = 512
	case c.run >= 64:
		size = 128
	}
	size = min(size, s.left)
	context := ctxClean
	if !s.started {
		context += 16 + magnitude(size>>2, 7)*2 + flag(c.run >= 32)
	} else {
		context += magnitude(c.run>>3, 7)*2 + flag(size == s.left)
	}
	s.started, s.block = true, size
	dirty := 0
	if c.new != nil && !c.takeClean(s) {
		dirty = 1
	}
	s.clean = c.bit(context, dirty) == 0
}

// takeClean carries out the block if all its units take their first candidate.
func (c *codec) takeClean(s *current) bool {
	savedTracker, saved := c.tracker, *s
	end := c.position + s.block
	for c.position < end {
		if n, same := c.takeQuiet(s, end-c.position); !same {
			c.tracker, *s = savedTracker, saved
			return false
		} else if n > 0 {
			continue
		}
		u := c.predict(s.from, s.left)
		if u.candidates[0] != c.wanted(u.size) {
			c.tracker, *s = savedTracker, saved
			return false
		}
		c.commit(s, &u, u.candidates[0])
	}
	return true
}

// misses codes whether unit u is something else than its first candidate. block
// is what is left of a block that holds a miss.
func (c *codec) misses(u *unit, want, block uint32) bool {
	near := magnitude(c.run>>1, 6)
	if block > 0 {
		near = 7 + magnitude(block>>2, 7)
	}
	outcomes := &c.kindOutcomes[u.kind]
	contexts := [3]int{1: ctxOutcomes + int(u.kind)*8 + int(*outcomes&7)}
	switch u.kind {
	case unitByte:
		contexts[0] = ctxByteRun + near
		contexts[2] = ctxClass + 64
	case unitHalf:
		contexts[0] = ctxHalfRun + int(u.class>>3)*16 + near
		contexts[2] = ctxClass + int(u.class)
	default:
		contexts[0] = ctxReference + (int(u.kind-unitShort)*4+int(u.sure))*8 +
			flag(u.count == 1)*4 + flag(near > 6)*2 + flag(near&7 > 3)
		contexts[2] = ctxClass + 64 + int(u.kind-unitHalf)*4 + int(u.class)
	}
	bit := c.mix(&c.flagWeights[u.kind], contexts[:], 0, flag(want != u.candidates[0]))
	*outcomes = *outcomes<<1 | uint8(bit)
	return bit == 1
}

// miss codes a value that is not the first candidate of u.
func (c *codec) miss(u *unit, want uint32) uint32 {
	for i := 1; i < u.count; i++ {
		context := ctxAlternative + ((i-1)*5+int(u.kind-unitShort))*4 + int(u.sure)
		if c.bit(context, flag(want != u.candidates[i])) == 0 {
			return u.candidates[i]
		}
	}
	first := u.candidates[0]
	switch u.kind {
	case unitByte:
		return (first + c.changedByte(treeStep, first, (want-first)&0xFF)) & 0xFF
	case unitHalf, unitShort:
		return c.changedHalf(first, want)
	case unitBranch:
		escape := flag(!isBranch(want) || (want^first)&0x40000000 != 0)
		if c.bit(ctxEscape, escape) == 1 {
			u.size = 2
			u.kind = unitHalf
			return c.changedHalf(u.candidates[u.count-1]&0xFFFF, want&0xFFFF)
		}
		offset := branchOffset(first)
		step := c.signed(numBranch, uint32(int32(branchOffset(want)-offset)>>1))
		return withOffset(first, offset+step<<1)
	}
	return first + c.signed(numFlash+int(u.kind-unitFlash), want-first)
}

// A replacement is a change of a halfword that may come again.
type replacement struct{ from, to uint16 }

// changedHalf codes a halfword that was expected to be h and is not. It may have
// changed as the same halfword did before, or by the step that one of the same
// opcode last took.
func (c *codec) changedHalf(h, v uint32) uint32 {
	r := &c.replacement[h*0x9E3B>>7&0xFFFF*replacements>>16]
	if uint32(r.from) == h && r.to != r.from {
		if c.bit(ctxReplacement, flag(v != uint32(r.to))) == 0 {
			return uint32(r.to)
		}
	}
	step := &c.steps[h>>12]
	again := (h + uint32(*step)) & 0xFFFF
	if *step == 0 || c.bit(ctxStep+int(h>>12), flag(v != again)) == 1 {
		again = c.changedBytes(h, v)
		*step = uint16(again - h)
	}
	*r = replacement{uint16(h), uint16(again)}
	return again
}

func (c *codec) changedBytes(h, v uint32) uint32 {
	high, low, class := h>>8, h&0xFF, int(h>>11)
	if c.bit(ctxSameByte+class, flag(v>>8 != high)) == 0 {
		return high<<8 | (low+c.changedByte(treeStep, low, (v-low)&0xFF))&0xFF
	}
	high = c.changedByte(treeHigh, uint32(class), v>>8)
	if c.bit(ctxSameByte+32+class, flag(v&0xFF != low)) == 1 {
		low = c.changedByte(treeLow, low, v&0xFF)
	}
	return high<<8 | low
}

// changedByte codes a byte of a changed halfword.
func (c *codec) changedByte(tree int, context, v uint32) uint32 {
	v = c.mixedByte(tree, c.tables.Changed[tree*nodes/2:], context, v)
	c.countValue(tree, v)
	return v
}
