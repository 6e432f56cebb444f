// SPDX-License-Identifier: BSD-3-Clause

//go:build !linux

package qemu

import "syscall"

// procAttr returns nil: only Linux ties a child's life to that of its parent.
func procAttr() *syscall.SysProcAttr { return nil }
