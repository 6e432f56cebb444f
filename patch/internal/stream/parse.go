// SPDX-License-Identifier: BSD-3-Clause

package stream

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// prices are what the parser takes things to cost, in units of 1/priceUnit bit.
type prices [priceCount]int64

const priceUnit = 256

const (
	priceChange     = iota // a byte that differs
	priceSecond            // the second byte of a halfword that differs
	priceJump              // a copy from anywhere
	priceLiteral           // a literal byte
	priceResume            // a copy from an earlier diagonal
	priceLiteralRun        // the start of a literal
	priceMoved             // a byte of a reference that moved
	priceNear              // rebate for a copy close to the last
	priceEqual             // an equal byte
	priceCount
)

var usualPrices = prices{
	priceChange: 9 * priceUnit, priceSecond: 9 * priceUnit,
	priceJump: 28 * priceUnit, priceNear: 8 * priceUnit, priceResume: 14 * priceUnit,
	priceMoved: priceUnit / 2, priceEqual: priceUnit / 100,
	priceLiteral: 6 * priceUnit, priceLiteralRun: 5 * priceUnit,
}

// parser finds operations by dynamic programming over the new image: a state is a
// diagonal that a copy could be on, or a literal, with the least price of getting
// there.
type parser struct {
	old, new           []byte
	oldBlank, newBlank []byte
	index              *suffixIndex // of oldBlank
	prices             prices
	literalPrice       [2][256]int64 // by parity of the place

	states, next []state
	nodes        []node
	place        []int32 // for compact: of a node that stays, plus one
	skipTo       int
	moves        []Move // where else to look
}

// diagonalLiteral stands for the diagonal of a literal.
const diagonalLiteral = 1 << 30

// A state is the end of the cheapest way to be on a diagonal.
type state struct {
	price    int64
	diagonal int32
	node     int32
}

// A node is where a way turned onto a diagonal.
type node struct {
	start, diagonal, previous int32
}

// Limits of the search.
const (
	neighbours   = 12   // suffixes tried on each side
	compareMax   = 4096 // bytes compared when suffixes are looked up
	matchMin     = 4
	matchMinOdd  = 10 // on diagonals that halfwords do not follow
	matchLong    = 32 // no other source is looked for inside such a match
	matchMargin  = 24 // until so many bytes before its end
	resumeDepth  = 8
	resumeChoice = 3
	statesMax    = 256
	nodesMin     = 1 << 12 // nodes below which no room is made
	nodesRoom    = 1 << 15 // nodes for which there is room from the start, in large images
)

func newParser(old, new []byte, address uint32, moves []Move) *parser {
	p := &parser{old: old, new: new, moves: moves}
	p.oldBlank, p.newBlank = blanked(old, address), blanked(new, address)
	p.index = newSuffixIndex(p.oldBlank)
	return p
}

// fork returns a parser of the same images that may be used at the same time.
func (p *parser) fork() *parser {
	return &parser{old: p.old, new: p.new, oldBlank: p.oldBlank, newBlank: p.newBlank,
		index: p.index, moves: p.moves}
}

// parse returns the cheapest operations at the given prices.
func (p *parser) parse(pr prices) []operation {
	p.prices = pr
	p.setLiteralPrices()
	if p.nodes == nil { // room for what there may be, or growing would leave several times that behind
		p.nodes = make([]node, 0, min(len(p.new)/4, nodesRoom)+1)
	}
	p.nodes = append(p.nodes[:0], node{0, diagonalLiteral, -1})
	p.states = append(p.states[:0], state{diagonal: diagonalLiteral})
	p.skipTo = 0
	compactAt := nodesMin
	moves := p.moves
	for i := 0; i < len(p.new); {
		best := cheapest(p.states)
		for ; len(moves) > 0 && moves[0].New <= i; moves = moves[1:] {
			p.addMove(i, moves[0], best)
		}
		if i >= p.skipTo && !p.inLongMatch(i, best) {
			p.addMatches(i, best)
		}
		if i < p.skipTo {
			i = p.glide(i)
			continue
		}
		p.resume(i, best)
		p.enter(i, diagonalLiteral, best.price+pr[priceLiteralRun], best)
		p.advance(i)
		i++
		if len(p.nodes) > compactAt {
			p.compact()
			compactAt = 2*len(p.nodes) + nodesMin
		}
	}
	return p.trace(cheapest(p.states))
}

// setLiteralPrices prices literal bytes by how often the old image holds them.
func (p *parser) setLiteralPrices() {
	var counts [2][256]uint32
	for i, b := range p.old {
		counts[i&1][b]++
	}
	for parity := range counts {
		total := uint32(len(p.old))/2 + 128
		for b, n := range counts[parity] {
			byFrequency := int64(log2Fixed(total)-log2Fixed(max(n, 1))) * priceUnit / costUnit
			p.literalPrice[parity][b] = (byFrequency + p.prices[priceLiteral]) / 2
		}
	}
}

func cheapest(states []state) state {
	best := states[0]
	for _, s := range states[1:] {
		if s.price < best.price {
			best = s
		}
	}
	return best
}

// inLongMatch tells whether the best state goes on so far that there is no need
// to look for another source.
func (p *parser) inLongMatch(i int, best state) bool {
	j := i + int(best.diagonal)
	if best.diagonal == diagonalLiteral || j < 0 || j >= len(p.old) {
		return false
	}
	n := commonPrefix(p.newBlank[i:min(i+2*matchLong, len(p.new))], p.oldBlank[j:])
	if n < matchLong {
		return false
	}
	p.skipTo = i + n - matchMargin
	return true
}

// glide goes on from i inside a long match, where no state is entered: to its end
// if there is but one state left, else by one byte.
func (p *parser) glide(i int) int {
	if s := &p.states[0]; len(p.states) == 1 && s.diagonal != diagonalLiteral {
		for ; i < p.skipTo; i++ {
			s.price += p.bytePrice(i, i+int(s.diagonal))
		}
		return i
	}
	p.advance(i)
	return i + 1
}

// addMove enters the diagonal of a move.
func (p *parser) addMove(i int, m Move, best state) {
	d := m.Old - m.New
	if j := i + d; j >= 0 && j < len(p.old) {
		p.enter(i, d, best.price+p.prices[priceJump], best)
	}
}

// addMatches enters the diagonals of the longest matches at i.
func (p *parser) addMatches(i int, best state) {
	key := p.newBlank[i:min(i+compareMax, len(p.new))]
	low := p.index.search(key)
	suffixes := p.index.suffixes
	longest := 0
	for k := low; k < min(low+neighbours, len(suffixes)); k++ {
		if !p.addMatch(i, int(suffixes[k]), key, best, &longest) {
			break
		}
	}
	for k := low - 1; k >= max(low-neighbours, 0); k-- {
		if !p.addMatch(i, int(suffixes[k]), key, best, &longest) {
			break
		}
	}
}

// addMatch enters the diagonal of one match and tells whether to go on.
func (p *parser) addMatch(i, at int, key []byte, best state, longest *int) bool {
	n := commonPrefix(key, p.oldBlank[at:])
	d := at - i
	if n >= matchMin && (d&1 == 0 || n >= matchMinOdd) {
		price := best.price + p.prices[priceJump]
		if step := d - int(best.diagonal); step < 256 && step > -256 {
			price -= p.prices[priceNear]
		}
		p.enter(i, d, price, best)
	}
	*longest = max(*longest, n)
	return n > matchMin && n >= *longest/2
}

// resume enters the diagonals that the way to the best state used before.
func (p *parser) resume(i int, best state) {
	var tried [resumeChoice]int
	n := 0
	at := best.node
	for t := 0; t < resumeDepth && at >= 0 && n < resumeChoice; t++ {
		d := int(p.nodes[at].diagonal)
		at = p.nodes[at].previous
		if d == diagonalLiteral || d == int(best.diagonal) || n > 0 && d == tried[0] || n > 1 && d == tried[1] {
			continue
		}
		tried[n] = d
		n++
		j := i + d
		if j >= 0 && j+2 <= len(p.old) && i+2 <= len(p.new) &&
			p.oldBlank[j] == p.newBlank[i] && p.oldBlank[j+1] == p.newBlank[i+1] {
			p.enter(i, d, best.price+p.prices[priceResume], best)
		}
	}
}

// enter opens a state on diagonal d, or makes it cheaper. Where there are too many,
// it takes the place of the dearest.
func (p *parser) enter(i, d int, price int64, from state) {
	at := 0
	for at < len(p.states) && p.states[at].diagonal != int32(d) {
		at++
	}
	if at == statesMax {
		at = dearest(p.states)
	}
	if at == len(p.states) {
		p.states = append(p.states, state{})
	} else if price >= p.states[at].price {
		return
	}
	p.nodes = append(p.nodes, node{int32(i), int32(d), from.node})
	p.states[at] = state{price, int32(d), int32(len(p.nodes) - 1)}
}

func dearest(states []state) int {
	at := 0
	for i, s := range states {
		if s.price > states[at].price {
			at = i
		}
	}
	return at
}

// advance takes all states over byte i and drops those too dear to come back.
func (p *parser) advance(i int) {
	p.next = p.next[:0]
	best := int64(1) << 62
	for _, s := range p.states {
		if s.diagonal == diagonalLiteral {
			s.price += p.literalPrice[i&1][p.new[i]]
		} else {
			j := i + int(s.diagonal)
			if j < 0 || j >= len(p.old) {
				continue
			}
			s.price += p.bytePrice(i, j)
		}
		best = min(best, s.price)
		p.next = append(p.next, s)
	}
	p.states = p.states[:0]
	for _, s := range p.next {
		if s.price <= best+p.prices[priceJump]+2*priceUnit {
			p.states = append(p.states, s)
		}
	}
}

// bytePrice is the price of making byte i from byte j by a copy.
func (p *parser) bytePrice(i, j int) int64 {
	switch {
	case p.old[j] == p.new[i]:
		return p.prices[priceEqual]
	case p.oldBlank[j] == p.newBlank[i]:
		return p.prices[priceMoved]
	case i&1 == 1 && j > 0 && p.old[j-1] != p.new[i-1]:
		return p.prices[priceSecond]
	}
	return p.prices[priceChange]
}

// compact drops the nodes from which no state has come.
func (p *parser) compact() {
	place := slices.Grow(p.place[:0], len(p.nodes))[:len(p.nodes)]
	p.place = place
	clear(place)
	for _, s := range p.states {
		for k := s.node; k >= 0 && place[k] == 0; k = p.nodes[k].previous {
			place[k] = 1
		}
	}
	kept := int32(0)
	for k, n := range p.nodes {
		if place[k] == 0 {
			continue
		}
		if n.previous >= 0 {
			n.previous = place[n.previous] - 1
		}
		p.nodes[kept] = n
		kept++
		place[k] = kept
	}
	p.nodes = p.nodes[:kept]
	for i := range p.states {
		p.states[i].node = place[p.states[i].node] - 1
	}
}

// trace lists the operations of the way that ends in s.
func (p *parser) trace(s state) []operation {
	var ops []operation
	end := int32(len(p.new))
	for k := s.node; k >= 0; k = p.nodes[k].previous {
		n := p.nodes[k]
		if end > n.start {
			o := operation{size: uint32(end - n.start), literal: n.diagonal == diagonalLiteral}
			if !o.literal {
				o.from = uint32(n.start + n.diagonal)
			}
			ops = append(ops, o)
			end = n.start
		}
	}
	for i, j := 0, len(ops)-1; i < j; i, j = i+1, j-1 {
		ops[i], ops[j] = ops[j], ops[i]
	}
	return ops
}

func commonPrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if x := binary.LittleEndian.Uint64(a[i:]) ^ binary.LittleEndian.Uint64(b[i:]); x != 0 {
			return i + bits.TrailingZeros64(x)>>3
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
