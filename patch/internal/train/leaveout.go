// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strings"

	"github.com/quine-fw/quine/patch/internal/stream"
)

// container is how many bytes a patch has around its stream.
const container = 10

// variants are the tables that pairs are measured with.
var variants = [...]struct {
	name   string
	tables func(pairs []*pair, left *pair) stream.Tables
}{
	{"tables as they are", func([]*pair, *pair) stream.Tables { return stream.Trained() }},
	{"without pair", func(pairs []*pair, left *pair) stream.Tables { return retrained(pairs, left.name) }},
	{"without project", func(pairs []*pair, left *pair) stream.Tables { return retrained(pairs, project(left.name)) }},
}

// retrained returns the tables of the format, retrained without some pairs. Literals
// were not counted in pairs and stay.
func retrained(pairs []*pair, without string) stream.Tables {
	t := trainPairs(keep(pairs, without))
	t.Literal = stream.Trained().Literal
	return t
}

// project returns how the names of all pairs of a pair's project begin: they go on
// with what differs behind a hyphen.
func project(name string) string {
	return name[:strings.IndexByte(name+"-", '-')]
}

// measure encodes the pairs in a directory with the tables of the format, with those
// trained without the pair and with those trained without its project. Sizes are
// compared with those in the directory's peers.csv.
func measure(w io.Writer, dir string) error {
	pairs, err := readPairs(dir)
	if err != nil {
		return err
	}
	peers, err := readPeers(filepath.Join(dir, "peers.csv"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%-27s", "bytes of a patch")
	for _, v := range variants {
		fmt.Fprintf(w, " %18s", v.name)
	}
	fmt.Fprintln(w)
	var mcu, desktop [len(variants)]mean
	for _, p := range pairs {
		fmt.Fprintf(w, "%-27s", p.name)
		for i, v := range variants {
			t := v.tables(pairs, p)
			size := container + len(stream.Encode(p.old, p.new,
				stream.Params{Tables: &t}, stream.Options{Effort: stream.DefaultEffort}))
			fmt.Fprintf(w, " %18d", size)
			mcu[i].add(size, peers[p.name].mcu)
			desktop[i].add(size, peers[p.name].desktop)
		}
		fmt.Fprintln(w)
	}
	printMeans(w, "/ best MCU peer", mcu[:])
	printMeans(w, "/ best desktop peer", desktop[:])
	return nil
}

func printMeans(w io.Writer, what string, means []mean) {
	fmt.Fprintf(w, "%-27s", what)
	for _, m := range means {
		fmt.Fprintf(w, " %18.4f", m.value())
	}
	fmt.Fprintln(w)
}

// A mean is the geometric mean of how large patches are by those of peers.
type mean struct {
	sum float64
	n   int
}

// add adds a ratio, unless there is no peer.
func (m *mean) add(size int, peer float64) {
	if peer > 0 {
		m.sum += math.Log(float64(size) / peer)
		m.n++
	}
}

func (m *mean) value() float64 { return math.Exp(m.sum / float64(m.n)) }
