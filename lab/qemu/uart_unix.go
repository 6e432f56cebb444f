// SPDX-License-Identifier: BSD-3-Clause

//go:build unix

package qemu

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// collect takes what the machine sends, until the connection ends.
func (u *UART) collect() {
	raw, err := u.conn.SyscallConn()
	if err != nil {
		return
	}
	raw.Read(func(fd uintptr) (ended bool) { return u.take(int(fd)) })
}

// sync returns when all that the stopped machine has sent was collected. QEMU
// writes to the socket before it tells that the machine has stopped, so it is
// enough to empty the socket.
func (u *UART) sync() error {
	raw, err := u.conn.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { u.take(int(fd)) })
	}
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("qemu: UART: %w", err)
	}
	return nil
}

// take reads the non-blocking socket until it is empty, and reports whether it
// has ended. The lock makes the bytes of concurrent calls stay in order.
func (u *UART) take(fd int) (ended bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	var buf [4 << 10]byte
	for {
		n, err := syscall.Read(fd, buf[:])
		switch {
		case n > 0:
			u.add(buf[:n])
		case err == syscall.EINTR:
		case err == syscall.EAGAIN:
			return false
		default:
			return true
		}
	}
}
