// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"fmt"
	"strconv"
	"strings"
)

// A Version is the version of an image, for people and for fleet tools. Devices
// do not compare versions; they compare security counters.
type Version struct {
	Major, Minor uint8
	Patch        uint16
	Build        uint32
}

// ParseVersion parses "major.minor.patch" or "major.minor.patch+build", with or
// without a leading "v". Numbers are decimal without leading zeros; major and
// minor are at most 255, patch 65535, build 4294967295. Pre-release suffixes
// ("1.0.0-rc1") have no place in a manifest and are refused.
func ParseVersion(s string) (Version, error) {
	core, build, hasBuild := strings.Cut(strings.TrimPrefix(s, "v"), "+")
	part := strings.Split(core, ".")
	if len(part) != 3 {
		return Version{}, fmt.Errorf("version %q is not of the form 1.2.3 or 1.2.3+4", s)
	}
	if !hasBuild {
		build = "0"
	}
	var n [4]uint32
	for i, f := range []struct {
		name, digits string
		bits         int
	}{
		{"major", part[0], 8}, {"minor", part[1], 8}, {"patch", part[2], 16}, {"build", build, 32},
	} {
		v, err := strconv.ParseUint(f.digits, 10, f.bits)
		if err != nil || strconv.FormatUint(v, 10) != f.digits {
			return Version{}, fmt.Errorf("version %q: %s must be a plain number of 0 to %d",
				s, f.name, uint64(1)<<f.bits-1)
		}
		n[i] = uint32(v)
	}
	return Version{uint8(n[0]), uint8(n[1]), uint16(n[2]), n[3]}, nil
}

// String returns the form that [ParseVersion] takes; a build of zero is left out.
func (v Version) String() string {
	s := fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
	if v.Build != 0 {
		s += fmt.Sprintf("+%d", v.Build)
	}
	return s
}

// core returns the version field of the manifest.
func (v Version) core() uint32 {
	return uint32(v.Major)<<24 | uint32(v.Minor)<<16 | uint32(v.Patch)
}

// unpackVersion is the inverse of core.
func unpackVersion(core, build uint32) Version {
	return Version{uint8(core >> 24), uint8(core >> 16), uint16(core), build}
}
