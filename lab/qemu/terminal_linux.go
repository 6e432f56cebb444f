// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// Terminal makes the serial line available as a pseudo terminal, a serial port for
// other programs, until the machine is closed. It returns the name of the port. What
// the machine sends is consumed as by Read.
func (u *UART) Terminal() (string, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return "", fmt.Errorf("qemu: UART: %w", err)
	}
	name, port, err := slave(master)
	if err != nil {
		master.Close()
		return "", fmt.Errorf("qemu: UART: pseudo terminal: %w", err)
	}
	go func() {
		io.Copy(master, u)
		port.Close()
		master.Close()
	}()
	go io.Copy(u, master)
	return name, nil
}

// slave opens the other end of a pseudo terminal, so that the terminal survives the
// programs that open and close it, and makes it pass all bytes as they are.
func slave(master *os.File) (name string, port *os.File, err error) {
	raw, err := master.SyscallConn()
	if err != nil {
		return "", nil, err
	}
	n := 0
	controlErr := raw.Control(func(fd uintptr) {
		if err = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); err == nil {
			n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		}
	})
	if err := errors.Join(controlErr, err); err != nil {
		return "", nil, err
	}
	name = fmt.Sprintf("/dev/pts/%d", n)
	if port, err = os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return "", nil, err
	}
	mode, err := unix.IoctlGetTermios(int(port.Fd()), unix.TCGETS)
	if err == nil {
		mode.Iflag, mode.Oflag, mode.Lflag = 0, 0, 0
		mode.Cc[unix.VMIN], mode.Cc[unix.VTIME] = 1, 0
		err = unix.IoctlSetTermios(int(port.Fd()), unix.TCSETS, mode)
	}
	if err != nil {
		port.Close()
	}
	return name, port, err
}
