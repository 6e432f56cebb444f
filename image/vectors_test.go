// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quine-fw/quine"
)

const vectorDir = "../spec/vectors/image"

var update = flag.Bool("update", false, "write the vectors anew")

// A vector is one file of spec/vectors/image.
type vector struct {
	header map[string]string
	data   []byte
}

// readVector parses a file of the form that spec/vectors/README.md describes.
func readVector(t *testing.T, name string) vector {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	v := vector{header: map[string]string{}}
	lines := bufio.NewScanner(f)
	for lines.Scan() && lines.Text() != "" {
		key, value, ok := strings.Cut(lines.Text(), ": ")
		if !ok {
			t.Fatalf("%s: header line %q", name, lines.Text())
		}
		v.header[key] = value
	}
	size, err := strconv.Atoi(v.header["size"])
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	v.data = bytes.Repeat([]byte{0xFF}, size)
	for lines.Scan() {
		var at int
		var row []byte
		if _, err := fmt.Sscanf(lines.Text(), "%x: %x", &at, &row); err != nil || at+len(row) > size {
			t.Fatalf("%s: row %q", name, lines.Text())
		}
		copy(v.data[at:], row)
	}
	return v
}

// TestVectors runs every vector in the directory, whoever wrote it.
func TestVectors(t *testing.T) {
	names, err := filepath.Glob(filepath.Join(vectorDir, "*.vec"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".vec"), func(t *testing.T) {
			v := readVector(t, name)
			im, err := Parse(v.data)
			if err == nil {
				err = im.Verify()
			}
			if err == nil && im.Manifest.Signed() {
				err = CheckKeys(Keys(im.Data), im.Manifest.KeyID, im.Digest(), im.Manifest.Signature)
			}
			var e *quine.Error
			if errors.As(err, &e) {
				code, _ := strconv.Atoi(v.header["code"])
				if e.Code.Name() != v.header["expect"] || int(e.Code) != code {
					t.Errorf("got %v, want %s", err, v.header["expect"])
				}
				return
			}
			if err != nil || v.header["expect"] != "OK" {
				t.Fatalf("got %v, want %s", err, v.header["expect"])
			}
			d := im.Digest()
			got := map[string]string{
				"id": im.Manifest.ID.String(), "digest": hex.EncodeToString(d[:]), "seal": im.SealState().String(),
			}
			for key, value := range got {
				if v.header[key] != value {
					t.Errorf("%s is %s, want %s", key, value, v.header[key])
				}
			}
		})
	}
}

// TestVectorsAreCurrent makes every vector of vectorCases and compares it with its
// file. With -update it writes the files.
func TestVectorsAreCurrent(t *testing.T) {
	for _, c := range vectorCases {
		want := c.file()
		name := filepath.Join(vectorDir, c.name+".vec")
		if *update {
			if err := os.WriteFile(name, want, 0o666); err != nil {
				t.Fatal(err)
			}
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: run go test ./image -run Vectors -update (-made +file):\n%s", name, diff)
		}
	}
}

// file returns the vector as a file.
func (c *vectorCase) file() []byte {
	return vectorFile(c.build(), c.section, c.comment, c.want, c.host)
}

// vectorFile returns the file of a vector with this body.
func vectorFile(data []byte, section, comment string, want quine.Code, host bool) []byte {
	var b bytes.Buffer
	line := func(key string, value any) { fmt.Fprintf(&b, "%s: %v\n", key, value) }
	line("comment", comment)
	line("spec", "image.md section "+section)
	if want == 0 {
		im, err := Parse(data)
		if err != nil {
			panic(fmt.Sprintf("vector %s: %v", comment, err))
		}
		d := im.Digest()
		line("expect", "OK")
		line("code", 0)
		line("id", im.Manifest.ID)
		line("digest", hex.EncodeToString(d[:]))
		line("seal", im.SealState())
	} else {
		line("expect", want.Name())
		line("code", int(want))
	}
	if host {
		line("reader", "host")
	}
	line("size", len(data))
	line("body", "rows")
	b.WriteByte('\n')
	for at := 0; at < len(data); at += 16 {
		if row := data[at:min(at+16, len(data))]; !isBlank(row) {
			fmt.Fprintf(&b, "%04x: %x\n", at, row)
		}
	}
	return b.Bytes()
}
