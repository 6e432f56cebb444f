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
}

// Build compiles a host program from a copy of the device library, such as the
// folder device of this repository, for a geometry. It writes the program to dir
// and returns its path.
func Build(ctx context.Context, library, dir string, g Geometry, opts *BuildOptions) (string, error) {
	if opts == nil {
		opts = &BuildOptions{}
	}
	compiler, output := opts.Compiler, filepath.Join(dir, "sim-"+g.Name)
	if compiler == "" {
		compiler = "cc"
	}
	args := strings.Fields("-std=c11 -D_POSIX_C_SOURCE=200809L -g -O2 -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes")
	if opts.Sanitize {
		output += "-sanitized"
		args = append(args, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	}
	args = append(args, g.defines()...)
	var files []string
	if g.Internal {
		args = append(args, "-I", filepath.Join(library, "store/internal"))
		files = append(files, filepath.Join(library, "store/internal/quine_store_internal.c"))
	}
	for _, folder := range []string{"test/host", "include", "src"} {
		args = append(args, "-I", filepath.Join(library, folder))
	}
	for _, pattern := range []string{"test/host/*.c", "src/*.c"} {
		found, err := filepath.Glob(filepath.Join(library, pattern))
		if err != nil {
			return "", err
		}
		files = append(files, found...)
	}
	// What starts a core is not for the host.
	files = slices.DeleteFunc(files, func(file string) bool { return filepath.Base(file) == "quine_start.c" })
	args = append(append(args, files...), "-o", output)
	if text, err := exec.CommandContext(ctx, compiler, args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("sim: %s: %w\n%s", compiler, err, text)
	}
	return output, nil
}
