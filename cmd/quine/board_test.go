// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/internal/smp"
	"github.com/quine-fw/quine/lab/example"
	"github.com/quine-fw/quine/lab/qemu"
)

// TestPush runs the scripts in testdata/push, in which quine sends patches to a board.
func TestPush(t *testing.T) { onBoard(t, "testdata/push", "") }

// TestSMPManager runs the scripts in testdata/smpmgr, in which the client smpmgr does,
// which make peers installs.
func TestSMPManager(t *testing.T) {
	bin, err := filepath.Abs("../../build/smpmgr/bin")
	if err != nil {
		t.Fatal(err)
	}
	need.File(t, "smpmgr", filepath.Join(bin, "smpmgr"), "run make peers")
	onBoard(t, "testdata/smpmgr", bin)
}

// A running is the board of a script; its machine is nil until it is started.
type running struct{ m *qemu.Machine }

// onBoard runs the scripts in dir with a micro:bit of QEMU. Each finds the releases of
// the example in its directory, and the programs in bin.
func onBoard(t *testing.T, dir, bin string) {
	if runtime.GOOS != "linux" {
		t.Skip("serial ports for emulated boards are made on Linux only")
	}
	if _, err := qemu.LookPath(); err != nil {
		need.Missing(t, "qemu", err.Error())
	}
	built := filepath.Join("..", "..", "build", "microbit")
	if _, err := os.Stat(filepath.Join(built, "v2-v3.patch")); errors.Is(err, os.ErrNotExist) {
		need.Missing(t, "firmware", "the example is not built: run make firmware")
	}
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			e.Values[running{}] = &running{}
			for _, name := range []string{"v1.bin", "v2.bin", "v3.bin", "v1-v2.patch", "v2-v3.patch"} {
				data, err := os.ReadFile(filepath.Join(built, name))
				if err != nil {
					return err
				}
				if err := os.WriteFile(filepath.Join(e.WorkDir, name), data, 0o666); err != nil {
					return err
				}
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"board": func(ts *testscript.TestScript, neg bool, args []string) { startBoard(t, ts, neg, args) },
			"flash": checkFlash,
			"begin": beginUpload,
			"poke":  poke,
		},
	})
}

// startBoard is the script command "board IMAGE", which starts a board with an image
// in its flash. Its serial port is then $PORT. After "board IMAGE usb" the port is one
// that is gone whenever the board is reset.
func startBoard(t *testing.T, ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: board IMAGE [usb]")
	}
	m, err := qemu.Start(t.Context(), qemu.Microbit, nil)
	ts.Check(err)
	ts.Defer(func() { m.Close() })
	ts.Check(m.LoadFlash([]byte(ts.ReadFile(args[0]))))
	ts.Check(m.Continue())
	open := m.UART().Terminal
	if len(args) > 1 {
		open = func() (string, error) { return unplugging(t, m.UART()) }
	}
	port, err := open()
	ts.Check(err)
	ts.Setenv("PORT", port)
	ts.Value(running{}).(*running).m = m
}

// unplugging makes the serial line available as a Unix socket, and drops the connection
// when the firmware starts.
func unplugging(t *testing.T, uart *qemu.UART) (string, error) {
	banner := "quine example"
	if err := uart.Expect(t.Context(), banner); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "quine-") // a short name, as sockets need
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	name := filepath.Join(dir, "port")
	l, err := net.Listen("unix", name)
	if err != nil {
		return "", err
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			uart.SetReadDeadline(time.Time{})
			go func() {
				io.Copy(uart, conn)
				uart.SetReadDeadline(time.Now()) // the client has hung up
			}()
			relay(conn, uart, banner)
			conn.Close()
		}
	}()
	return name, nil
}

// relay copies until the end of what from says, or a text.
func relay(to io.Writer, from io.Reader, until string) {
	buf := make([]byte, 1024)
	for said := ""; !strings.Contains(said, until); {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		said += string(buf[:n])
		to.Write(buf[:n])
	}
}

// checkFlash is the script command "flash IMAGE", which checks what the flash of the
// board holds.
func checkFlash(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flash IMAGE")
	}
	m := ts.Value(running{}).(*running).m
	want := []byte(ts.ReadFile(args[0]))
	_, err := m.Interrupt()
	ts.Check(err)
	got, err := m.ReadMemory(m.Board().FlashBase, len(want))
	ts.Check(err)
	ts.Check(example.Compare(got, want))
	ts.Check(m.Continue())
}

// beginUpload is the script command "begin PATCH", which sends the first half of a
// patch and breaks off.
func beginUpload(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: begin PATCH")
	}
	data := []byte(ts.ReadFile(args[0]))
	port, err := smp.Open(ts.Getenv("PORT"), 115200)
	ts.Check(err)
	defer port.Close()
	ctx, stop := context.WithCancel(context.Background())
	_, err = smp.New(port).Upload(ctx, data, func(taken int) {
		if taken >= len(data)/2 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) {
		ts.Fatalf("broken upload: %v", err)
	}
}
