// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"

	"go.bug.st/serial"
)

// A Port is a serial port, or whatever else carries bytes both ways.
type Port struct {
	rw    io.ReadWriteCloser
	lines chan []byte
	ended chan struct{} // closed when nothing more can be read
	err   error         // why; valid once ended is closed
}

// Open opens the serial port of that name with 8 data bits and no parity. The name
// of a Unix socket will do, too: emulators have such ports.
func Open(name string, baud int) (*Port, error) {
	if info, err := os.Stat(name); err == nil && info.Mode().Type() == os.ModeSocket {
		conn, err := net.Dial("unix", name)
		if err != nil {
			return nil, err
		}
		return NewPort(conn), nil
	}
	port, err := serial.Open(name, &serial.Mode{BaudRate: baud})
	if err != nil {
		return nil, err
	}
	return NewPort(port), nil
}

// NewPort returns a port that reads rw until its end.
func NewPort(rw io.ReadWriteCloser) *Port {
	p := &Port{rw: rw, lines: make(chan []byte, 16), ended: make(chan struct{})}
	go p.read()
	return p
}

// read takes what comes, and keeps the lines of frames. When nobody takes them, the
// oldest is dropped.
func (p *Port) read() {
	defer close(p.ended)
	var text []byte
	buf := make([]byte, 1024)
	for {
		n, err := p.rw.Read(buf)
		for _, b := range buf[:n] {
			if b == markFirst[0] || b == markFurther[0] {
				text = text[:0] // whatever came before the mark
			}
			if text = append(text, b); b == '\n' || len(text) == lineMax {
				p.keep(text)
				text = text[:0]
			}
		}
		if err != nil {
			p.err = err
			return
		}
	}
}

// keep keeps a line if it is one of a frame.
func (p *Port) keep(line []byte) {
	if !bytes.HasPrefix(line, markFirst) && !bytes.HasPrefix(line, markFurther) {
		return
	}
	for {
		select {
		case p.lines <- bytes.Clone(line):
			return
		default:
		}
		select {
		case <-p.lines:
		default:
		}
	}
}

// ReadLine implements [Line].
func (p *Port) ReadLine(ctx context.Context) ([]byte, error) {
	select {
	case line := <-p.lines:
		return line, nil
	case <-p.ended:
		return nil, p.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Write implements [Line].
func (p *Port) Write(data []byte) (int, error) { return p.rw.Write(data) }

// Close closes the port.
func (p *Port) Close() error { return p.rw.Close() }
