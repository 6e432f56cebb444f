// SPDX-License-Identifier: BSD-3-Clause

//go:build !linux

package qemu

import "errors"

// Terminal fails: pseudo terminals are made on Linux only.
func (u *UART) Terminal() (string, error) {
	return "", errors.New("qemu: UART: pseudo terminals are made on Linux only")
}
