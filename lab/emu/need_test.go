// SPDX-License-Identifier: BSD-3-Clause

package emu

import (
	"os"
	"slices"
	"strings"
)

// needs reports whether the environment asks that nothing that takes the tool is
// skipped.
func needs(tool string) bool {
	return slices.Contains(strings.Split(os.Getenv("QUINE_NEED"), ","), tool)
}
