// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/quine-fw/quine/lab/cross"
)

// Budgets of the decoder.
const (
	decoderCode      = 5376
	decoderConstants = 2304
	decoderContext   = 4096
	decoderStack     = 384
)

// decoderEntries are the functions that an application calls.
var decoderEntries = []string{"quine_stream_init", "quine_stream_feed", "quine_stream_end", "quine_stream_poll"}

// decoders measures the stream decoder for two processors.
func decoders(ctx context.Context, library string) ([]board, error) {
	var list []board
	for _, cpu := range []string{cross.M0, cross.M4} {
		figures, err := decoder(ctx, library, cpu)
		if err != nil {
			return nil, err
		}
		list = append(list, board{cpu, figures})
	}
	return list, nil
}

// decoder compiles and links the stream decoder by itself, with what it needs of the
// compiler's libraries, and measures that.
func decoder(ctx context.Context, library, cpu string) ([]figure, error) {
	dir, err := os.MkdirTemp("", "quine-size-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	objects, err := cross.Decoder(ctx, library, dir, cpu)
	if err != nil {
		return nil, err
	}
	stack := 0
	for _, entry := range decoderEntries {
		n, _, err := cross.Stack(objects, entry)
		if err != nil {
			return nil, err
		}
		stack = max(stack, n)
	}
	context, err := contextSize(ctx, library, dir, cpu)
	if err != nil {
		return nil, err
	}
	code, constants, err := linked(ctx, dir, cpu, objects)
	if err != nil {
		return nil, err
	}
	return []figure{
		{"decoder code", code, decoderCode},
		{"decoder constants", constants, decoderConstants},
		{"decoder context", context, decoderContext},
		{"decoder stack", stack, decoderStack},
	}, nil
}

// contextSize returns the size of struct quine_stream.
func contextSize(ctx context.Context, library, dir, cpu string) (int, error) {
	source, object := filepath.Join(dir, "context.c"), filepath.Join(dir, "context.o")
	text := "#include \"quine_stream.h\"\nchar context[sizeof(struct quine_stream)];\n"
	if err := os.WriteFile(source, []byte(text), 0o666); err != nil {
		return 0, err
	}
	if err := cross.Compile(ctx, library, cpu, source, object); err != nil {
		return 0, err
	}
	f, err := elf.Open(object)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	list, err := f.Symbols()
	if err != nil {
		return 0, err
	}
	for _, s := range list {
		if s.Name == "context" {
			return int(s.Size), nil
		}
	}
	return 0, fmt.Errorf("%s has no symbol context", object)
}

// linked links the decoder and returns the bytes of its code, the padding between
// functions included, and of its constants.
func linked(ctx context.Context, dir, cpu string, objects []string) (code, constants int, err error) {
	program := filepath.Join(dir, "decoder.elf")
	options := []string{"-Wl,--entry=" + decoderEntries[0]}
	for _, entry := range decoderEntries {
		options = append(options, "-Wl,-u,"+entry)
	}
	if err := cross.Link(ctx, cpu, program, objects, options...); err != nil {
		return 0, 0, err
	}
	f, err := elf.Open(program)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	for _, s := range f.Sections {
		switch {
		case s.Flags&elf.SHF_ALLOC == 0 || s.Type != elf.SHT_PROGBITS:
		case s.Flags&elf.SHF_EXECINSTR != 0:
			code += int(s.Size)
		case strings.HasPrefix(s.Name, ".rodata"):
			constants += int(s.Size)
		}
	}
	return code, constants, nil
}
