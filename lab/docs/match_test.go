// SPDX-License-Identifier: BSD-3-Clause

package docs

import (
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		want, got string
		ok        bool
		now       string
	}{
		{"", "", true, ""},
		{"a", "", false, ""},
		{"", "a", false, ""},
		{"wrote v1.bin", "wrote v1.bin", true, "wrote v1.bin"},
		{"wrote v1.bin", "wrote v2.bin", false, ""},
		{"boot  1524 bytes", "boot 1100 bytes", true, "boot 1100 bytes"},
		{"boot 1524 bytes", "boot 900 bytes", false, ""},
		{"3 boards", "4 boards", false, ""},
		{"0.3 %", "0.4 %", true, "0.4 %"},
		{"at 0x1000", "at 0x0f", true, "at 0x0f"},
		{"id 0123456789abcdef", "id fedcba9876543210", true, "id fedcba9876543210"},
		{"id ... of 12 bytes", "id 77 of 17 bytes", true, "id ... of 12 bytes"},
		{"id ... of 12 words", "id 77 of 17 bytes", false, ""},
		{"a|...|d", "a|b|c|d", true, "a|...|d"},
		{"a|...|d", "a|b|c", false, ""},
		{"...", "", true, "..."},
	}
	for _, test := range tests {
		lines := func(s string) []string {
			if s == "" {
				return nil
			}
			return strings.Split(s, "|")
		}
		now, ok := match(lines(test.want), lines(test.got))
		if ok != test.ok || ok && !slices.Equal(now, lines(test.now)) {
			t.Errorf("%q, %q: %q, %v", test.want, test.got, now, ok)
		}
	}
}
