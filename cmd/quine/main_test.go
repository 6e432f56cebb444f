// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/asn1"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/quine-fw/quine/image"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"quine": main})
}

// TestScripts runs the scripts in testdata. Each finds the firmware blink.elf in its
// directory; signed.elf is the same for devices that take signed images only, and
// secure.elf for those that take encrypted patches as well; plain.elf is that of
// examples/foreign/plain/before, without Quine. The commands of docs/security.md are
// security.sh; $FIRMWARE is the folder of the example that make firmware builds.
func TestScripts(t *testing.T) {
	firmware, err := filepath.Abs("../../build/microbit")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			elf, err := os.ReadFile("../../image/testdata/blink-gcc12.2.elf")
			if err != nil {
				return err
			}
			e.Setenv("FIRMWARE", firmware)
			for name, flags := range map[string]image.BootFlags{
				"blink.elf": 0, "signed.elf": image.BootSigned, "secure.elf": image.BootSigned | image.BootEncrypted,
			} {
				elf[bytes.Index(elf, []byte("QUINEBT1"))+0x0A] = byte(flags)
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), elf, 0o666); err != nil {
					return err
				}
			}
			if elf, err = os.ReadFile("testdata/plain-gcc12.2.elf"); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(e.WorkDir, "plain.elf"), elf, 0o666); err != nil {
				return err
			}
			guide, err := os.ReadFile("../../docs/security.md")
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "security.sh"), shellBlocks(string(guide)), 0o666)
		},
		Condition: func(name string) (bool, error) {
			if name == "firmware" {
				return haveFirmware(), nil
			}
			tool, ok := strings.CutPrefix(name, "tool:")
			if !ok {
				return false, fmt.Errorf("unknown condition %q", name)
			}
			_, err := exec.LookPath(tool)
			if err != nil && slices.Contains(strings.Split(os.Getenv("QUINE_NEED"), ","), tool) {
				return false, err
			}
			return err == nil, nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"bootkeys": bootkeys,
			"break":    breakCall,
			"poke":     poke,
			"rawsig":   rawsig,
			"stage":    stage,
		},
	})
}

// shellBlocks returns the commands in the blocks of a page that are marked sh.
func shellBlocks(page string) []byte {
	var script []byte
	for _, block := range strings.Split(page, "\n```sh\n")[1:] {
		commands, _, _ := strings.Cut(block, "```")
		script = append(script, commands...)
	}
	return script
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

// stage is the script command "stage IMAGE DUMP [KEY]", which writes the dump of a
// store in which the image waits to be installed, encrypted if there is a key.
func stage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: stage IMAGE DUMP [KEY]")
	}
	im, err := image.Parse([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	var key []byte
	if len(args) == 3 {
		key, err = aesKey(ts.MkAbs(args[2]))
		ts.Check(err)
	}
	staged, err := im.Stage(key, [12]byte([]byte("twelve bytes")))
	ts.Check(err)
	dump := bytes.Repeat([]byte{0xFF}, 0x2400)
	h := append([]byte("QSTG\x01\x00\x00\x00"), im.Manifest.ID[:]...)
	h = append(h, "baseid..\x00\x00\x00\x00"...)
	copy(dump, binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE(h)))
	copy(dump[0x400:], staged)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), dump, 0o666))
}

// bootkeys is the script command "bootkeys ELF ID PUB [ID PUB]", which puts public
// keys into the boot sector.
func bootkeys(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 && len(args) != 5 {
		ts.Fatalf("usage: bootkeys ELF ID PUB [ID PUB]")
	}
	elf := []byte(ts.ReadFile(args[0]))
	binary.LittleEndian.PutUint32(elf[0x143C+40+20:], image.BootSize) // of section .boot
	records := elf[0x94+0x800 : 0x94+0x800]                           // in that section
	for rest := args[1:]; len(rest) > 0; rest = rest[2:] {
		id, err := strconv.ParseUint(rest[0], 10, 8)
		ts.Check(err)
		pub, err := new(console).publicKey(ts.MkAbs(rest[1]))
		ts.Check(err)
		records, err = (&image.Key{ID: uint8(id), Public: pub}).AppendBinary(records)
		ts.Check(err)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), elf, 0o666))
}

// rawsig is the script command "rawsig DER RAW", which takes r and s out of a
// signature.
func rawsig(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: rawsig DER RAW")
	}
	var v struct{ R, S *big.Int }
	_, err := asn1.Unmarshal([]byte(ts.ReadFile(args[0])), &v)
	ts.Check(err)
	raw := make([]byte, 64)
	v.R.FillBytes(raw[:32])
	v.S.FillBytes(raw[32:])
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), raw, 0o666))
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
