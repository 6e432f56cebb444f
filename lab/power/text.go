// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"
)

// Trials returns how many trials were made.
func (r *Result) Trials() int { return r.Single + r.Pairs + r.Resets }

// WriteText writes the result as lines for people. Command is the command line that
// repeats it, to which a trial that is named adds what replays it.
func (r *Result) WriteText(w io.Writer, command string) error {
	var b bytes.Buffer
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-17s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("update", "%s to %s on %s, patch of %d bytes", r.From.Version, r.To.Version, r.Part, r.PatchSize)
	line("old image", "%v", r.From)
	line("new image", "%v", r.To)
	line("operations", "%s", r.operations())
	line("power cuts", "%s", r.cuts())
	line("bricks", "%s", r.bricks())
	line("then ran", "%s", r.ran())
	line("boots to recover", "at most %d", r.MostBoots)
	if r.Slowest != "" {
		line("slowest recovery", "%s --replay %s", command, r.Slowest)
	}
	if r.ECCFaults > 0 {
		line("ECC faults", "%d met by reads of torn units", r.ECCFaults)
	}
	line("erase cycles", "%s", r.cycles())
	line("install", "%s", r.install())
	line("boot sector", "%s", r.window())
	line("part data", "%s", r.data())
	line("not covered", "%s", strings.Join(r.NotCovered, "; "))
	line("tool", "quine %s", r.Tool)
	for _, f := range r.Failures {
		line("brick", "%s --replay %s: %s", command, f.Replay, f.What)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// String returns what identifies a release.
func (r Release) String() string {
	return fmt.Sprintf("%s, id %s, %d bytes, SHA-256 %s", r.Version, r.ID, r.Size, r.SHA256)
}

func (r *Result) bricks() string {
	if r.Window == nil || r.Window.Bricks == 0 {
		return fmt.Sprint(r.Bricks)
	}
	return fmt.Sprintf("%d, and %d in the unprotected window of the boot sector", r.Bricks, r.Window.Bricks)
}

func (r *Result) ran() string {
	s := fmt.Sprintf("the new image %d times, ", r.New)
	if r.Old == 0 {
		return s + "never the old one"
	}
	return s + fmt.Sprintf("the old one first %d times, %d of which made the whole update anew", r.Old, r.UpdatedAgain)
}

func (r *Result) data() string {
	if r.Source == "" {
		return r.Flash + "; no source named"
	}
	return r.Flash + "; from " + r.Source
}

func (r *Result) operations() string {
	s := fmt.Sprintf("%d of the install", r.Operations-r.Download)
	if r.Download > 0 {
		return fmt.Sprintf("%d of the download, %s", r.Download, s)
	}
	return s + "; the download is not tried without the ELF file"
}

func (r *Result) cuts() string {
	var ways []string
	for _, how := range Ways {
		if n := r.Ways[how.String()]; n > 0 {
			ways = append(ways, fmt.Sprintf("%v %d", how, n))
		}
	}
	s := fmt.Sprintf("%d trials: %d with one cut", r.Trials(), r.Single)
	if r.Pairs > 0 {
		s += fmt.Sprintf(", %d with two", r.Pairs)
	}
	s += fmt.Sprintf(", %d with a reset between instructions", r.Resets)
	if len(ways) > 0 {
		s += " (" + strings.Join(ways, ", ") + ")"
	}
	switch {
	case r.All:
		return s + "; each operation in every way"
	case r.Trials() > 1:
		return s + "; a SAMPLE, not each operation in every way"
	}
	return s
}

// cycles tells the erase cycles of the units, those that are alike together.
func (r *Result) cycles() string {
	var parts []string
	for i := 0; i < len(r.Units); {
		u, n := r.Units[i], 1
		for i+n < len(r.Units) && r.Units[i+n].Offset == u.Offset+uint32(n)*u.Size &&
			r.Units[i+n].Clean == u.Clean && r.Units[i+n].Most == u.Most && r.Units[i+n].Size == u.Size && r.Units[i+n].Store == u.Store {
			n++
		}
		s := fmt.Sprintf("0x%05x %d (%d)", u.Offset, u.Clean, u.Most)
		if n > 1 {
			s = fmt.Sprintf("0x%05x-0x%05x %d (%d)", u.Offset, r.Units[i+n-1].Offset+u.Size-1, u.Clean, u.Most)
		}
		if u.Store {
			s = "store " + s
		}
		parts = append(parts, s)
		i += n
	}
	return strings.Join(parts, ", ") + "; in brackets with cuts"
}

func (r *Result) install() string {
	return fmt.Sprintf("%s typically and %s at most for flash, by the part's data, and %d instructions of boot",
		duration(r.InstallTypical), duration(r.InstallMax), r.Instructions)
}

func (r *Result) window() string {
	w := r.Window
	if w == nil {
		return "unchanged, no unprotected window"
	}
	return fmt.Sprintf("CHANGED: unprotected for %s typically and %s at most, %d operations; of %d trials in it %d left no boot sector (%s)",
		duration(w.Typical), duration(w.Max), w.Operations, w.Cuts, w.Bricks, w.Lost)
}

// duration formats milliseconds.
func duration(ms float64) string {
	return time.Duration(ms * float64(time.Millisecond)).Round(time.Millisecond).String()
}
