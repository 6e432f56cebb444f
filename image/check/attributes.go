// SPDX-License-Identifier: BSD-3-Clause

package check

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// baseline reports whether the build attributes of f (Addenda to the ABI for the Arm
// Architecture, section 3) say ARMv6-M or the baseline of ARMv8-M.
func baseline(f *elf.File, data []byte) bool {
	s := f.Section(".ARM.attributes")
	if s == nil || s.Offset > uint64(len(data)) || s.Size > uint64(len(data))-s.Offset {
		return false
	}
	const v6M, v6SM, v8MBase = 11, 12, 16
	b, ok := bytes.CutPrefix(data[s.Offset:][:s.Size], []byte("A"))
	if !ok || len(b) < 4 {
		return false
	}
	if b, ok = bytes.CutPrefix(b[4:], []byte("aeabi\x00\x01")); !ok || len(b) < 4 {
		return false
	}
	arch := attribute(b[4:], 6) // Tag_CPU_arch
	return arch == v6M || arch == v6SM || arch == v8MBase
}

// attribute returns the value of a numeric tag in b, 0 if it is not there.
func attribute(b []byte, want uint64) uint64 {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return 0
		}
		b = b[n:]
		if tag == 4 || tag == 5 || tag > 32 && tag%2 == 1 { // text
			_, b, _ = bytes.Cut(b, []byte{0})
			continue
		}
		v, n := binary.Uvarint(b)
		if n <= 0 || tag == want {
			return v
		}
		b = b[n:]
	}
	return 0
}
