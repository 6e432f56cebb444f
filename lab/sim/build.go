// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// BuildOptions are the choices of [Build]. A nil *BuildOptions has the defaults.
type BuildOptions struct {
	// Compiler is the C compiler, "cc" if empty.
	Compiler string

	// Sanitize adds the address and undefined behaviour sanitizers, which cost
	// about three quarters of the speed.
	Sanitize bool

	// Fast takes a CRC-32 by tables in place of the one that ships, which takes two
	// thirds of the time of a sweep.
	Fast bool

	// Watch lets the model see every read of flash by boot and by the update client:
	// weak cells change at each of them, and ECC faults are raised. It needs GCC.
	Watch bool
}

// watched are the files of the device library whose reads of flash Watch sees.
var watched = []string{"quine_boot.c", "quine_kernel.c", "quine_verify.c", "quine_update.c", "quine_store_internal.c"}

var warnings = strings.Fields("-std=c11 -D_POSIX_C_SOURCE=200809L -g -O2 -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes")

// Build compiles a host program from a copy of the device library, such as the
// folder device of this repository, for a geometry. It writes the program to dir
// and returns its path.
func Build(ctx context.Context, library, dir string, g Geometry, opts *BuildOptions) (string, error) {
	if opts == nil {
		opts = &BuildOptions{}
	}
	output := filepath.Join(dir, "sim-"+g.Name)
	args := append(slices.Clone(warnings), g.defines()...)
	for _, folder := range []string{"test/host", "include", "src"} {
		args = append(args, "-I", filepath.Join(library, folder))
	}
	if g.Internal {
		args = slices.Insert(args, len(warnings), "-I", filepath.Join(library, "store/internal"))
	}
	if opts.Sanitize {
		output += "-sanitized"
		args = append(args, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	}
	files, err := sources(library, g, opts)
	if err != nil {
		return "", err
	}
	if opts.Watch {
		if files, err = opts.watch(ctx, args, files, output); err != nil {
			return "", err
		}
	}
	return output, opts.compile(ctx, append(append(args, files...), "-o", output))
}

// sources returns the files of the program.
func sources(library string, g Geometry, opts *BuildOptions) ([]string, error) {
	patterns := []string{"test/host/*.c", "src/*.c"}
	if g.Internal {
		patterns = append(patterns, "store/internal/*.c")
	}
	if opts.Fast {
		patterns = append(patterns, "test/host/fast/*.c")
	}
	if opts.Watch {
		patterns = append(patterns, "test/host/watch/*.c")
	}
	var files []string
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(library, pattern))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	return slices.DeleteFunc(files, func(file string) bool {
		return opts.Fast && file[len(library):] == filepath.FromSlash("/src/quine_crc32.c")
	}), nil
}

// watch compiles the files that are to be watched, one by one, and returns the list
// with objects in their place.
func (opts *BuildOptions) watch(ctx context.Context, args, files []string, output string) ([]string, error) {
	args = append(slices.Clone(args), "-fno-sanitize=all", "-fsanitize=thread", "-Wno-tsan", "--param", "tsan-instrument-func-entry-exit=0",
		"-Dmemcpy=host_memcpy", "-Dmemcmp=host_memcmp", "-c")
	for i, file := range files {
		if name := filepath.Base(file); slices.Contains(watched, name) {
			object := output + "-" + name + ".o"
			if err := opts.compile(ctx, append(slices.Clone(args), file, "-o", object)); err != nil {
				return nil, err
			}
			files[i] = object
		}
	}
	return files, nil
}

// compile runs the compiler.
func (opts *BuildOptions) compile(ctx context.Context, args []string) error {
	compiler := opts.Compiler
	if compiler == "" {
		compiler = "cc"
	}
	if text, err := exec.CommandContext(ctx, compiler, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("sim: %s: %w\n%s", compiler, err, text)
	}
	return nil
}
