// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestReadPacket(t *testing.T) {
	tests := []struct {
		name, in, want string
		fails          bool
	}{
		{"plain", "$OK#9a", "OK", false},
		{"after acknowledgements", "++$T05thread:01;#07", "T05thread:01;", false},
		{"empty", "$#00", "", false},
		{"wrong checksum", "$OK#9b", "", true},
		{"refused", "-", "", true},
		{"truncated", "$OK#9", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := readPacket(bufio.NewReader(strings.NewReader(test.in)))
			if string(got) != test.want || (err != nil) != test.fails {
				t.Errorf("readPacket(%q) = %q, %v", test.in, got, err)
			}
		})
	}
}

func TestSend(t *testing.T) {
	var sent strings.Builder
	c := &client{w: &sent}
	if err := c.send("M%x,%x:%x", 0x20000000, 2, []byte{1, 0xFF}); err != nil {
		t.Fatal(err)
	}
	if want := "+$M20000000,2:01ff#94"; sent.String() != want {
		t.Errorf("sent %q, want %q", sent.String(), want)
	}
}

func TestParseStop(t *testing.T) {
	tests := []struct {
		in   string
		want Stop
		text string
	}{
		{"T05thread:01;", StopBreakpoint, "breakpoint"},
		{"S02", StopInterrupt, "interrupted"},
		{"T0bthread:01;", 11, "signal 11"},
	}
	for _, test := range tests {
		got, err := parseStop([]byte(test.in))
		if got != test.want || got.String() != test.text || err != nil {
			t.Errorf("parseStop(%q) = %v, %v", test.in, got, err)
		}
	}
	for _, in := range []string{"", "T", "OK", "E22", "Txx"} {
		if _, err := parseStop([]byte(in)); err == nil {
			t.Errorf("parseStop(%q) succeeds", in)
		}
	}
}

// pipe returns a UART and the machine's end of it.
func pipe(t *testing.T) (*UART, net.Conn) {
	t.Helper()
	dir, err := os.MkdirTemp("", "qemu-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	addr := &net.UnixAddr{Name: filepath.Join(dir, "uart"), Net: "unix"}
	l, err := net.ListenUnix("unix", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	machine, err := net.DialUnix("unix", nil, addr)
	if err != nil {
		t.Fatal(err)
	}
	host, err := l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	u := newUART(host)
	t.Cleanup(func() {
		machine.Close()
		u.Close()
	})
	return u, machine
}

func TestExpectConsumes(t *testing.T) {
	u, machine := pipe(t)
	go func() {
		for _, part := range []string{"ver", "sion 1", "7\nready\nrest"} {
			machine.Write([]byte(part))
		}
		machine.Close()
	}()
	groups, err := u.ExpectRegexp(t.Context(), regexp.MustCompile(`version (\d+)(x)?\n`))
	if err != nil || groups[1] != "17" || groups[2] != "" {
		t.Errorf("ExpectRegexp = %q, %v", groups, err)
	}
	if err := u.Expect(t.Context(), "ready\n"); err != nil {
		t.Error(err)
	}
	if err := u.Expect(t.Context(), "version"); !errors.Is(err, ErrUARTClosed) || !strings.Contains(err.Error(), "ready\nrest") {
		t.Errorf("Expect of consumed text: %v", err)
	}
	rest, err := io.ReadAll(u)
	if string(rest) != "rest" || err != nil {
		t.Errorf("ReadAll = %q, %v", rest, err)
	}
	if got, want := u.Transcript(), "version 17\nready\nrest"; got != want {
		t.Errorf("transcript %q, want %q", got, want)
	}
}

func TestReadDeadline(t *testing.T) {
	u, machine := pipe(t)
	go func() {
		time.Sleep(10 * time.Millisecond)
		u.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	}()
	if _, err := u.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("Read after the deadline: %v", err)
	}
	u.SetReadDeadline(time.Time{})
	go machine.Write([]byte("x"))
	if n, err := u.Read(make([]byte, 2)); n != 1 || err != nil {
		t.Errorf("Read = %d, %v", n, err)
	}
}

func TestSyncTakesAll(t *testing.T) {
	u, machine := pipe(t)
	for i := range 1000 {
		if _, err := fmt.Fprintf(machine, "%03d", i); err != nil {
			t.Fatal(err)
		}
		if err := u.sync(); err != nil {
			t.Fatal(err)
		}
		if found, _ := u.contains(fmt.Sprintf("%03d", i)); !found {
			t.Fatalf("write %d has not arrived after sync", i)
		}
		u.note("%d", i)
	}
}

func TestNoteDropsUnread(t *testing.T) {
	u, machine := pipe(t)
	go machine.Write([]byte("old"))
	if err := u.Expect(t.Context(), "ol"); err != nil {
		t.Fatal(err)
	}
	u.note("reset")
	go machine.Write([]byte("new"))
	buf := make([]byte, 8)
	if n, err := u.Read(buf); string(buf[:n]) != "new" || err != nil {
		t.Errorf("Read = %q, %v", buf[:n], err)
	}
	if got, want := u.Transcript(), "old\n[reset]\nnew"; got != want {
		t.Errorf("transcript %q, want %q", got, want)
	}
}
