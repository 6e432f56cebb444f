// SPDX-License-Identifier: BSD-3-Clause

package main

// schema is the version of the JSON format. It changes when a member changes its
// meaning or goes away, not when one is added.
const schema = 1

// A Report is the content of bench.json.
type Report struct {
	Schema int    `json:"schema"`
	Corpus string `json:"corpus"` // as given
	Go     string `json:"go"`     // version of Go
	CPUs   int    `json:"cpus"`

	// IdleMemory is the peak memory of an encoder that has nothing to do. All
	// other memory is told above it.
	IdleMemory int64 `json:"idle_memory"`

	Runs   []*Run   `json:"runs"`             // one for each effort
	Full   *Full    `json:"full,omitempty"`   // full patches, default effort
	Growth []Growth `json:"growth,omitempty"` // default effort
}

// A Run is the whole corpus at one effort.
type Run struct {
	Effort int     `json:"effort"`
	Pairs  []*Pair `json:"pairs"`
	Total  int     `json:"total"` // of the patch bytes

	Peers []Peer `json:"peers,omitempty"`

	// The medians, over all pairs, of the encoder's time by that of bsdiff; 0
	// if bsdiff is not installed.
	BsdiffTime    float64 `json:"bsdiff_time,omitempty"`
	BsdiffCPUTime float64 `json:"bsdiff_cpu_time,omitempty"`

	// MemoryFactor is the largest memory of a pair by the size of its larger
	// image. With small images that says little: a Go program collects no
	// garbage before it has 4 MiB. So LargeMemoryFactor is the same of the
	// pairs with images from 256 KiB on.
	MemoryFactor      float64 `json:"memory_factor"`
	LargeMemoryFactor float64 `json:"large_memory_factor"`
}

// A Pair is one patch.
type Pair struct {
	Name     string `json:"name"`
	OldSize  int    `json:"old_size"`
	NewSize  int    `json:"new_size"`
	Patch    int    `json:"patch"` // bytes, header included
	Header   int    `json:"header"`
	Resource        // of the encoder

	Peers  map[string]int `json:"peers,omitempty"` // bytes of each peer's patch
	Bsdiff *Resource      `json:"bsdiff,omitempty"`
}

// A Resource is what a process took, its start included.
type Resource struct {
	Seconds    float64 `json:"seconds"`
	CPUSeconds float64 `json:"cpu_seconds"` // of all its threads

	// Memory is the peak of the resident set; not known of bsdiff.
	Memory int64 `json:"memory,omitempty"`
}

// A Peer compares the corpus with one column of peers.csv. Pairs that the peer has
// no size for are left out.
type Peer struct {
	Name       string  `json:"name"`
	Pairs      int     `json:"pairs"`
	Mean       float64 `json:"mean"`        // geometric, of our bytes by theirs
	Total      float64 `json:"total"`       // our total by theirs
	Worst      float64 `json:"worst"`       // highest of our bytes by theirs
	WorstPair  string  `json:"worst_pair"`  // where that is
	TotalBytes int     `json:"total_bytes"` // theirs
}

// Full compares full patches with the same images compressed otherwise.
type Full struct {
	Images []FullImage `json:"images"`

	// Geometric means of our bytes by theirs. Those by LZMA are 0 if xz is not
	// installed.
	Heatshrink float64 `json:"heatshrink"`
	LZMA       float64 `json:"lzma,omitempty"`
	LZMAThumb  float64 `json:"lzma_thumb,omitempty"`
}

// A FullImage is one image by itself.
type FullImage struct {
	Name       string `json:"name"`
	Size       int    `json:"size"`
	Patch      int    `json:"patch"`
	Heatshrink int    `json:"heatshrink"`           // window 2 KiB, look-ahead 16
	LZMA       int    `json:"lzma,omitempty"`       // xz -9e, without container
	LZMAThumb  int    `json:"lzma_thumb,omitempty"` // the same behind xz's filter for Thumb code
}

// Growth is one synthetic pair.
type Growth struct {
	Size     int `json:"size"` // of either image
	Patch    int `json:"patch"`
	Resource     // of the encoder

	// By those of the pair half the size; 0 for the first.
	TimeRatio   float64 `json:"time_ratio,omitempty"`
	CPURatio    float64 `json:"cpu_ratio,omitempty"`
	MemoryRatio float64 `json:"memory_ratio,omitempty"`
}
