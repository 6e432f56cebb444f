// SPDX-License-Identifier: BSD-3-Clause

//go:build !unix

package qemu

import "time"

// collect takes what the machine sends, until the connection ends.
func (u *UART) collect() {
	buf := make([]byte, 4<<10)
	for {
		n, err := u.conn.Read(buf)
		u.mu.Lock()
		u.add(buf[:n])
		u.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// sync waits as long as it should take to collect all that the stopped machine
// has sent: sockets cannot be asked here whether they are empty.
func (u *UART) sync() error {
	time.Sleep(50 * time.Millisecond)
	return nil
}
