// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// replyTimeout bounds the answer to a packet that is answered at once.
const replyTimeout = 20 * time.Second

// maxData is the number of bytes of memory in one packet. QEMU takes packets
// of 4096 characters, and each byte is two of them.
const maxData = 2000

// errDisconnected reports that the stub is gone, most likely because QEMU is.
var errDisconnected = errors.New("qemu: gdb connection is lost")

// A client speaks the gdb remote serial protocol with QEMU.
type client struct {
	w       io.Writer
	packets chan []byte // from the stub; closed when the connection ends
	err     error       // why packets was closed
	buf     []byte      // for the packet being sent
}

// newClient returns a client on the connection, which it reads until its end.
func newClient(conn io.ReadWriter) *client {
	c := &client{w: conn, packets: make(chan []byte, 16)}
	go func() {
		defer close(c.packets)
		r := bufio.NewReaderSize(conn, 8<<10)
		for {
			packet, err := readPacket(r)
			if err != nil {
				c.err = fmt.Errorf("%w: %w", errDisconnected, err)
				return
			}
			c.packets <- packet
		}
	}()
	return c
}

// readPacket returns the content of the next packet, skipping acknowledgements.
func readPacket(r *bufio.Reader) ([]byte, error) {
	for {
		b, err := r.ReadByte()
		if err != nil {
			return nil, err
		}
		if b == '$' {
			break
		}
		if b == '-' {
			return nil, errors.New("packet was refused")
		}
	}
	packet, err := r.ReadBytes('#')
	if err != nil {
		return nil, err
	}
	packet = packet[:len(packet)-1]
	var sum [2]byte
	if _, err := io.ReadFull(r, sum[:]); err != nil {
		return nil, err
	}
	if got := string(sum[:]); got != fmt.Sprintf("%02x", checksum(packet)) {
		return nil, fmt.Errorf("wrong checksum %q", got)
	}
	return packet, nil
}

// checksum returns the sum of the bytes modulo 256.
func checksum(packet []byte) (sum byte) {
	for _, b := range packet {
		sum += b
	}
	return sum
}

// send sends one packet. The acknowledgement of the packet received before
// goes with it, and the socket is reliable, so nobody waits for one.
func (c *client) send(format string, args ...any) error {
	c.buf = append(c.buf[:0], "+$"...)
	c.buf = fmt.Appendf(c.buf, format, args...)
	c.buf = fmt.Appendf(c.buf, "#%02x", checksum(c.buf[2:]))
	return c.write(c.buf)
}

// interrupt asks a running machine to stop. A stopped one ignores it.
func (c *client) interrupt() error {
	return c.write([]byte{0x03})
}

// write writes to the connection.
func (c *client) write(b []byte) error {
	if _, err := c.w.Write(b); err != nil {
		return fmt.Errorf("%w: %w", errDisconnected, err)
	}
	return nil
}

// call sends one packet and returns the answer.
func (c *client) call(format string, args ...any) ([]byte, error) {
	if err := c.send(format, args...); err != nil {
		return nil, err
	}
	return c.receive()
}

// receive returns the next packet.
func (c *client) receive() ([]byte, error) {
	timer := time.NewTimer(replyTimeout)
	defer timer.Stop()
	select {
	case packet, ok := <-c.packets:
		if !ok {
			return nil, c.err
		}
		return packet, nil
	case <-timer.C:
		return nil, errors.New("qemu: no answer from the gdb stub")
	}
}

// command sends one packet to which the answer should be OK.
func (c *client) command(format string, args ...any) error {
	reply, err := c.call(format, args...)
	if err != nil {
		return err
	}
	if string(reply) != "OK" {
		return fmt.Errorf("qemu: gdb stub answered %q to %.20q", reply, c.buf[2:])
	}
	return nil
}
