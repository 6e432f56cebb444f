// SPDX-License-Identifier: BSD-3-Clause

//go:build !linux

package main

import "runtime"

// peakMemory returns the memory that this process has obtained from the system,
// which is a little more than what it used.
func peakMemory() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.Sys)
}
