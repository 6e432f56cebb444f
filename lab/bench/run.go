// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/quine-fw/quine/patch"
)

// newRun measures all pairs of c at an effort.
func newRun(ctx context.Context, e *encoder, c *corpus, effort int, p progress) (*Run, error) {
	defer p.done()
	r := &Run{Effort: effort}
	for i, s := range c.pairs {
		p.say(i, len(c.pairs), "%s, effort %d", s.name, effort)
		pair, err := newPair(ctx, e, s, effort)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		r.Pairs = append(r.Pairs, pair)
	}
	r.summarise(c.peers)
	return r, nil
}

// newPair measures one pair.
func newPair(ctx context.Context, e *encoder, s *source, effort int) (*Pair, error) {
	bsdiff, err := e.bsdiff(ctx, s.oldPath, s.newPath)
	if err != nil {
		return nil, err
	}
	made, used, err := e.encode(ctx, s.oldPath, s.newPath, effort)
	if err != nil {
		return nil, err
	}
	header, err := checked(s.old, s.new, made)
	if err != nil {
		return nil, err
	}
	return &Pair{
		Name: s.name, OldSize: len(s.old), NewSize: len(s.new),
		Patch: len(made), Header: header, Resource: used,
		Peers: s.peers, Bsdiff: bsdiff,
	}, nil
}

// checked applies a patch and returns the size of its header.
func checked(old, new, made []byte) (header int, err error) {
	back, err := patch.ApplyRaw(old, made)
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(back, new) {
		return 0, fmt.Errorf("patch gives another binary")
	}
	h, err := patch.ParseHeader(made)
	if err != nil {
		return 0, err
	}
	return h.Size, nil
}

// largeImage is the size of an image from which an encoder's memory is its own
// doing.
const largeImage = 256 << 10

// summarise computes what r says of all its pairs.
func (r *Run) summarise(peers []string) {
	var wall, cpu []float64
	for _, p := range r.Pairs {
		r.Total += p.Patch
		r.MemoryFactor = max(r.MemoryFactor, p.memoryFactor())
		if max(p.OldSize, p.NewSize) >= largeImage {
			r.LargeMemoryFactor = max(r.LargeMemoryFactor, p.memoryFactor())
		}
		if p.Bsdiff != nil {
			wall = append(wall, p.Seconds/p.Bsdiff.Seconds)
			cpu = append(cpu, p.CPUSeconds/max(p.Bsdiff.CPUSeconds, 1e-3))
		}
	}
	r.BsdiffTime, r.BsdiffCPUTime = median(wall), median(cpu)
	for _, name := range peers {
		if peer := r.compare(name); peer.Pairs > 0 {
			r.Peers = append(r.Peers, peer)
		}
	}
}

// memoryFactor returns the memory of the encoder by the size of the larger image.
func (p *Pair) memoryFactor() float64 {
	return float64(p.Memory) / float64(max(p.OldSize, p.NewSize, 1))
}

// compare compares r with a peer.
func (r *Run) compare(name string) Peer {
	peer := Peer{Name: name}
	var ratios []float64
	ours := 0
	for _, p := range r.Pairs {
		theirs := p.Peers[name]
		if theirs == 0 {
			continue
		}
		ratio := float64(p.Patch) / float64(theirs)
		ratios = append(ratios, ratio)
		ours += p.Patch
		peer.TotalBytes += theirs
		if ratio > peer.Worst {
			peer.Worst, peer.WorstPair = ratio, p.Name
		}
	}
	peer.Pairs, peer.Mean = len(ratios), geometricMean(ratios)
	peer.Total = float64(ours) / float64(max(peer.TotalBytes, 1))
	return peer
}

// geometricMean returns 0 of nothing.
func geometricMean(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range values {
		sum += math.Log(v)
	}
	return math.Exp(sum / float64(len(values)))
}

// median returns 0 of nothing.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	v := slices.Sorted(slices.Values(values))
	return (v[(n-1)/2] + v[n/2]) / 2
}
