// SPDX-License-Identifier: BSD-3-Clause

package main

import "github.com/quine-fw/quine/patch"

// The efforts measured unless others are asked for.
const (
	effortDefault = patch.DefaultEffort
	effortMax     = patch.MaxEffort
)

// options returns the options for an effort.
func options(effort int) *patch.Options { return &patch.Options{Effort: effort} }
