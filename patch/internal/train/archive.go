// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
)

var errArchive = errors.New("not an archive of the common format")

// members calls visit with the contents of each member of an ar archive, its tables
// included.
func members(archive []byte, visit func([]byte) error) error {
	const (
		magic      = "!<arch>\n"
		headerSize = 60
		sizeAt     = 48
		sizeEnd    = 58
	)
	rest, ok := bytes.CutPrefix(archive, []byte(magic))
	if !ok {
		return errArchive
	}
	for len(rest) >= headerSize {
		size, err := strconv.Atoi(strings.TrimSpace(string(rest[sizeAt:sizeEnd])))
		rest = rest[headerSize:]
		if err != nil || size < 0 || size > len(rest) {
			return errArchive
		}
		if err := visit(rest[:size]); err != nil {
			return err
		}
		rest = rest[min(size+size&1, len(rest)):]
	}
	return nil
}

// readCode calls visit with pieces of the code in an archive: whatever a linker does
// not fill in.
func readCode(name string, visit func([]byte)) error {
	archive, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	return members(archive, func(member []byte) error {
		if !bytes.HasPrefix(member, []byte(elf.ELFMAG)) {
			return nil
		}
		file, err := elf.NewFile(bytes.NewReader(member))
		if err != nil {
			return err
		}
		return codeOf(file, visit)
	})
}

// codeOf calls visit with the pieces of code in an object file.
func codeOf(file *elf.File, visit func([]byte)) error {
	for i, s := range file.Sections {
		if !strings.HasPrefix(s.Name, ".text") || s.Type != elf.SHT_PROGBITS {
			continue
		}
		code, err := s.Data()
		if err != nil {
			return err
		}
		places, err := relocated(file, i)
		if err != nil {
			return err
		}
		at := 0
		for _, p := range places {
			if p >= at && p <= len(code) {
				visit(code[at:p])
				at = min(p+4, len(code))
			}
		}
		visit(code[at:])
	}
	return nil
}

// relocated returns the places in a section, in order, that a linker fills in.
func relocated(file *elf.File, section int) (places []int, err error) {
	for _, s := range file.Sections {
		if s.Type != elf.SHT_REL || int(s.Info) != section {
			continue
		}
		data, err := s.Data()
		if err != nil {
			return nil, err
		}
		for ; len(data) >= 8; data = data[8:] {
			places = append(places, int(binary.LittleEndian.Uint32(data)))
		}
	}
	slices.Sort(places)
	return places, nil
}
