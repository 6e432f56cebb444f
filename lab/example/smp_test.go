// SPDX-License-Identifier: BSD-3-Clause

package example

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/internal/need"
	"github.com/quine-fw/quine/internal/smp"
	"github.com/quine-fw/quine/lab/qemu"
)

// onMicrobit runs a test of what does not depend on the board.
func onMicrobit(t *testing.T, test func(ctx context.Context, b *board, r *releases)) {
	on(t, boards[0], test)
}

func on(t *testing.T, target target, test func(ctx context.Context, b *board, r *releases)) {
	if _, err := qemu.LookPath(); err != nil {
		need.Missing(t, "qemu", err.Error())
	}
	t.Parallel()
	r := load(t, target)
	b := r.start(t)
	ctx, cancel := b.context()
	defer cancel()
	test(ctx, b, r)
}

// The console goes on while frames come in between, also one that is cut off.
func TestConsoleBesideSMP(t *testing.T) {
	onMicrobit(t, func(ctx context.Context, b *board, _ *releases) {
		for _, text := range []string{"", "hello", strings.Repeat("long ", 40)} {
			if got, err := b.SMP().Echo(ctx, text); err != nil || got != text {
				t.Fatalf("echo of %q: %q, %v", text, got, err)
			}
			if err := b.Ticking(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := b.m.UART().Write([]byte("\x06\x09AAoK")); err != nil {
				t.Fatal(err)
			}
			if _, _, err := b.Status(ctx); err != nil {
				t.Fatal(err)
			}
			if _, err := b.m.UART().Write([]byte("stat\x06\x09AAoK")); err != nil {
				t.Fatal(err)
			}
		}
		// The longest request waits whole while the console is busy.
		b.SMP().Timeout = time.Hour // nothing is sent again
		if _, err := b.m.UART().Write([]byte(strings.Repeat("help\n", 12))); err != nil {
			t.Fatal(err)
		}
		_, err := b.SMP().Echo(ctx, strings.Repeat("longer than answers are ", 11))
		var refusal *smp.Error
		if !errors.As(err, &refusal) || refusal.RC != 7 {
			t.Fatalf("echo of a long text: %v, want SMP error 7", err)
		}
	})
}

// The states of the slots tell what runs and what waits.
func TestImageStates(t *testing.T) {
	for _, build := range []string{"", "-signed", "-encrypted"} {
		t.Run("microbit"+build, func(t *testing.T) { testImageStates(t, build) })
	}
}

func testImageStates(t *testing.T, build string) {
	on(t, target{board: qemu.Microbit, build: build}, func(ctx context.Context, b *board, r *releases) {
		check := func(want ...string) []smp.Image {
			t.Helper()
			images, err := b.SMP().Images(ctx)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, im := range images {
				got = append(got, im.Version)
				if im.Active != (im.Slot == 0) || im.Pending != (im.Slot == 1) {
					t.Errorf("slot %d is active: %v, pending: %v", im.Slot, im.Active, im.Pending)
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Fatalf("versions %v, want %v", got, want)
			}
			return images
		}
		check("1.0.0")
		b.send(r.p12, 0)
		images := check("1.0.0", "2.0.0")
		if at := bytes.Index(r.v2, images[1].Hash); at < 0 || len(images[1].Hash) != 8 {
			t.Errorf("hash %x is not the head id of the new release", images[1].Hash)
		}
		if err := b.SMP().Erase(ctx); err != nil {
			t.Fatal(err)
		}
		check("1.0.0")
		b.send(r.p12, 0)
		if err := b.SMP().Reset(ctx); err != nil {
			t.Fatal(err)
		}
		b.wantBanner("2.0.0")
		check("2.0.0")
		if code, err := b.SMP().Refused(ctx); err != nil || code != 0 {
			t.Errorf("refused: %v, %v", code, err)
		}
	})
}

// An upload goes on where it stopped, but only that of the same patch.
func TestUploadResumes(t *testing.T) {
	onMicrobit(t, func(ctx context.Context, b *board, r *releases) {
		full := create(t, nil, r.v2)
		stopped, stop := context.WithCancel(ctx)
		half := len(full) / 2
		_, err := b.SMP().Upload(stopped, full, func(taken int) {
			if taken >= half {
				stop()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped upload: %v", err)
		}
		resumed, err := b.SMP().Upload(ctx, full, nil)
		if err != nil || resumed < half {
			t.Fatalf("upload went on at byte %d, %v; want at least %d", resumed, err, half)
		}
		b.install("2.0.0")
		b.wantFlash(r.v2)

		other := create(t, nil, r.v3)
		stopped, stop = context.WithCancel(ctx)
		b.SMP().Upload(stopped, other, func(int) { stop() })
		b.send(r.p23, 0)
		b.install("3.0.0")
		b.wantFlash(r.v3)
	})
}

// A lossy is a line that loses requests and answers.
type lossy struct {
	smp.Line
	random *rand.Rand
	lost   int
}

func (l *lossy) Write(p []byte) (int, error) {
	if l.random.IntN(4) > 0 {
		return l.Line.Write(p)
	}
	l.lost++
	if n := l.random.IntN(len(p)); n > 0 {
		return l.Line.Write(p[:n])
	}
	return len(p), nil
}

func (l *lossy) ReadLine(ctx context.Context) ([]byte, error) {
	for {
		line, err := l.Line.ReadLine(ctx)
		if err != nil || l.random.IntN(4) > 0 {
			return line, err
		}
		l.lost++
	}
}

// A patch arrives whole over a line that loses every fourth request, or a part of it,
// and every fourth answer.
func TestLossyLine(t *testing.T) {
	onMicrobit(t, func(ctx context.Context, b *board, r *releases) {
		line := &lossy{Line: frames{b.m.UART()}, random: rand.New(rand.NewPCG(5, 6))}
		client := smp.New(line)
		client.PieceMax, client.Tries, client.Timeout = pieceMax, 30, 500*time.Millisecond
		if _, err := client.Upload(ctx, r.p12, nil); err != nil {
			t.Fatal(err)
		}
		if line.lost == 0 {
			t.Error("nothing was lost")
		}
		b.install("2.0.0")
		b.wantFlash(r.v2)
	})
}

// Whatever arrives, the firmware runs on, and an update succeeds.
func TestBadRequests(t *testing.T) {
	onMicrobit(t, func(ctx context.Context, b *board, r *releases) {
		random := rand.New(rand.NewPCG(1, 2))
		for _, payload := range badPayloads(random) {
			if err := b.SMP().Raw(ctx, 2, 1, 1, payload); err != nil && !errors.As(err, new(*smp.Error)) {
				t.Fatalf("upload with payload %x: %v", payload, err)
			}
		}
		for range 200 {
			text := make([]byte, random.IntN(150))
			for i := range text {
				text[i] = byte(random.Uint32())
			}
			if random.IntN(2) == 0 {
				text = append([]byte{0x06, 0x09}, text...)
			}
			if _, err := b.m.UART().Write(append(text, '\n')); err != nil {
				t.Fatal(err)
			}
		}
		if _, _, err := b.Status(ctx); err != nil {
			t.Fatal(err)
		}
		b.send(r.p23, quine.CodeBase)
		b.send(r.p12, 0)
		b.install("2.0.0")
		b.wantFlash(r.v2)
	})
}

// badPayloads returns what an upload's arguments should not be.
func badPayloads(random *rand.Rand) [][]byte {
	// {"off": 0, "len": 9, "data": h'', "sha": h'0102'}
	good := []byte("\xa4\x63off\x00\x63len\x09\x64data\x40\x63sha\x42\x01\x02")
	payloads := [][]byte{
		{}, {0xFF}, {0xBF}, {0xBF, 0xFF}, {0xA0}, {0xA1}, {0x40}, {0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
		{0xBA, 0xFF, 0xFF, 0xFF, 0xFF}, []byte("\xa1\x63off\x81\x00"), []byte("\xa1\x63off\x5a\xff\xff\xff\xff"),
		[]byte("\xbf\x63off"), []byte("\xa2\x63off\x00\x64data\x7f"), bytes.Repeat([]byte{0xA1}, 300),
	}
	for n := range good {
		payloads = append(payloads, good[:n])
	}
	for range 150 {
		p := bytes.Clone(good)
		for range 1 + random.IntN(3) {
			p[random.IntN(len(p))] = byte(random.Uint32())
		}
		payloads = append(payloads, p)
	}
	return payloads
}
