// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/patch"
)

// inputMax is the largest input in bytes; an ELF file with debug information of a
// large program stays below it.
const inputMax = 256 << 20

// read returns the content of the file name, or of standard input for "-".
func (c *console) read(name string) ([]byte, error) {
	r := c.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, plain(err)
		}
		defer f.Close()
		r = f
	}
	data, err := io.ReadAll(io.LimitReader(r, inputMax+1))
	if err != nil {
		return nil, inFile(name, plain(err))
	}
	if len(data) > inputMax {
		return nil, inFile(name, fmt.Errorf("file is larger than %d bytes", inputMax))
	}
	return data, nil
}

// plain takes the system call out of an error of package os.
func plain(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return &fileError{p.Path, p.Err}
	}
	return err
}

// image returns the verified image in the file name, which is a binary, Intel
// HEX or UF2.
func (c *console) image(name string) (*image.Image, error) {
	data, err := c.read(name)
	if err != nil {
		return nil, err
	}
	im, err := parseImage(data)
	if err == nil {
		err = im.Verify()
	}
	if err != nil && isPatch(data) {
		err = &hinted{errors.New("file is a patch, not an image"), "quine inspect tells about patches, quine apply makes images of them"}
	}
	if err != nil {
		return nil, inFile(name, err)
	}
	return im, nil
}

// isPatch reports whether data starts like a patch. No image does: its first byte is a
// multiple of 4.
func isPatch(data []byte) bool {
	_, err := patch.ParseHeader(data)
	return err == nil
}

// parseImage parses a sealed image in any form that package image reads.
func parseImage(data []byte) (*image.Image, error) {
	if !isContainer(data) {
		return image.Parse(data)
	}
	raw, err := image.Read(data)
	if err != nil {
		return nil, err
	}
	return image.Parse(raw.Data)
}

// isELF reports whether data is an ELF file. No image starts like one: its first
// word is an address aligned to 4.
func isELF(data []byte) bool { return bytes.HasPrefix(data, []byte("\x7fELF")) }

// isContainer reports whether data is a file that says where its content goes: ELF,
// Intel HEX or UF2. No image starts like those either.
func isContainer(data []byte) bool {
	return isELF(data) || bytes.HasPrefix(data, []byte(":")) || image.IsUF2(data)
}

// checkOutput refuses an output before any work is done for it: a missing one, one
// that is also an input, or binary data for a terminal.
func (c *console) checkOutput(name string, inputs ...string) error {
	switch name {
	case "":
		return usagef("missing output; name it with -o")
	case "-":
		if c.outTerminal {
			return &hinted{usagef("refusing to write binary data to the terminal"), "name a file with -o, or redirect the output"}
		}
		return nil
	}
	out, err := os.Stat(name)
	if err != nil {
		return nil // it is new, or will fail when written
	}
	if out.IsDir() {
		return usagef("output %s is a directory", name)
	}
	for _, input := range inputs {
		if in, err := os.Stat(input); err == nil && input != "-" && os.SameFile(in, out) && out.Mode().IsRegular() {
			return usagef("output %s is also an input", name)
		}
	}
	return nil
}

// write writes data to the file name, or to standard output for "-". A regular file
// appears whole under its name, or not at all.
func (c *console) write(name string, data []byte) error {
	if name == "-" {
		_, err := c.out.Write(data)
		return err
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return plain(os.WriteFile(name, data, 0o666))
	}
	temp := fmt.Sprintf("%s.%08x.tmp", name, rand.Uint32())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return inFile(name, errors.Unwrap(err))
	}
	_, err = f.Write(data)
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(temp, name)
	}
	if err != nil {
		os.Remove(temp)
		return inFile(name, err)
	}
	return nil
}

// report returns where to report on work whose result goes to the file name.
func (c *console) report(name string) io.Writer {
	if name == "-" {
		return c.err
	}
	return c.out
}

// writeJSON writes v to w as indented JSON.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
