// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/quine-fw/quine/image"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"quine": main})
}

// TestScripts runs the scripts in testdata. Each finds the firmware blink.elf in its
// directory.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			elf, err := os.ReadFile("../../image/testdata/blink-gcc12.2.elf")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "blink.elf"), elf, 0o666)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"poke":  poke,
			"stage": stage,
		},
	})
}

// poke is the script command "poke FILE OFFSET HEX", which overwrites bytes.
func poke(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: poke FILE OFFSET HEX")
	}
	data := []byte(ts.ReadFile(args[0]))
	at, err := strconv.ParseUint(args[1], 0, 31)
	ts.Check(err)
	b, err := hex.DecodeString(args[2])
	ts.Check(err)
	copy(data[at:], b)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o666))
}

// stage is the script command "stage IMAGE DUMP", which writes the dump of a store
// in which the image waits to be installed.
func stage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: stage IMAGE DUMP")
	}
	im, err := image.Parse([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	dump := bytes.Repeat([]byte{0xFF}, 0x2400)
	h := append([]byte("QSTG\x01\x00\x00\x00"), im.Manifest.ID[:]...)
	h = append(h, "baseid..\x00\x00\x00\x00"...)
	copy(dump, binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(h)))
	copy(dump[0x400:], im.Blank())
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), dump, 0o666))
}

// TestTerminal checks that binary data never reaches a terminal.
func TestTerminal(t *testing.T) {
	var out, errs bytes.Buffer
	c := &console{in: bytes.NewReader(nil), out: &out, err: &errs, outTerminal: true}
	code := c.run([]string{"seal", "../../image/testdata/blink-gcc12.2.elf", "--version", "1.0.0", "-o", "-"})
	want := "quine: error: refusing to write binary data to the terminal\n" +
		"quine: hint: name a file with -o, or redirect the output\n"
	if code != exitUsage || out.Len() != 0 || errs.String() != want {
		t.Errorf("exit code %d, %d bytes of output, errors:\n%s", code, out.Len(), &errs)
	}
}

// TestHelp checks that every verb has an example and says where its files go.
func TestHelp(t *testing.T) {
	for _, cmd := range newRoot(&console{}).Commands() {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("%s has no example or no description", cmd.Name())
		}
	}
}
