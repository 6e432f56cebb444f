// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
)

func TestCloseLeavesNothing(t *testing.T) {
	m := boot(t, nil)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	process, err := os.FindProcess(m.PID())
	if err == nil {
		err = process.Signal(syscall.Signal(0))
	}
	if err == nil {
		t.Errorf("process %d still runs", m.PID())
	}
	if _, err := os.Stat(m.process.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("directory of the machine: %v", err)
	}
	if err := m.UART().Expect(t.Context(), "more"); !errors.Is(err, ErrUARTClosed) {
		t.Errorf("Expect after Close: %v", err)
	}
	if err := m.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

func TestErrorsExplain(t *testing.T) {
	need.Program(t, "qemu", program)
	_, err := Start(t.Context(), Board{Name: "none", Machine: "no-such-board"}, nil)
	if err == nil || !strings.Contains(err.Error(), "unsupported machine type") {
		t.Errorf("unknown board: %v", err)
	}

	m := boot(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = m.UART().ExpectRegexp(ctx, regexp.MustCompile(`version (\d+)\n`))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "boot cold page blank") {
		t.Errorf("unmet expectation: %v", err)
	}

	// A fault whose handler faults too locks the processor up, which QEMU 7 to 9
	// answer by giving up.
	m = start(t, Microbit, make([]byte, 64), nil)
	if err := m.Continue(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err = m.WaitStop(ctx); err == nil || !strings.Contains(err.Error(), "Lockup") {
		t.Errorf("lockup: %v", err)
	}
}

func TestMissingQEMU(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := Start(t.Context(), Microbit, nil)
	if !errors.Is(err, exec.ErrNotFound) || !strings.Contains(err.Error(), "apt-get install qemu-system-arm") {
		t.Errorf("without QEMU: %v", err)
	}
}

func BenchmarkLoadFlash(b *testing.B) {
	m := start(b, Microbit, microbitImage, nil)
	for b.Loop() {
		if err := m.LoadFlash(microbitImage); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadFlash(b *testing.B) {
	m := start(b, Microbit, microbitImage, nil)
	for b.Loop() {
		if _, err := m.ReadMemory(0, int(Microbit.FlashSize)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		m, err := Start(b.Context(), Microbit, nil)
		if err != nil {
			b.Fatal(err)
		}
		m.Close()
	}
}
