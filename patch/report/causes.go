// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"cmp"
	"slices"
)

// A Cause is something that makes a patch larger and that a developer can remove.
type Cause struct {
	Name  string  `json:"name"`
	Bytes float64 `json:"bytes"` // of the patch that it explains; 0 if that is not known

	// Evidence shows where the cause is seen, the most expensive places first.
	Evidence []Evidence `json:"evidence"`

	// More is the number of observations that Evidence leaves out.
	More int `json:"more"`

	Cure string `json:"cure"`
}

// An Evidence is one observation.
type Evidence struct {
	Offset int     `json:"offset"` // in the new image; -1 if it is about the whole
	Bytes  float64 `json:"bytes"`  // of the patch, as far as known
	Text   string  `json:"text"`
}

// evidenceMax is how many observations a cause tells, the most expensive ones.
const evidenceMax = 5

// causes looks for all causes, and returns the most expensive first.
func (a *analysis) causes() []Cause {
	list := []Cause{}
	list = append(list, a.textCauses()...)
	for _, find := range []func() *Cause{
		a.buildID, a.movedTables, a.compiler, a.linkOrder, a.alignment, a.opaque,
	} {
		if c := find(); c != nil {
			list = append(list, *c)
		}
	}
	for i := range list {
		c := &list[i]
		slices.SortStableFunc(c.Evidence, func(a, b Evidence) int { return cmp.Compare(b.Bytes, a.Bytes) })
		if n := len(c.Evidence) - evidenceMax; n > 0 {
			c.Evidence = c.Evidence[:evidenceMax]
			c.More += n
		}
	}
	slices.SortStableFunc(list, func(a, b Cause) int { return cmp.Compare(b.Bytes, a.Bytes) })
	return list
}

// An analysis is the state of [New].
type analysis struct {
	Input
	*ledger
	copies []copied
	places []Place
}
