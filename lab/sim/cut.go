// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// How says how a power cut meets an operation of flash.
type How int

// The values of How; device/test/host/host_flash.h says more.
const (
	None   How = iota // there is no cut
	Before            // the operation does not take place
	Prefix            // its first bytes do
	Bits              // some of its bits do
	Almost            // all but one of its bits do
	Done              // it reads as if it had, and will not for ever
	Weak              // its bytes read differently each time
	Slow              // its bytes read differently after each reset
	After             // it takes place, and then nothing else does
)

// Ways lists all ways in which a power cut meets an operation.
var Ways = []How{Before, Prefix, Bits, Almost, Done, Weak, Slow, After}

var howNames = []string{"none", "before", "prefix", "bits", "almost", "done", "weak", "slow", "after"}

// String returns the name of h.
func (h How) String() string { return howNames[h] }

// A Cut is a power cut at the At-th operation from when it is planned. The seed
// decides all that is random about it, what weak cells read included.
type Cut struct {
	At   int
	How  How
	Seed uint32
}

// String returns c in the form that [ParseCut] reads.
func (c Cut) String() string { return fmt.Sprintf("%d-%v-%d", c.At, c.How, c.Seed) }

// ParseCut parses a cut such as "17-weak-3".
func ParseCut(s string) (Cut, error) {
	bad := fmt.Errorf("sim: %q is not a cut such as 17-weak-3", s)
	part := strings.Split(s, "-")
	if len(part) != 3 {
		return Cut{}, bad
	}
	at, err1 := strconv.Atoi(part[0])
	how := slices.Index(howNames, part[1])
	seed, err2 := strconv.ParseUint(part[2], 10, 32)
	if err1 != nil || err2 != nil || how < 0 {
		return Cut{}, bad
	}
	return Cut{at, How(how), uint32(seed)}, nil
}
