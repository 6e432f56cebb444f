// SPDX-License-Identifier: BSD-3-Clause

package image

import "testing"

func TestParseVersion(t *testing.T) {
	tests := []struct {
		in, out string // out "" means an error
		core    uint32
	}{
		{"1.2.3", "1.2.3", 0x01020003},
		{"v1.2.3+4", "1.2.3+4", 0x01020003},
		{"255.255.65535+4294967295", "255.255.65535+4294967295", 0xFFFFFFFF},
		{"0.0.0+0", "0.0.0", 0},
		{"1.2", "", 0},
		{"1.2.3.4", "", 0},
		{"1.2.3+", "", 0},
		{"1.2.3-rc1", "", 0},
		{"01.2.3", "", 0},
		{"+1.2.3", "", 0},
		{"256.0.0", "", 0},
		{"0.0.65536", "", 0},
		{"0.0.0+4294967296", "", 0},
		{"", "", 0},
	}
	for _, tt := range tests {
		v, err := ParseVersion(tt.in)
		if err != nil {
			if tt.out != "" {
				t.Errorf("%q: %v", tt.in, err)
			}
			continue
		}
		if v.String() != tt.out || v.core() != tt.core {
			t.Errorf("%q: got %v, 0x%08x", tt.in, v, v.core())
		}
		if u := unpackVersion(v.core(), v.Build); u != v {
			t.Errorf("%q: unpacked as %v", tt.in, u)
		}
	}
}
