// SPDX-License-Identifier: BSD-3-Clause

package quine

import (
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The numbers here, in the device library and in the specification are the same.
func TestNumbersAgree(t *testing.T) {
	spec := matches(t, "spec/errors.md", `(?m)^\| (-\d+) \| .(\w+). \| (.*?) \| (.*?) ?\|$`)
	c := map[int]string{}
	for _, m := range matches(t, "device/include/quine_error.h", `QUINE_ERR_(\w+) = (-\d+),`) {
		c[number(t, m[2])] = m[1]
	}
	for _, m := range spec {
		code := Code(number(t, m[1]))
		if code.Name() != m[2] || code.Meaning() != m[3] || code.Cure() != m[4] {
			t.Errorf("%d is %q, %q, %q here, and %q in spec/errors.md", code, code.Name(), code.Meaning(), code.Cure(), m[2:])
		}
		if c[int(code)] != m[2] {
			t.Errorf("%d is %s in spec/errors.md, %q in quine_error.h", code, m[2], c[int(code)])
		}
	}
	if len(spec) != len(text)-1 || len(c) != len(text)-1 {
		t.Errorf("%d errors here, %d in spec/errors.md, %d in quine_error.h", len(text)-1, len(spec), len(c))
	}
}

func matches(t *testing.T, path, pattern string) [][]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(pattern).FindAllStringSubmatch(string(data), -1)
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestError(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{CodeBase, "E8 base: patch was made for another running image"},
		{Code(-99), "E99: unknown error number"},
		{Code(1), "E-1: unknown error number"},
		{&Error{Code: CodeSize, Offset: -1}, "E13 size: image does not fit the application region or the store"},
		{ErrorAt(CodeFormat, 0, "first byte is 0x%02x", 7), "E4 format: not a Quine patch, or of another container format: first byte is 0x07 (at byte 0)"},
		{Errorf(CodeIO, "reading: %w", io.EOF), "E1 io: flash or store failed, or read back something else: reading: EOF"},
		{&Error{Code: CodeNoImage, Offset: -1, Err: io.EOF}, "E25 no_image: no staged image verifies and the application is incomplete: EOF"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
		if strings.HasSuffix(tt.err.Error(), ".") {
			t.Errorf("%s ends with a full stop", tt.err)
		}
	}
}

func TestErrorIs(t *testing.T) {
	err := fmt.Errorf("applying: %w", Errorf(CodeBase, "old image: %w", io.ErrUnexpectedEOF))
	for _, target := range []error{CodeBase, io.ErrUnexpectedEOF} {
		if !errors.Is(err, target) {
			t.Errorf("%v is not %v", err, target)
		}
	}
	if errors.Is(err, CodeSize) {
		t.Errorf("%v is %v", err, CodeSize)
	}
}
