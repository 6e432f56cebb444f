// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// socketNames are the sockets, and their ids on the command line.
var socketNames = [3]string{"uart", "gdb", "monitor"}

// program is the name of the emulator.
const program = "qemu-system-arm"

// LookPath returns the path of the emulator. Without one, the error says what
// to install and matches [exec.ErrNotFound].
func LookPath() (string, error) {
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("qemu: %s is not installed (Debian, Ubuntu: apt-get install qemu-system-arm; macOS: brew install qemu): %w",
			program, exec.ErrNotFound)
	}
	return path, nil
}

// A process is one running emulator with its directory and its sockets.
type process struct {
	dir    string        // holds the sockets
	pid    int           // valid once started
	cancel func()        // kills the emulator
	exited chan struct{} // closed once the emulator was reaped
	stderr bytes.Buffer  // valid after exited
	status error         // valid after exited

	gdb, uart, monitor *net.UnixConn
}

// startProcess starts the emulator and waits until it has connected its sockets.
func startProcess(ctx context.Context, board Board, opts *Options) (*process, error) {
	path, err := LookPath()
	if err != nil {
		return nil, err
	}
	// Not a directory of the test: its path may exceed the 104 bytes that
	// some systems grant to the address of a socket.
	dir, err := os.MkdirTemp("", "qemu-")
	if err != nil {
		return nil, fmt.Errorf("qemu: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	p := &process{dir: dir, cancel: cancel, exited: make(chan struct{})}
	if err := p.run(ctx, path, board, opts); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// run listens on the sockets, starts the emulator and accepts its connections.
func (p *process) run(ctx context.Context, path string, board Board, opts *Options) error {
	var listeners [3]*net.UnixListener
	closeListeners := func() {
		for _, l := range listeners {
			if l != nil {
				l.Close()
			}
		}
	}
	defer closeListeners()
	for i, name := range socketNames {
		var err error
		if listeners[i], err = p.listen(name); err != nil {
			close(p.exited) // there is nothing to reap
			return err
		}
	}
	cmd := exec.CommandContext(ctx, path, arguments(board, opts)...)
	cmd.Dir = p.dir
	cmd.Stderr = &p.stderr
	cmd.SysProcAttr = procAttr()
	cmd.WaitDelay = time.Second
	if err := p.spawn(cmd); err != nil {
		return err
	}
	go func() { // let the accepts below fail when the emulator does
		<-p.exited
		closeListeners()
	}()
	for i, conn := range []**net.UnixConn{&p.uart, &p.gdb, &p.monitor} {
		var err error
		if *conn, err = listeners[i].AcceptUnix(); errors.Is(err, net.ErrClosed) {
			return p.explain(fmt.Errorf("qemu: cannot start %s", board.Name))
		} else if err != nil {
			return fmt.Errorf("qemu: %s did not connect: %w", board.Name, err)
		}
	}
	return nil
}

// spawn starts cmd, and reaps it in the background.
//
// The thread that starts the child has to live as long as the child does,
// because that is what the kernel understands by its parent in [procAttr].
func (p *process) spawn(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(p.exited)
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err == nil {
			p.status = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("qemu: %w", err)
	}
	return nil
}

// listen opens a socket for the emulator to connect to.
func (p *process) listen(name string) (*net.UnixListener, error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(p.dir, name), Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("qemu: socket (the path may be too long, see TMPDIR): %w", err)
	}
	l.SetDeadline(time.Now().Add(30 * time.Second))
	return l, nil
}

// arguments returns the command line. The emulator runs in its directory, so
// all names are relative.
func arguments(board Board, opts *Options) []string {
	args := []string{
		"-machine", board.Machine, "-nodefaults", "-no-user-config", "-display", "none", "-S",
		"-chardev", "socket,id=uart,path=uart", "-serial", "chardev:uart",
		"-chardev", "socket,id=gdb,path=gdb", "-gdb", "chardev:gdb",
		"-chardev", "socket,id=monitor,path=monitor", "-mon", "chardev=monitor",
	}
	if opts.ICount != "" {
		args = append(args, "-icount", opts.ICount)
	}
	return append(args, opts.Args...)
}

// kick wakes the main loop of the emulator every few milliseconds.
//
// Only the main loop asks whether a UART has room for a byte, and nothing wakes
// it when firmware enables its receiver: a byte sent before that moment would
// wait for ever. Ctrl-B, cursor left, has no effect on an empty command line.
func (p *process) kick() {
	go io.Copy(io.Discard, p.monitor)
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-p.exited:
			return
		case <-ticker.C:
			p.monitor.Write([]byte{0x02})
		}
	}
}

// explain adds to err what the emulator said, if it has ended. After a lost
// connection, which comes first when it crashes, it waits for the end.
func (p *process) explain(err error) error {
	if errors.Is(err, errDisconnected) {
		select {
		case <-p.exited:
		case <-time.After(10 * time.Second):
		}
	}
	select {
	case <-p.exited:
	default:
		return err
	}
	said := strings.TrimSpace(p.stderr.String())
	if len(said) > 2000 {
		said = said[:2000] + " …"
	}
	return fmt.Errorf("%w; %s ended (%v): %s", err, program, p.status, said)
}

// close kills and reaps the emulator and removes its directory.
func (p *process) close() error {
	p.cancel()
	<-p.exited
	var errs []error
	for _, c := range []*net.UnixConn{p.gdb, p.uart, p.monitor} {
		if c == nil {
			continue
		}
		if err := c.Close(); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append(errs, os.RemoveAll(p.dir))...)
}
