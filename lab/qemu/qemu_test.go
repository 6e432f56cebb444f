// SPDX-License-Identifier: BSD-3-Clause

package qemu

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quine-fw/quine/internal/need"
)

// Test firmware; the sources lie beside it.
var (
	//go:embed testdata/microbit.bin
	microbitImage []byte
	//go:embed testdata/cmsdk.bin
	cmsdkImage []byte
)

// Facts about the microbit firmware.
const (
	programWord = 0x20000100 // routine in RAM, called for each word
	erasePage   = 0x20000118 // routine in RAM, called once
	page        = 0x0003fc00 // page that the command w writes
	pageWords   = 256
)

// start starts a board with the image in flash and closes it after the test.
func start(t testing.TB, board Board, image []byte, opts *Options) *Machine {
	t.Helper()
	need.Program(t, "qemu", program)
	m, err := Start(t.Context(), board, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("end of the transcript of %s:\n%s", board.Name, tail(m.UART().Transcript()))
		}
	})
	if err := m.LoadFlash(image); err != nil {
		t.Fatal(err)
	}
	return m
}

// boot starts a microbit with the test firmware and waits for its banner.
func boot(t testing.TB, opts *Options) *Machine {
	t.Helper()
	m := start(t, Microbit, microbitImage, opts)
	if err := m.Continue(); err != nil {
		t.Fatal(err)
	}
	expect(t, m, "boot cold page blank\n")
	return m
}

// expect waits for the text.
func expect(t testing.TB, m *Machine, text string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := m.UART().Expect(ctx, text); err != nil {
		t.Fatal(err)
	}
}

// send writes to the UART.
func send(t testing.TB, m *Machine, text string) {
	t.Helper()
	if _, err := m.UART().Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

func TestEchoLosesNothing(t *testing.T) {
	for _, icount := range []string{"", "shift=4,sleep=off"} {
		t.Run("icount="+icount, func(t *testing.T) {
			m := boot(t, &Options{ICount: icount})
			data := make([]byte, 16<<10)
			random := rand.New(rand.NewPCG(1, 2))
			for i := range data {
				data[i] = byte(1 + random.IntN(255))
			}
			begin := time.Now()
			send(t, m, "e"+string(data)+"\x00")
			expect(t, m, string(data)+"\nechoed\n")
			t.Logf("%d KiB there and back in %v", len(data)>>10, time.Since(begin))
		})
	}
}

func TestFlashSurvivesReset(t *testing.T) {
	m := boot(t, nil)
	send(t, m, "w")
	expect(t, m, "written\n")
	send(t, m, "r")
	expect(t, m, "boot warm page full\n")
	if err := m.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := m.Continue(); err != nil {
		t.Fatal(err)
	}
	expect(t, m, "boot warm page full\n")
	if _, err := m.Interrupt(); err != nil {
		t.Fatal(err)
	}
	flash, err := m.ReadMemory(0, int(Microbit.FlashSize))
	if err != nil {
		t.Fatal(err)
	}
	want := append(bytes.Clone(microbitImage), bytes.Repeat([]byte{0xFF}, page-len(microbitImage))...)
	for i := range uint32(pageWords) {
		want = binary.LittleEndian.AppendUint32(want, 4*i)
	}
	if !bytes.Equal(flash, want) {
		t.Error("flash differs from the image with a written page")
	}
}

func TestCountHits(t *testing.T) {
	m := boot(t, nil)
	tests := []struct {
		addr uint32
		want int
	}{{erasePage, 1}, {programWord, pageWords}}
	for _, test := range tests {
		if _, err := m.Interrupt(); err != nil {
			t.Fatal(err)
		}
		send(t, m, "w")
		begin := time.Now()
		hits, err := m.CountHits(t.Context(), test.addr, "written\n")
		if err != nil {
			t.Fatal(err)
		}
		if hits != test.want {
			t.Errorf("%d hits of %#x, want %d", hits, test.addr, test.want)
		}
		t.Logf("%v per hit", time.Since(begin)/time.Duration(hits))
		expect(t, m, "written\n")
		if err := m.Continue(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestCutPower(t *testing.T) {
	tests := []struct {
		addr    uint32
		n       int
		reached bool
		after   string // page after the cut
	}{
		{erasePage, 1, true, "full"},
		{erasePage, 2, false, ""},
		{programWord, 1, true, "blank"},
		{programWord, 2, true, "torn"},
		{programWord, pageWords, true, "torn"},
		{programWord, pageWords + 1, false, ""},
	}
	m := boot(t, nil)
	for _, test := range tests {
		t.Run(fmt.Sprintf("%#x/%d", test.addr, test.n), func(t *testing.T) {
			send(t, m, "w")
			expect(t, m, "written\n") // a full page to begin with
			if _, err := m.Interrupt(); err != nil {
				t.Fatal(err)
			}
			send(t, m, "w")
			begin := time.Now()
			reached, err := m.CutPower(t.Context(), test.addr, test.n, "written\n")
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("took %v", time.Since(begin))
			if reached != test.reached {
				t.Fatalf("reached = %v", reached)
			}
			if reached {
				expect(t, m, "boot cold page "+test.after+"\n")
				return
			}
			expect(t, m, "written\n")
			if err := m.Continue(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func TestBoards(t *testing.T) {
	for _, board := range Boards() {
		if board.Name == Microbit.Name {
			continue
		}
		t.Run(board.Name, func(t *testing.T) {
			image := bytes.Clone(cmsdkImage)
			binary.LittleEndian.PutUint32(image[0:], board.RAMBase+board.RAMSize)
			binary.LittleEndian.PutUint32(image[4:], board.FlashBase+12+1)
			binary.LittleEndian.PutUint32(image[8:], board.UARTBase)
			m := start(t, board, image, nil)
			regs, err := m.Registers()
			if err != nil {
				t.Fatal(err)
			}
			if regs.PC != board.FlashBase+12 || regs.SP != board.RAMBase+board.RAMSize {
				t.Errorf("reset state is %+v", regs)
			}
			if err := m.Continue(); err != nil {
				t.Fatal(err)
			}
			expect(t, m, "ready\n")
			data := strings.Repeat("0123456789abcdef", 256)
			begin := time.Now()
			send(t, m, data)
			expect(t, m, data)
			t.Logf("%d KiB there and back in %v", len(data)>>10, time.Since(begin))
			if err := m.PowerCycle(); err != nil {
				t.Fatal(err)
			}
			ram, err := m.ReadMemory(board.RAMBase, int(board.RAMSize))
			if err != nil {
				t.Fatal(err)
			}
			if zeros := bytes.Count(ram, []byte{0}); zeros > len(ram)/128 {
				t.Errorf("%d of %d bytes of RAM are zero after a power cycle", zeros, len(ram))
			}
			if err := m.Continue(); err != nil {
				t.Fatal(err)
			}
			expect(t, m, "ready\n")
		})
	}
}

func TestLoadFlashReplacesCode(t *testing.T) {
	m := boot(t, nil)
	send(t, m, "w")
	expect(t, m, "written\n")
	image := bytes.Clone(microbitImage)
	compare := bytes.Index(image, []byte{'w', 0x28}) // cmp r0, #'w'
	image[compare] = 'x'
	if _, err := m.Interrupt(); err != nil {
		t.Fatal(err)
	}
	if err := m.LoadFlash(image); err != nil {
		t.Fatal(err)
	}
	if err := m.Continue(); err != nil {
		t.Fatal(err)
	}
	send(t, m, "x")
	expect(t, m, "boot warm page blank\nwritten\n")
}

func TestPowerCycleDependsOnSeed(t *testing.T) {
	need.Program(t, "qemu", program)
	ram := func(seed uint64) []byte {
		m := start(t, Microbit, microbitImage, &Options{Seed: seed})
		if err := m.PowerCycle(); err != nil {
			t.Fatal(err)
		}
		ram, err := m.ReadMemory(Microbit.RAMBase, int(Microbit.RAMSize))
		if err != nil {
			t.Fatal(err)
		}
		return ram
	}
	if !bytes.Equal(ram(1), ram(1)) {
		t.Error("same seed, different RAM")
	}
	if bytes.Equal(ram(1), ram(2)) {
		t.Error("different seeds, same RAM")
	}
}

func TestWaitStop(t *testing.T) {
	m := boot(t, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := m.WaitStop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("WaitStop of an idle machine: %v", err)
	}
	if _, err := m.ReadMemory(0, 4); !errors.Is(err, ErrRunning) {
		t.Errorf("ReadMemory of a running machine: %v", err)
	}
	if stop, err := m.Interrupt(); stop != StopInterrupt || err != nil {
		t.Errorf("Interrupt: %v, %v", stop, err)
	}
	if err := m.SetBreakpoint(programWord); err != nil {
		t.Fatal(err)
	}
	if err := m.Reset(); err != nil { // the code is copied to RAM after it
		t.Fatal(err)
	}
	if err := m.Continue(); err != nil {
		t.Fatal(err)
	}
	send(t, m, "w")
	if stop, err := m.WaitStop(t.Context()); stop != StopBreakpoint || err != nil {
		t.Fatalf("WaitStop: %v, %v", stop, err)
	}
	regs, err := m.Registers()
	if err != nil {
		t.Fatal(err)
	}
	if regs.PC != programWord || regs.R[0] != page || regs.R[1] != 0 || regs.XPSR>>24&1 != 1 {
		t.Errorf("registers are %+v", regs)
	}
	if err := m.ClearBreakpoint(programWord); err != nil {
		t.Fatal(err)
	}
	if err := m.Continue(); err != nil {
		t.Fatal(err)
	}
	expect(t, m, "written\n")
}

func TestFirmwareIsUpToDate(t *testing.T) {
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	for _, name := range []string{"microbit", "cmsdk"} {
		elf, bin := filepath.Join(t.TempDir(), "elf"), filepath.Join(t.TempDir(), "bin")
		source := filepath.Join("testdata", name)
		for _, args := range [][]string{
			{"arm-none-eabi-gcc", "-nostdlib", "-Wl,-Ttext=0,--entry=0", "-o", elf, source + ".S"},
			{"arm-none-eabi-objcopy", "-O", "binary", "-j", ".text", elf, bin},
		} {
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %v\n%s", args, err, out)
			}
		}
		got, err := os.ReadFile(bin)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(source + ".bin")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s.bin is not what %s.S assembles to", source, source)
		}
	}
}
