// SPDX-License-Identifier: BSD-3-Clause

// Package docs runs the commands in the project's documentation, so that it cannot
// rot. In a Markdown file
//
//   - a block of the language console is run: lines that begin with "$ " are commands,
//     "> " continues one, and what follows is what it prints;
//   - a block with file=NAME in its first line is written to that file, as the reader
//     would by hand;
//   - a block of the language diff is applied.
//
// All blocks of a file run in one shell, in order, which begins in an empty folder. In
// what a command prints, "..." stands for any text, and alone on a line for any lines.
// Numbers of two digits and more may differ by a half, and addresses and ids by
// anything: they change with the compiler. Update writes those of today.
package docs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A Doc is a Markdown file.
type Doc struct {
	Name   string
	lines  []string
	blocks []block
}

// A block is what stands between two lines of backquotes.
type block struct {
	kind, file string // language, and what follows file=
	start, end int    // lines of the content
}

// Read reads a file.
func Read(name string) (*Doc, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	d := &Doc{Name: name, lines: strings.Split(string(data), "\n")}
	open := -1
	for i, line := range d.lines {
		switch {
		case !strings.HasPrefix(line, "```"):
		case open < 0:
			open = i
		default:
			b := block{start: open + 1, end: i}
			for j, word := range strings.Fields(strings.TrimPrefix(d.lines[open], "```")) {
				if file, ok := strings.CutPrefix(word, "file="); ok {
					b.file = file
				} else if j == 0 {
					b.kind = word
				}
			}
			d.blocks = append(d.blocks, b)
			open = -1
		}
	}
	return d, nil
}

// A command is one of a console block: lines from start on, of which the first ones,
// up to output, are the command.
type command struct {
	text               string
	start, output, end int
}

// commands returns those of a block.
func (d *Doc) commands(b block) []command {
	var list []command
	for i := b.start; i < b.end; i++ {
		line := d.lines[i]
		n := len(list)
		if text, ok := strings.CutPrefix(line, "$ "); ok {
			list = append(list, command{text, i, i + 1, i + 1})
			continue
		}
		if n == 0 {
			continue
		}
		c := &list[n-1]
		if text, ok := strings.CutPrefix(line, "> "); ok && c.output == i {
			c.text, c.output = c.text+"\n"+text, i+1
		}
		c.end = i + 1
	}
	return list
}

// Commands returns all commands in the part of the document below a heading, up to the
// next heading of the same or a higher level; below "" are those of the whole.
func (d *Doc) Commands(heading string) []string {
	start, end := 0, len(d.lines)
	if heading != "" {
		start, end = d.section(heading)
	}
	var list []string
	for _, b := range d.blocks {
		if b.kind == "console" && b.start >= start && b.end <= end {
			for _, c := range d.commands(b) {
				list = append(list, c.text)
			}
		}
	}
	return list
}

// section returns the lines below a heading.
func (d *Doc) section(heading string) (start, end int) {
	level, fenced := "", false
	for i, line := range d.lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		marks, title, ok := strings.Cut(line, " ")
		if fenced || !ok || marks == "" || strings.Trim(marks, "#") != "" {
			continue
		}
		if level != "" && len(marks) <= len(level) {
			return start, i
		}
		if title == heading {
			start, level = i, marks
		}
	}
	if level == "" {
		return 0, 0
	}
	return start, len(d.lines)
}

// Run runs all blocks in a shell that begins in dir, with the environment env. It
// returns an error for each that does not do what the document says. With update it
// puts what commands print today into the document, which [Doc.Write] then writes.
func (d *Doc) Run(dir string, env []string, update bool) []error {
	sh, err := startShell(dir, env)
	if err != nil {
		return []error{err}
	}
	defer sh.close()
	var errs []error
	fail := func(line int, err error) { errs = append(errs, fmt.Errorf("%s:%d: %w", d.Name, line+1, err)) }
	var edits []edit
	for _, b := range d.blocks {
		var err error
		switch {
		case b.file != "":
			err = sh.write(b.file, strings.Join(d.lines[b.start:b.end], "\n")+"\n")
		case b.kind == "diff":
			err = sh.patch(d.lines[b.start:b.end])
		case b.kind == "console":
			for _, c := range d.commands(b) {
				got, err := sh.run(c.text)
				if err != nil {
					fail(c.start, fmt.Errorf("%w\n$ %s\n%s", err, c.text, strings.Join(got, "\n")))
					return errs // what follows depends on it
				}
				want := d.lines[c.output:c.end]
				now, ok := match(want, got)
				if !ok && update {
					now, ok = got, true
				}
				if !ok {
					fail(c.start, fmt.Errorf("$ %s\nprints:\n%s\nthe document says:\n%s", c.text, strings.Join(got, "\n"), strings.Join(want, "\n")))
				}
				edits = append(edits, edit{c.output, c.end, now})
			}
		}
		if err != nil {
			fail(b.start, err)
			return errs
		}
	}
	if update {
		d.apply(edits)
	}
	return errs
}

// An edit replaces lines.
type edit struct {
	start, end int
	lines      []string
}

// apply applies edits, which are in order.
func (d *Doc) apply(edits []edit) {
	var lines []string
	at := 0
	for _, e := range edits {
		lines = append(append(lines, d.lines[at:e.start]...), e.lines...)
		at = e.end
	}
	d.lines = append(lines, d.lines[at:]...)
}

// Write writes the document back.
func (d *Doc) Write() error {
	return os.WriteFile(d.Name, []byte(strings.Join(d.lines, "\n")), 0o666)
}

// Find returns the names of the documents of a project, relative to its folder.
func Find(root string) ([]string, error) {
	names := []string{"README.md"}
	more, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	for _, name := range more {
		names = append(names, filepath.Join("docs", filepath.Base(name)))
	}
	return names, err
}
