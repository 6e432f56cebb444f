// SPDX-License-Identifier: BSD-3-Clause

package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes r for people, with at most top places.
func (r *Report) WriteText(w io.Writer, top int) error {
	fmt.Fprintf(w, "patch: %d bytes, %.2f %% of %d\n\nby kind:\n", r.PatchSize, r.percent(), r.NewSize)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, k := range r.Kinds {
		fmt.Fprintf(t, "%.0f\t%s\t  %-13s %s\n", k.Bytes, r.share(k.Bytes), k.Kind, k.Means)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if err := r.writePlaces(w, top); err != nil {
		return err
	}
	return r.writeCauses(w)
}

// writePlaces writes the most expensive places.
func (r *Report) writePlaces(w io.Writer, top int) error {
	what := "symbol"
	if !r.Symbols {
		what = fmt.Sprintf("block of %d bytes (--elf tells symbols)", blockSize)
	}
	fmt.Fprintf(w, "\nby %s:\n", what)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	rest := 0.0
	for i, p := range r.Places {
		if i >= top {
			rest += p.Bytes
			continue
		}
		fmt.Fprintf(t, "%.1f\t%s\t", p.Bytes, r.share(p.Bytes))
		if r.Symbols {
			fmt.Fprintf(t, "  of %d\tat 0x%05x\t", p.Size, p.Offset)
		}
		fmt.Fprintf(t, "  %s\n", strings.TrimSpace(p.Name+"  "+p.Section))
	}
	if n := len(r.Places) - top; n > 0 {
		gap := ""
		if r.Symbols {
			gap = "\t\t"
		}
		fmt.Fprintf(t, "%.1f\t%s\t%s  %d others\n", rest, r.share(rest), gap, n)
	}
	return t.Flush()
}

// writeCauses writes what can be removed.
func (r *Report) writeCauses(w io.Writer) error {
	if len(r.Causes) == 0 {
		_, err := fmt.Fprint(w, "\nno cause found that can be removed\n")
		return err
	}
	for _, c := range r.Causes {
		cost := ""
		if c.Bytes > 0 {
			cost = fmt.Sprintf(", %.0f bytes", c.Bytes)
		}
		fmt.Fprintf(w, "\ncause: %s%s\n", c.Name, cost)
		for _, e := range c.Evidence {
			fmt.Fprintf(w, "  %s\n", e.Text)
		}
		if c.More > 0 {
			fmt.Fprintf(w, "  and %d more\n", c.More)
		}
		if _, err := fmt.Fprintf(w, "  cure: %s\n", wrapped(c.Cure, 90, "        ")); err != nil {
			return err
		}
	}
	return nil
}

// percent returns the size of the patch in percent of the new image.
func (r *Report) percent() float64 {
	return 100 * float64(r.PatchSize) / float64(max(r.NewSize, 1))
}

// share formats bytes as a share of the patch.
func (r *Report) share(bytes float64) string {
	return fmt.Sprintf("%.1f %%", 100*bytes/float64(max(r.PatchSize, 1)))
}

// wrapped breaks text into lines of at most width bytes. All but the first are
// indented.
func wrapped(text string, width int, indent string) string {
	var b strings.Builder
	column := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case column+1+len(word) > width:
			b.WriteString("\n" + indent)
			column = 0
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
