// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Wrong says what goes wrong when a staging store is read.
type Wrong int

// The values of Wrong; device/test/host/host_fault.h says more.
const (
	Right   Wrong = iota // nothing
	Failing              // the read fails and leaves junk
	Busy                 // it fails and leaves everything as it was
	Short                // only the first half arrives
	Garbled              // random bytes arrive
	Flipped              // one bit is wrong
	Absent               // nothing answers: ones
	Zeros                // a short circuit: zeros
	Swapped              // bytes of another store: [Device.SetOther]
)

var wrongNames = []string{"right", "failing", "busy", "short", "garbled", "flipped", "absent", "zeros", "swapped"}

// String returns the name of w.
func (w Wrong) String() string { return wrongNames[w] }

// A Fault says which reads of the store go wrong, boot's and the client's alike.
// What is random follows the seed of the last [Device.Plan].
type Fault struct {
	From  int // number of the first one from when it is planned
	Reads int // how many; 0 for all
	How   Wrong
}

// String returns f in the form that [ParseFault] reads.
func (f Fault) String() string { return fmt.Sprintf("%d-%d-%v", f.From, f.Reads, f.How) }

// ParseFault parses a fault such as "17-1-busy".
func ParseFault(s string) (Fault, error) {
	bad := fmt.Errorf("sim: %q is not a fault such as 17-1-busy", s)
	part := strings.Split(s, "-")
	if len(part) != 3 {
		return Fault{}, bad
	}
	from, err1 := strconv.Atoi(part[0])
	n, err2 := strconv.Atoi(part[1])
	how := slices.Index(wrongNames, part[2])
	if err1 != nil || err2 != nil || how < 0 {
		return Fault{}, bad
	}
	return Fault{from, n, Wrong(how)}, nil
}
