// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/quine-fw/quine"
)

// The exit codes of the program.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// A console is what the verbs talk to.
type console struct {
	in       io.Reader
	out, err io.Writer

	// outTerminal and errTerminal tell whether a person reads out and err.
	outTerminal, errTerminal bool

	// ask asks for a secret; nil if there is nobody to ask.
	ask func(prompt string) ([]byte, error)
}

// newConsole returns the console of the process.
func newConsole() *console {
	c := &console{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		outTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		errTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	if stdin := int(os.Stdin.Fd()); c.errTerminal && term.IsTerminal(stdin) {
		c.ask = func(prompt string) ([]byte, error) {
			fmt.Fprint(c.err, prompt)
			defer fmt.Fprintln(c.err)
			return term.ReadPassword(stdin)
		}
	}
	return c
}

// run runs the command line args and returns the exit code.
func (c *console) run(args []string) int {
	root := newRoot(c)
	root.SetArgs(numberLast(args))
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	cmd, err := root.ExecuteC()
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(c.err, "quine: %s %s\n", c.red("error:"), message(err))
	if h := hint(err); h != "" {
		fmt.Fprintf(c.err, "quine: hint: %s\n", h)
	}
	var f *failure
	if errors.As(err, &f) {
		return exitFailed
	}
	if hint(err) == "" {
		fmt.Fprintf(c.err, "quine: hint: %s --help shows how to call it\n", cmd.CommandPath())
	}
	return exitUsage
}

// red returns text in red if a person reads it who has not asked for no colour, see
// https://no-color.org.
func (c *console) red(text string) string {
	if !c.errTerminal || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return text
	}
	return "\x1b[1;31m" + text + "\x1b[m"
}

// A failure is an error that a verb met while it worked. Any other error that the
// program ends with is one of the command line.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }

// A hinted error tells what to do about it.
type hinted struct {
	error
	hint string
}

func (h *hinted) Unwrap() error { return h.error }

// A usageError is a wrong command line that shows only while a verb works.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// verb adapts f to cobra, so that run can tell failures from wrong usage.
func verb(f func(args []string) error) func(*cobra.Command, []string) error {
	return func(_ *cobra.Command, args []string) error {
		err := f(args)
		var u usageError
		if err == nil || errors.As(err, &u) {
			return err
		}
		return &failure{err}
	}
}

// A fileError says which file an error is about.
type fileError struct {
	name string
	error
}

func (f *fileError) Unwrap() error { return f.error }

// inFile says that err is about the file name.
func inFile(name string, err error) error {
	if err == nil {
		return nil
	}
	if name == "-" {
		name = "standard input"
	}
	return &fileError{name, err}
}

// message returns the one line that is said about err. Of an error number that
// comes with details, the general meaning is left out.
func message(err error) string {
	prefix := ""
	var f *fileError
	if errors.As(err, &f) {
		prefix = f.name + ": "
		err = f.error
	}
	var e *quine.Error
	if !errors.As(err, &e) || e.Detail == "" {
		return prefix + oneLine(err.Error())
	}
	fault, _ := splitDetail(e)
	s := fmt.Sprintf("%sE%d %s: %s", prefix, -int(e.Code), strings.ToLower(e.Code.Name()), fault)
	if e.Offset >= 0 {
		s += fmt.Sprintf(" (at byte %d)", e.Offset)
	}
	return oneLine(s)
}

// splitDetail splits the details of e into what is wrong and the cure, which follows
// a semicolon if there is one.
func splitDetail(e *quine.Error) (fault, cure string) {
	i := strings.LastIndex(e.Detail, "; ")
	if i < 0 {
		return e.Detail, ""
	}
	return e.Detail[:i], e.Detail[i+2:]
}

// oneLine returns the first line of s.
func oneLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// hint returns what to do about err, "" if that is unknown.
func hint(err error) string {
	var h *hinted
	if errors.As(err, &h) {
		return h.hint
	}
	var e *quine.Error
	if errors.As(err, &e) {
		_, cure := splitDetail(e)
		return cure
	}
	return ""
}

// withCure adds the general advice for the error number in err, if err has none of
// its own.
func withCure(err error) error {
	var e *quine.Error
	if hint(err) == "" && errors.As(err, &e) && e.Code.Cure() != "" {
		return &hinted{err, strings.ReplaceAll(e.Code.Cure(), "`", "")}
	}
	return err
}
