// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"fmt"
	"os"
)

// peakMemory returns the largest resident set of this process. What getrusage says
// would not do: it counts what the process was before it started this program.
func peakMemory() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(status, []byte("\nVmHWM:"))
	var kib int64
	fmt.Sscan(string(rest), &kib)
	return kib << 10
}
