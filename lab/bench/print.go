// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// newTable returns a table whose columns, all but the last, are aligned right. Each
// line of it ends without a tab.
func newTable(w io.Writer) *tabwriter.Writer {
	return tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
}

// print prints r for people. The peers in its first table are those in firstPeers.
func (r *Run) print(w io.Writer, peers []string) error {
	fmt.Fprintf(w, "Raw patches, effort %d. Time and memory are those of the encoder's process.\n\n", r.Effort)
	var shown []string
	for _, name := range firstPeers {
		if slices.Contains(peers, name) {
			shown = append(shown, name)
		}
	}
	t := newTable(w)
	fmt.Fprint(t, "old\tnew\tpatch\t%\t")
	for _, name := range shown {
		fmt.Fprintf(t, "/ %s\t", name)
	}
	fmt.Fprintln(t, "s\tcpu s\t/ bsdiff\tMiB\tx image\t  pair")
	for _, p := range r.Pairs {
		fmt.Fprintf(t, "%d\t%d\t%d\t%.2f\t", p.OldSize, p.NewSize, p.Patch, 100*float64(p.Patch)/float64(max(p.NewSize, 1)))
		for _, name := range shown {
			fmt.Fprintf(t, "%s\t", ratio(float64(p.Patch), float64(p.Peers[name])))
		}
		theirs := 0.0
		if p.Bsdiff != nil {
			theirs = p.Bsdiff.Seconds
		}
		fmt.Fprintf(t, "%.2f\t%.2f\t%s\t%.1f\t%.1f\t  %s\n", p.Seconds, p.CPUSeconds,
			ratio(p.Seconds, theirs), mebibytes(p.Memory), p.memoryFactor(), p.Name)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\ntotal %d bytes; largest memory %.1f x image, %.1f x from 256 KiB on",
		r.Total, r.MemoryFactor, r.LargeMemoryFactor)
	if r.BsdiffTime > 0 {
		fmt.Fprintf(w, "; median time %.2f x bsdiff, cpu time %.2f x", r.BsdiffTime, r.BsdiffCPUTime)
	}
	fmt.Fprint(w, "\n\n")
	return r.printPeers(w)
}

// printPeers prints the comparison with each peer.
func (r *Run) printPeers(w io.Writer) error {
	if len(r.Peers) == 0 {
		return nil
	}
	t := newTable(w)
	fmt.Fprintf(t, "mean\ttotal\ttheir bytes\tpairs\tworst\t  %-22s  worst pair\n", "peer")
	for _, p := range r.Peers {
		fmt.Fprintf(t, "%.4f\t%.4f\t%d\t%d\t%.3f\t  %-22s  %s\n", p.Mean, p.Total, p.TotalBytes, p.Pairs, p.Worst, p.Name, p.WorstPair)
	}
	fmt.Fprintln(t)
	return t.Flush()
}

// print prints f for people.
func (f *Full) print(w io.Writer) error {
	fmt.Fprint(w, "Full patches, against the same images compressed by heatshrink (window 2 KiB) and xz -9e.\n\n")
	t := newTable(w)
	fmt.Fprintln(t, "image\tpatch\theatshrink\tlzma\tlzma+thumb\t/ heatshrink\t/ lzma\t/ lzma+thumb\t  pair")
	for _, i := range f.Images {
		ours := float64(i.Patch)
		fmt.Fprintf(t, "%d\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t  %s\n", i.Size, i.Patch, i.Heatshrink, i.LZMA, i.LZMAThumb,
			ratio(ours, float64(i.Heatshrink)), ratio(ours, float64(i.LZMA)), ratio(ours, float64(i.LZMAThumb)), i.Name)
	}
	fmt.Fprintf(t, "\t\t\t\t\t%s\t%s\t%s\t  geometric mean\n\n", ratio(f.Heatshrink, 1), ratio(f.LZMA, 1), ratio(f.LZMAThumb, 1))
	return t.Flush()
}

// printGrowth prints the growth test for people.
func printGrowth(w io.Writer, list []Growth) error {
	fmt.Fprint(w, "Growth: what doubling both images does to the encoder.\n\n")
	t := newTable(w)
	fmt.Fprintln(t, "MiB\tpatch\ts\tcpu s\tmemory MiB\tx time\tx cpu\tx memory\t")
	for _, g := range list {
		fmt.Fprintf(t, "%d\t%d\t%.2f\t%.2f\t%.1f\t%s\t%s\t%s\t\n", g.Size>>20, g.Patch, g.Seconds, g.CPUSeconds,
			mebibytes(g.Memory), ratio(g.TimeRatio, 1), ratio(g.CPURatio, 1), ratio(g.MemoryRatio, 1))
	}
	return t.Flush()
}

// ratio formats a by b, "-" if one of them is not known.
func ratio(a, b float64) string {
	if a == 0 || b == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f", a/b)
}

func mebibytes(n int64) float64 { return float64(n) / (1 << 20) }
