// SPDX-License-Identifier: BSD-3-Clause

package qemu

import "syscall"

// procAttr makes the kernel kill the child when the thread that started it
// ends, so that no QEMU survives a crashed or killed test.
func procAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
