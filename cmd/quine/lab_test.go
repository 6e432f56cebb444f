// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/binary"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
)

// haveFirmware says whether the example was built, encrypted too, or must have been.
func haveFirmware() bool {
	_, err1 := os.Stat("../../build/microbit/v2.bin")
	_, err2 := os.Stat("../../build/microbit-encrypted/v2.bin")
	return err1 == nil && err2 == nil || strings.Contains(os.Getenv("QUINE_NEED"), "firmware")
}

// breakCall is the script command "break ELF CALLER FUNCTION RESULT IMAGE", which writes an
// image in which CALLER does not call the function but takes the result for granted.
func breakCall(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: break ELF CALLER FUNCTION RESULT IMAGE")
	}
	elf := []byte(ts.ReadFile(args[0]))
	p, err := emu.Load(elf, nil)
	ts.Check(err)
	caller, ok1 := p.Symbol(args[1])
	function, ok2 := p.Symbol(args[2])
	if !ok1 || !ok2 {
		ts.Fatalf("no symbol %s or %s", args[1], args[2])
	}
	result, err := strconv.ParseUint(args[3], 0, 8)
	ts.Check(err)
	raw, err := image.Read(elf)
	ts.Check(err)
	at := caller&^1 - raw.Boot.LoadAddress
	for end := at + 512; ; at += 2 {
		if at == end {
			ts.Fatalf("%s does not call %s", args[1], args[2])
		}
		h, l := uint32(binary.LittleEndian.Uint16(raw.Data[at:])), uint32(binary.LittleEndian.Uint16(raw.Data[at+2:]))
		offset := int32(h<<21)>>9 | int32(l&0x7FF<<1) // of a BL over less than 4 MiB
		if h>>11 == 0x1E && l>>14 == 3 && raw.Boot.LoadAddress+at+4+uint32(offset) == function&^1 {
			break
		}
	}
	copy(raw.Data[at:], []byte{byte(result), 0x20, 0x00, 0xBF}) // movs r0, #; nop
	im, err := image.Seal(raw, image.Options{Version: image.Version{Major: 1}})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[4]), im.Factory(), 0o666))
}
