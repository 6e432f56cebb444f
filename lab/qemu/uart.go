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
	"regexp"
	"sync"
	"time"
)

// ErrUARTClosed reports that the serial line ended, because the machine was
// closed or QEMU died.
var ErrUARTClosed = errors.New("qemu: UART is closed")

// A UART is the host's end of a machine's serial line. It is safe for
// concurrent use. All output is collected as it arrives, so a machine never
// waits for a reader.
type UART struct {
	conn *net.UnixConn

	mu         sync.Mutex
	unread     []byte        // not yet consumed by Read or Expect
	transcript []byte        // everything, with notes
	closed     bool          // no more output will come
	deadline   time.Time     // of Read, if not zero
	changed    chan struct{} // closed and replaced when anything above changes
}

// newUART returns the UART on the connection, which it reads until its end.
func newUART(conn *net.UnixConn) *UART {
	u := &UART{conn: conn, changed: make(chan struct{})}
	go func() {
		u.collect()
		u.update(func() { u.closed = true })
	}()
	return u
}

// add adds output of the machine. The caller holds u.mu.
func (u *UART) add(output []byte) {
	u.unread = append(u.unread, output...)
	u.transcript = append(u.transcript, output...)
	u.wake()
}

// wake wakes everybody who waits for a change. The caller holds u.mu.
func (u *UART) wake() {
	close(u.changed)
	u.changed = make(chan struct{})
}

// update changes the state and wakes everybody who waits for a change.
func (u *UART) update(change func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	change()
	u.wake()
}

// Read returns output of the machine. It blocks until there is some, and fails
// with [os.ErrDeadlineExceeded] at the deadline and io.EOF after Close.
func (u *UART) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		u.mu.Lock()
		n, closed, deadline, changed := copy(p, u.unread), u.closed, u.deadline, u.changed
		u.unread = u.unread[n:]
		u.mu.Unlock()
		if n > 0 {
			return n, nil
		}
		if closed {
			return 0, io.EOF
		}
		var expired <-chan time.Time
		if !deadline.IsZero() {
			timer := time.NewTimer(time.Until(deadline))
			defer timer.Stop()
			expired = timer.C
		}
		select {
		case <-changed:
		case <-expired:
			return 0, os.ErrDeadlineExceeded
		}
	}
}

// SetReadDeadline sets the time at which Read gives up, also one that is
// blocked already. The zero time means never.
func (u *UART) SetReadDeadline(t time.Time) error {
	u.update(func() { u.deadline = t })
	return nil
}

// Write sends bytes to the machine, as many as you like: no pacing is needed.
//
// QEMU hands a byte over only when the UART model has room for it. Until then
// bytes wait in the socket, and also outlive a reset or a power cut there;
// Write blocks when some hundred KiB wait. The nRF51 model takes about
// 20 to 40 KiB a second, the CMSDK model about 10.
//
// A real line overruns where this one waits. And a driver for the nRF51 must
// clear RXDRDY before it reads RXD, because reading RXD sets the event again
// while more bytes are queued: one that clears it afterwards leaves bytes behind.
func (u *UART) Write(p []byte) (int, error) {
	n, err := u.conn.Write(p)
	if err != nil {
		err = fmt.Errorf("qemu: UART: %w", err)
	}
	return n, err
}

// Close closes the serial line. Closing the machine does so too.
func (u *UART) Close() error {
	if err := u.conn.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("qemu: UART: %w", err)
	}
	return nil
}

// Expect waits until the machine has sent text and consumes everything up to
// its end. The error shows what came instead.
func (u *UART) Expect(ctx context.Context, text string) error {
	_, err := u.expect(ctx, fmt.Sprintf("%q", text), func(unread []byte) []int {
		if i := bytes.Index(unread, []byte(text)); i >= 0 {
			return []int{i, i + len(text)}
		}
		return nil
	})
	return err
}

// ExpectRegexp is like [UART.Expect] for a regular expression. It returns the
// match and its groups. The expression is tried whenever bytes arrive, so it
// should end with something definite like \n.
func (u *UART) ExpectRegexp(ctx context.Context, re *regexp.Regexp) ([]string, error) {
	return u.expect(ctx, re.String(), re.FindSubmatchIndex)
}

// expect waits until find returns the bounds of a match and its groups.
func (u *UART) expect(ctx context.Context, what string, find func(unread []byte) []int) ([]string, error) {
	for {
		u.mu.Lock()
		match := find(u.unread)
		if match != nil {
			groups := make([]string, len(match)/2)
			for i := range groups {
				if from := match[2*i]; from >= 0 {
					groups[i] = string(u.unread[from:match[2*i+1]])
				}
			}
			u.unread = u.unread[match[1]:]
			u.mu.Unlock()
			return groups, nil
		}
		closed, changed := u.closed, u.changed
		u.mu.Unlock()
		if closed {
			return nil, u.missing("qemu: UART did not send "+what, ErrUARTClosed)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, u.missing("qemu: UART did not send "+what, context.Cause(ctx))
		}
	}
}

// missing returns the error of an unmet expectation, with what was sent instead.
func (u *UART) missing(what string, cause error) error {
	return fmt.Errorf("%s: %w; transcript:\n%s", what, cause, tail(u.Transcript()))
}

// tail shortens a text to its end.
func tail(text string) string {
	const most = 2000
	if len(text) > most {
		return "…" + text[len(text)-most:]
	}
	return text
}

// Transcript returns everything that the machine has sent, also what Read or
// Expect have consumed. Lines in the form "[reset]" tell what the host did.
func (u *UART) Transcript() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return string(u.transcript)
}

// note adds a line to the transcript and forgets the unread output, which
// belongs to a life of the firmware that is over.
func (u *UART) note(format string, args ...any) {
	u.update(func() {
		if n := len(u.transcript); n > 0 && u.transcript[n-1] != '\n' {
			u.transcript = append(u.transcript, '\n')
		}
		u.transcript = fmt.Appendf(u.transcript, "["+format+"]\n", args...)
		u.unread = nil
	})
}

// contains reports whether the unread output contains the text, and returns
// the channel that is closed when there is more.
func (u *UART) contains(text string) (bool, <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return text != "" && bytes.Contains(u.unread, []byte(text)), u.changed
}
