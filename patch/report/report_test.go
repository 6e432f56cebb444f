// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/quine-fw/quine/patch"
)

// code returns n bytes that look like code: common upper halves, random lower ones.
func code(seed uint64, n int) []byte {
	rng := rand.New(rand.NewPCG(seed, 0))
	upper := []byte{0x46, 0x68, 0x60, 0x20, 0x21, 0x1C, 0xB5, 0xBD, 0x4B, 0x78}
	b := make([]byte, n)
	for i := 0; i+1 < n; i += 2 {
		b[i], b[i+1] = byte(rng.Uint32()), upper[rng.IntN(len(upper))]
	}
	return b
}

// join joins byte strings.
func join(parts ...any) []byte {
	var b []byte
	for _, p := range parts {
		switch p := p.(type) {
		case []byte:
			b = append(b, p...)
		case string:
			b = append(b, p...)
		}
	}
	return b
}

// examined reports on the patch from old to new.
func examined(t *testing.T, in Input) *Report {
	t.Helper()
	p, err := patch.CreateRaw(in.Old, in.New, nil)
	if err != nil {
		t.Fatal(err)
	}
	in.Patch = p
	if _, err := patch.TraceRaw(in.Old, p, func(p patch.Part) { in.Parts = append(in.Parts, p) }); err != nil {
		t.Fatal(err)
	}
	return New(in)
}

// cause returns the cause of that name, nil if r has none.
func cause(r *Report, name string) *Cause {
	for i := range r.Causes {
		if strings.Contains(r.Causes[i].Name, name) {
			return &r.Causes[i]
		}
	}
	return nil
}

func TestSumsAgree(t *testing.T) {
	old := code(1, 20000)
	new := join(old[:5000], code(2, 300), old[5000:12000], "some text", old[12100:])
	r := examined(t, Input{Old: old, New: new})
	byKind, byPlace := 0.0, 0.0
	for _, k := range r.Kinds {
		byKind += k.Bytes
	}
	size := 0
	for _, p := range r.Places {
		byPlace += p.Bytes
		size += p.Size
		sum := 0.0
		for _, b := range p.Kinds {
			sum += b
		}
		if math.Abs(sum-p.Bytes) > 1e-6 {
			t.Errorf("%s costs %f, its kinds %f", p.Name, p.Bytes, sum)
		}
	}
	if d := math.Abs(byKind - float64(r.PatchSize)); d > 6 {
		t.Errorf("kinds sum up to %.1f bytes, the patch has %d", byKind, r.PatchSize)
	}
	if header := 10.0; byPlace > byKind || byKind-byPlace > header {
		t.Errorf("places sum up to %.1f bytes, kinds to %.1f", byPlace, byKind)
	}
	if size > len(new) {
		t.Errorf("places have %d bytes, the image %d", size, len(new))
	}
}

func TestEmptyImages(t *testing.T) {
	for _, new := range [][]byte{nil, {1}} {
		r := examined(t, Input{New: new})
		var b bytes.Buffer
		if err := errors.Join(r.WriteText(&b, 3), r.WriteHTML(&b, "empty")); err != nil {
			t.Error(err)
		}
	}
}

// TestHTML checks that the page is well-formed, escapes what it shows, and needs
// nothing else.
func TestHTML(t *testing.T) {
	data, err := os.ReadFile("../../image/testdata/blink-gcc12.2.elf")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseELF(data)
	if err != nil {
		t.Fatal(err)
	}
	old := bytes.Clone(e.Image)
	for i := 200; i < len(old); i += 37 {
		old[i] ^= 0x55
	}
	copy(old[len(old)-200:], "built <b>Jan 01 2024")
	new := bytes.Clone(e.Image)
	copy(new[len(new)-200:], "built <b>Feb 02 2025")
	r := examined(t, Input{Old: old, New: new, NewELF: e})
	var page bytes.Buffer
	if err := r.WriteHTML(&page, "a < b & c"); err != nil {
		t.Fatal(err)
	}
	text := page.String()
	for _, want := range []string{"<title>a &lt; b &amp; c</title>", "<svg", ".text", "Feb 02 2025"} {
		if !strings.Contains(text, want) {
			t.Errorf("page has no %q", want)
		}
	}
	for _, bad := range []string{"http:", "https:", "src=", "url(", "<script", "<link", "ZgotmplZ"} {
		if strings.Contains(text, bad) {
			t.Errorf("page has %q", bad)
		}
	}
	d := xml.NewDecoder(&page)
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSymbols(t *testing.T) {
	data, err := os.ReadFile("../../image/testdata/blink-gcc12.2.elf")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ParseELF(data)
	if err != nil {
		t.Fatal(err)
	}
	at := 0
	names := map[string]bool{}
	for _, p := range placesOf(e, len(e.Image)) {
		if p.Offset != at || p.Size <= 0 {
			t.Fatalf("%+v does not follow 0x%x", p, at)
		}
		at += p.Size
		names[p.Name] = true
	}
	if at != len(e.Image) {
		t.Errorf("places end at 0x%x, the image at 0x%x", at, len(e.Image))
	}
	if !names["reset"] {
		t.Errorf("no place is reset: %v", names)
	}
	if !e.Fit(e.Image) || e.Base() != e.Address {
		t.Error("file does not fit itself")
	}
	if e.Fit(code(9, len(e.Image))) {
		t.Error("file fits anything")
	}
	for i := range len(data) {
		if i%97 == 0 {
			ParseELF(data[:i])
		}
	}
}

func TestJSON(t *testing.T) {
	r := examined(t, Input{Old: code(1, 3000), New: code(1, 3000)})
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(data), `"causes":[]`) || strings.Contains(string(data), "null") {
		t.Errorf("lists are not empty: %s", data)
	}
}

// words returns little-endian words.
func words(list ...uint32) []byte {
	var b []byte
	for _, w := range list {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}
