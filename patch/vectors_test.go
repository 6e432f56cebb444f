// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

var update = flag.Bool("update", false, "write the vectors anew")

const vectorDir = "../spec/vectors/patch"

// A vector is one case of spec/vectors/patch: what a device is given and what it
// must say.
type vector struct {
	name     string // of the file, without its extension
	comment  string
	section  string // of spec/patch.md, or of the other document
	document string
	raw      bool
	base     string  // file name; "" for none
	device   *device // its old is the content of base; of an image patch only
	old      []byte  // of a raw patch only
	patch    []byte
	code     quine.Code // expected; 0 if the patch is good
	result   []byte     // expected of a good one

	// Of a good one that was read: CRCs of the image and of what an encrypted store
	// holds of it.
	resultCRC, staged uint32
}

// run applies the patch and returns the error number and the bytes made.
func (v *vector) run() (quine.Code, []byte) {
	out, err := v.apply()
	var e *quine.Error
	switch {
	case err == nil:
		return 0, out
	case errors.As(err, &e):
		return e.Code, nil
	}
	return quine.CodeState, nil // never: every error has a number
}

func (v *vector) apply() ([]byte, error) {
	if v.raw {
		return ApplyRaw(v.old, v.patch)
	}
	h, err := parseImageHeader(v.patch)
	if err != nil {
		return nil, err
	}
	out, err := v.device.apply(h, v.patch)
	if err != nil {
		return nil, err
	}
	_, err = check(out)
	return out, err
}

// encode returns the content of the vector's file.
func (v *vector) encode() []byte {
	var b bytes.Buffer
	line := func(key string, value any) { fmt.Fprintf(&b, "%s: %v\n", key, value) }
	line("comment", v.comment)
	line("spec", cmp.Or(v.document, "patch.md")+" section "+v.section)
	if v.code == 0 {
		line("expect", "OK")
	} else {
		line("expect", v.code.Name())
	}
	line("code", int(v.code))
	if v.code == 0 {
		line("result-size", len(v.result))
		line("result-crc", fmt.Sprintf("0x%08x", crc32.ChecksumIEEE(v.result)))
		if crc := v.stagedCRC(); crc != 0 {
			line("staged-crc", fmt.Sprintf("0x%08x", crc))
		}
	}
	if v.raw {
		line("kind", "raw")
	} else {
		line("kind", "image")
	}
	if v.base != "" {
		line("base", v.base)
	}
	if d := v.device; d != nil {
		line("counter", d.counter)
		line("boot-abi", d.boot.ABI)
		line("flags", fmt.Sprintf("0x%04x", uint16(d.boot.Flags)))
		line("load-address", fmt.Sprintf("0x%08x", d.boot.LoadAddress))
		line("manifest-offset", d.boot.ManifestOffset)
		line("seal-offset", d.boot.SealOffset)
		line("seal-size", d.boot.SealSize)
		line("hardware", d.boot.Hardware)
		line("image-max", d.boot.ImageMax)
		line("store-max", d.boot.StoreMax)
		line("product", fmt.Sprintf("0x%08x", d.boot.Product))
		if d.key != nil {
			line("key", hex.EncodeToString(d.key))
		}
	}
	b.WriteByte('\n')
	b.Write(v.patch)
	return b.Bytes()
}

// stagedCRC returns the CRC of what an encrypted store holds of the result; 0 of any
// other vector.
func (v *vector) stagedCRC() uint32 {
	h, err := ParseHeader(v.patch)
	if err != nil || !h.Encrypted {
		return 0
	}
	staged := must(must(image.Parse(v.result)).Stage(v.device.key, h.Nonce))
	return crc32.ChecksumIEEE(staged)
}

// readVector reads a vector's file, and its base.
func readVector(t *testing.T, path string) *vector {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, body, found := bytes.Cut(data, []byte("\n\n"))
	if !found {
		t.Fatalf("%s has no blank line", path)
	}
	values := map[string]string{}
	for line := range strings.SplitSeq(string(head), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		values[key] = value
	}
	number := func(key string) uint32 {
		n, err := strconv.ParseInt(values[key], 0, 64)
		if err != nil && values[key] != "" {
			t.Fatalf("%s: %s: %v", path, key, err)
		}
		return uint32(n)
	}
	v := &vector{name: filepath.Base(path), raw: values["kind"] == "raw", base: values["base"], patch: body,
		resultCRC: number("result-crc"), staged: number("staged-crc")}
	v.code = quine.Code(int32(number("code")))
	if want := v.code.Name(); v.code != 0 && values["expect"] != want {
		t.Errorf("%s: expect is %s, not %s", path, values["expect"], want)
	}
	var base []byte
	if v.base != "" {
		if base, err = os.ReadFile(filepath.Join(filepath.Dir(path), v.base)); err != nil {
			t.Fatal(err)
		}
	}
	if v.raw {
		v.old = base
		return v
	}
	v.device = &device{counter: number("counter"), old: base, boot: image.BootInfo{
		ABI:            uint16(number("boot-abi")),
		Flags:          image.BootFlags(number("flags")),
		LoadAddress:    number("load-address"),
		ManifestOffset: number("manifest-offset"),
		SealOffset:     number("seal-offset"),
		SealSize:       uint16(number("seal-size")),
		Hardware:       uint16(number("hardware")),
		ImageMax:       number("image-max"),
		StoreMax:       number("store-max"),
		Product:        number("product"),
	}}
	if v.device.key, err = hex.DecodeString(values["key"]); err != nil {
		t.Fatalf("%s: key: %v", path, err)
	}
	return v
}

// writeVectors writes the files of the vectors, and those of their bases, to dir.
func writeVectors(t *testing.T, dir string, vectors []*vector) {
	t.Helper()
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	done := map[string]bool{"": true}
	for _, v := range vectors {
		write(v.name+".vec", v.encode())
		if done[v.base] {
			continue
		}
		done[v.base] = true
		if v.raw {
			write(v.base, v.old)
		} else {
			write(v.base, v.device.old)
		}
	}
}

// The committed vectors are those that the generator makes. With -update they are
// written anew; that is right only when the format changes, or the encoder finds other
// patches, and then the old ones must still give what they gave.
func TestVectorsAreGenerated(t *testing.T) {
	vectors := makeVectors(t)
	if *update {
		old, _ := filepath.Glob(vectorDir + "/*.vec")
		for _, path := range old {
			os.Remove(path)
		}
		writeVectors(t, vectorDir, vectors)
	}
	for _, v := range vectors {
		got, err := os.ReadFile(filepath.Join(vectorDir, v.name+".vec"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, v.encode()) {
			t.Errorf("%s is not what the generator makes", v.name)
		}
	}
}

func TestVectors(t *testing.T) {
	paths, err := filepath.Glob(vectorDir + "/*.vec")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors in %s: %v", vectorDir, err)
	}
	paths128 := []string{} // those with a key of 16 bytes
	paths256 := []string{} // all others
	for _, path := range paths {
		v := readVector(t, path)
		if !v.raw && len(v.device.key) == 16 {
			paths128 = append(paths128, path)
		} else {
			paths256 = append(paths256, path)
		}
		t.Run(v.name, func(t *testing.T) {
			code, result := v.run()
			if code != v.code {
				t.Fatalf("code %d, want %d", code, v.code)
			}
			if code != 0 {
				return
			}
			if crc := crc32.ChecksumIEEE(result); crc != v.resultCRC {
				t.Errorf("result has the CRC 0x%08x, want 0x%08x", crc, v.resultCRC)
			}
			if v.result = result; v.stagedCRC() != v.staged {
				t.Errorf("store has the CRC 0x%08x, want 0x%08x", v.stagedCRC(), v.staged)
			}
		})
	}
	t.Run("C", func(t *testing.T) {
		runC(t, buildC(t, "test_patch_vectors", 32), paths256...)
		runC(t, buildC(t, "test_patch_vectors", 16), paths128...)
	})
}
