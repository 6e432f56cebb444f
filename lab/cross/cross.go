// SPDX-License-Identifier: BSD-3-Clause

// Package cross compiles the decoder of the device library for a Cortex-M, as a user
// would who wants it small, and tells its stack.
package cross

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Compiler is the cross compiler.
const Compiler = "arm-none-eabi-gcc"

// The processors that the decoder is measured for.
const (
	M0 = "cortex-m0"
	M4 = "cortex-m4"
)

// flags are those for the code itself. The call graph is for [Stack].
const flags = "-mthumb -std=c11 -Os -ffreestanding -ffunction-sections -fdata-sections -fcallgraph-info=su"

// Decoder compiles the stream decoder in the folder library, such as the folder
// device of this repository, for a processor. It writes to dir and returns the
// objects.
func Decoder(ctx context.Context, library, dir, cpu string) ([]string, error) {
	sources, err := filepath.Glob(filepath.Join(library, "src", "quine_stream*.c"))
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 {
		return nil, fmt.Errorf("cross: %s/src has no quine_stream.c", library)
	}
	var objects []string
	for _, source := range sources {
		object := filepath.Join(dir, strings.TrimSuffix(filepath.Base(source), ".c")+".o")
		if err := Compile(ctx, library, cpu, source, object); err != nil {
			return nil, err
		}
		objects = append(objects, object)
	}
	return objects, nil
}

// Compile compiles one source for a processor.
func Compile(ctx context.Context, library, cpu, source, object string) error {
	args := append(strings.Fields(flags), "-mcpu="+cpu,
		"-I", filepath.Join(library, "include"), "-I", filepath.Join(library, "src"),
		"-c", source, "-o", object)
	return run(ctx, args)
}

// Link links objects for a processor and drops what nothing refers to. The options
// come first.
func Link(ctx context.Context, cpu, output string, objects []string, options ...string) error {
	args := []string{"-mcpu=" + cpu, "-mthumb", "-nostartfiles", "--specs=nano.specs",
		"-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments"}
	args = append(append(append(args, options...), objects...), "-o", output)
	return run(ctx, args)
}

func run(ctx context.Context, args []string) error {
	text, err := exec.CommandContext(ctx, Compiler, args...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("cross: %w; on Debian: apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi", err)
	}
	if err != nil {
		return fmt.Errorf("cross: %s: %w\n%s", Compiler, err, text)
	}
	return nil
}

// Stack returns the most stack in bytes that a function of the objects needs,
// together with all that it calls, and the chain of calls that needs it. Functions
// of libraries count as nothing. It fails if functions call themselves or take an
// unknown amount.
func Stack(objects []string, function string) (int, []string, error) {
	g := graph{}
	for _, object := range objects {
		text, err := os.ReadFile(strings.TrimSuffix(object, ".o") + ".ci")
		if err != nil {
			return 0, nil, err
		}
		if err := g.read(string(text)); err != nil {
			return 0, nil, fmt.Errorf("cross: call graph of %s: %w", filepath.Base(object), err)
		}
	}
	if g[function] == nil {
		return 0, nil, fmt.Errorf("cross: no function %s", function)
	}
	return g.deepest(function, nil)
}
