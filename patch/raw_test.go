// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"testing"
)

func TestRaw(t *testing.T) {
	for _, p := range pairs() {
		t.Run(p.name, func(t *testing.T) {
			patch, err := CreateRaw(p.old, p.new, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ApplyRaw(p.old, patch)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, p.new) {
				t.Error("ApplyRaw gives other bytes than CreateRaw was given")
			}
			if again, _ := CreateRaw(p.old, p.new, nil); !bytes.Equal(again, patch) {
				t.Error("CreateRaw gives another patch the second time")
			}
			h, err := ParseHeader(patch)
			if err != nil || !h.Raw || len(p.old)+int(h.Growth) != len(p.new) {
				t.Errorf("ParseHeader = %+v, %v", h, err)
			}
			if h.Size > 16 {
				t.Errorf("header has %d bytes", h.Size)
			}
			if limit := len(p.new)*11/10 + 20; len(patch) > limit {
				t.Errorf("patch has %d bytes, more than %d", len(patch), limit)
			}
			if bytes.Equal(p.old, p.new) && len(patch) > 16 {
				t.Errorf("patch between equal binaries has %d bytes", len(patch))
			}
		})
	}
}
