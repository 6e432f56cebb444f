// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/quine-fw/quine/patch"
)

// childVariable makes of this program the encoder of one patch: its arguments are
// then EFFORT OLD NEW PATCH. An environment variable rather than a flag lets a test
// binary be that encoder too.
const childVariable = "QUINE_BENCH_ENCODE"

// isChild reports whether this process is to encode.
func isChild() bool { return os.Getenv(childVariable) != "" }

// child encodes what its arguments tell, prints its peak memory, and returns the
// exit status.
func child(args []string) int {
	if err := encode(args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(peakMemory())
	return 0
}

func encode(args []string) error {
	if len(args) != 4 {
		return errors.New("usage: EFFORT OLD NEW PATCH")
	}
	effort, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	from, err := os.ReadFile(args[1])
	if err != nil {
		return err
	}
	to, err := os.ReadFile(args[2])
	if err != nil {
		return err
	}
	p, err := patch.CreateRaw(from, to, options(effort))
	if err != nil {
		return err
	}
	return os.WriteFile(args[3], p, 0o666)
}

// An encoder runs children.
type encoder struct {
	program string // this one
	dir     string // for files
	idle    int64  // peak memory of a child that has nothing to do
}

// newEncoder returns an encoder whose files go to dir.
func newEncoder(ctx context.Context, dir string) (*encoder, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	e := &encoder{program: program, dir: dir}
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, nil, 0o666); err != nil {
		return nil, err
	}
	_, r, err := e.encode(ctx, empty, empty, 0)
	e.idle = r.Memory
	return e, err
}

// encode returns the raw patch between two files and what it took to make it, the
// memory above that of an idle encoder.
func (e *encoder) encode(ctx context.Context, old, new string, effort int) ([]byte, Resource, error) {
	out := filepath.Join(e.dir, "patch")
	cmd := exec.CommandContext(ctx, e.program, strconv.Itoa(effort), old, new, out)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	var said bytes.Buffer
	cmd.Stdout = &said
	r, err := measure(cmd)
	if err != nil {
		return nil, r, err
	}
	if _, err := fmt.Fscan(&said, &r.Memory); err != nil {
		return nil, r, fmt.Errorf("encoder said no memory: %w", err)
	}
	r.Memory = max(0, r.Memory-e.idle)
	p, err := os.ReadFile(out)
	return p, r, err
}

// bsdiff measures bsdiff on two files. Without bsdiff it returns nil.
func (e *encoder) bsdiff(ctx context.Context, old, new string) (*Resource, error) {
	program, err := exec.LookPath("bsdiff")
	if err != nil {
		return nil, nil
	}
	r, err := measure(exec.CommandContext(ctx, program, old, new, filepath.Join(e.dir, "bsdiff")))
	return &r, err
}

// measure runs cmd and returns the time it took.
func measure(cmd *exec.Cmd) (Resource, error) {
	var errs strings.Builder
	cmd.Stderr = &errs
	start := time.Now()
	err := cmd.Run()
	if err != nil {
		return Resource{}, fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, strings.TrimSpace(errs.String()))
	}
	return Resource{
		Seconds:    time.Since(start).Seconds(),
		CPUSeconds: (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(),
	}, nil
}
