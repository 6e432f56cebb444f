// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"context"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// TestUnits compiles devices whose settings do not fit the erase units of their flash: an install, or an update,
// would erase what lies behind, such as the floor of the security counter.
func TestUnits(t *testing.T) {
	need.Program(t, "cc", "cc")
	image, small, large, signed := Tiny, NRF51, NRF51, SignedTiny
	image.ImageMax -= 128
	signed.ImageMax += 64
	small.StoreUnit /= 2
	large.StoreUnit *= 2
	large.StoreSize = 9 * large.StoreUnit
	tests := []struct {
		name string
		Geometry
		want string
	}{
		{"image", image, "QUINE_IMAGE_MAX is inside an erase unit"},
		{"image before a floor", signed, "QUINE_IMAGE_MAX is inside an erase unit"},
		{"small store units", small, "the store is not whole erase units"},
		{"large store units", large, "the store is not whole erase units"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := Build(context.Background(), *library, t.TempDir(), test.Geometry, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("Build = %v, want %q", err, test.want)
			}
		})
	}
}
