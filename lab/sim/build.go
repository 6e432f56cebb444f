// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
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

	// Objects is a folder for compiled files, which later builds use again where text
	// and flags are the same; those of a build lie beside its program if it is empty.
	Objects string
}

// watched are the files of the device library whose reads of flash Watch sees.
var watched = []string{"quine_boot.c", "quine_kernel.c", "quine_id.c", "quine_verify.c", "quine_update.c", "quine_update_digest.c",
	"quine_update_store.c", "quine_store_internal.c", "quine_floor.c", "quine_signed.c"}

var warnings = strings.Fields("-std=c11 -D_POSIX_C_SOURCE=200809L -g -O2 -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes")

// Build compiles a host program from a copy of the device library, such as the
// folder device of this repository, for a geometry. It writes the program to dir
// and returns its path.
func Build(ctx context.Context, library, dir string, g Geometry, opts *BuildOptions) (string, error) {
	if opts == nil {
		opts = &BuildOptions{}
	}
	output := filepath.Join(dir, "sim-"+g.Name)
	flags := append(slices.Clone(warnings), g.defines()...)
	if opts.Sanitize {
		output += "-sanitized"
		flags = append(flags, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	}
	files, err := sources(library, g, opts)
	if err != nil {
		return "", err
	}
	var include []string
	if g.Internal {
		include = append(include, "-I", filepath.Join(library, "store/internal"))
	}
	for _, folder := range append(append([]string{"test/host", "include"}, g.Build.folders()...), "crypto") {
		include = append(include, "-I", filepath.Join(library, folder))
	}
	args := append(slices.Clone(flags), "-o", output)
	if g.Build != Unsigned {
		keys, err := keyFile(output)
		if err != nil {
			return "", err
		}
		files = append(files, keys)
		args = append(args, "-Wl,--wrap=quine_p256_verify") // host_signed.c
	}
	for _, file := range files {
		object, err := opts.object(ctx, dir, file, flags, include)
		if err != nil {
			return "", err
		}
		args = append(args, object)
	}
	return output, opts.compile(ctx, args)
}

// object compiles a file, unless there is an object of the same text and flags. The
// headers are taken to be the same.
func (opts *BuildOptions) object(ctx context.Context, dir, file string, flags, include []string) (string, error) {
	flags = slices.Clone(flags)
	if opts.Watch && slices.Contains(watched, filepath.Base(file)) {
		flags = append(flags, "-fno-sanitize=all", "-fsanitize=thread", "-Wno-tsan", "--param", "tsan-instrument-func-entry-exit=0",
			"-Dmemcpy=host_memcpy", "-Dmemcmp=host_memcmp")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	if opts.Objects != "" {
		dir = opts.Objects
	}
	hash := sha256.Sum256(fmt.Appendf(text, "%s %q %d", filepath.Base(file), flags, len(include)))
	object := filepath.Join(dir, fmt.Sprintf("%s-%x.o", filepath.Base(file), hash[:8]))
	if _, err := os.Stat(object); err == nil {
		return object, nil
	}
	unfinished, err := os.CreateTemp(dir, "*.o")
	if err != nil {
		return "", err
	}
	unfinished.Close()
	args := append(append(flags, include...), "-c", file, "-o", unfinished.Name())
	if err := opts.compile(ctx, args); err != nil {
		return "", err
	}
	return object, os.Rename(unfinished.Name(), object)
}

// sources returns the files of the program.
func sources(library string, g Geometry, opts *BuildOptions) ([]string, error) {
	patterns := []string{"test/host/*.c"}
	if opts.Fast {
		patterns = append(patterns, "test/host/fast/*.c")
	}
	for _, folder := range g.Build.folders() {
		patterns = append(patterns, folder+"/*.c")
	}
	if g.Build != Unsigned {
		patterns = append(patterns, "test/host/signed/*.c", "crypto/*.c")
	}
	if g.Build == Encrypted {
		patterns = append(patterns, "test/host/encrypted/*.c")
	}
	if g.Internal {
		patterns = append(patterns, "store/internal/*.c")
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
		for _, file := range found {
			// A file of a folder stands in for those of that name in the folders behind it.
			if !slices.ContainsFunc(files, func(other string) bool { return filepath.Base(other) == filepath.Base(file) }) {
				files = append(files, file)
			}
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
