// SPDX-License-Identifier: BSD-3-Clause

package smp

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"github.com/quine-fw/quine"
)

// A line on which nobody answers, but text comes in, ends in a timeout, and one that is
// closed in its error.
func TestSilentLine(t *testing.T) {
	here, there := net.Pipe()
	port := NewPort(here)
	defer port.Close()
	sent := make(chan int)
	go func() {
		n, _ := io.Copy(io.Discard, there)
		sent <- int(n)
	}()
	go io.WriteString(there, "boot\n> \x06\x09AAA\x06\x09AAoK\n\x04\x14Hello\n")
	c := New(port)
	c.Timeout, c.Tries = 20*time.Millisecond, 3
	if _, err := c.Images(t.Context()); !errors.Is(err, ErrTimeout) {
		t.Errorf("silent line: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Images(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	there.Close()
	if _, err := c.Images(t.Context()); err == nil || errors.Is(err, ErrTimeout) {
		t.Errorf("closed line: %v", err)
	}
	message := []byte{opRead | version2, 0, 0, 1, 0, groupImage, 1, 0, 0xA0}
	if n, want := <-sent, 4*len(encodeFrame(message)); n != want {
		t.Errorf("%d bytes were sent, want %d: three tries, and one", n, want)
	}
}

// Refusals in the forms of both versions of the protocol.
func TestRefusals(t *testing.T) {
	tests := []struct {
		payload any
		code    error // nil if it is not one of Quine
		text    string
	}{
		{map[string]any{"rc": 1, "rsn": "quine explain E8"}, quine.CodeBase, "device refuses with SMP error 1: quine explain E8"},
		{map[string]any{"rc": 5}, nil, "device refuses with SMP error 5"},
		{map[string]any{"rc": 1, "rsn": "E8 is not at the end of this"}, nil, "device refuses with SMP error 1: E8 is not at the end of this"},
		{map[string]any{"err": map[string]any{"group": 1, "rc": 30}}, nil, "device refuses with SMP error 30 of group 1"},
	}
	for _, test := range tests {
		payload, err := cbor.Marshal(test.payload)
		if err != nil {
			t.Fatal(err)
		}
		err = decodeAnswer(payload, &none{})
		if err == nil || err.Error() != test.text {
			t.Errorf("%v, want %s", err, test.text)
		}
		var code quine.Code
		if errors.As(err, &code) != (test.code != nil) || test.code != nil && !errors.Is(err, test.code) {
			t.Errorf("%v has the number %v, want %v", err, code, test.code)
		}
	}
	for _, payload := range [][]byte{{}, {0xFF}, {0x01}} {
		if err := decodeAnswer(payload, &none{}); err == nil {
			t.Errorf("answer %x is taken", payload)
		}
	}
}
