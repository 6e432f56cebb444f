// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
)

// A Failure is what a device has done that none may do.
type Failure struct{ What string }

func (f *Failure) Error() string { return f.What }

// A process is a running program of device/test/host/sim.c.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	in     *bufio.Writer
	out    *bufio.Reader
	stderr bytes.Buffer
	err    error // what ended it
}

// startProcess starts a program that [Build] made.
func startProcess(ctx context.Context, program string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, program)}
	p.cmd.Stderr = &p.stderr
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdin, p.in, p.out = stdin, bufio.NewWriter(stdin), bufio.NewReader(stdout)
	return p, p.cmd.Start()
}

// call has the program execute commands and returns its answers. Once it has
// failed it always fails.
func (p *process) call(commands ...string) ([]string, error) {
	if p.err != nil {
		return nil, p.err
	}
	for _, command := range commands {
		p.in.WriteString(command)
		p.in.WriteByte('\n')
	}
	p.in.WriteByte('\n')
	p.in.Flush() // a program that has ended shows when its answer is read
	answers := make([]string, len(commands))
	for i := range answers {
		line, err := p.out.ReadString('\n')
		line = strings.TrimSuffix(line, "\n")
		if err = p.ended(line, err); err != nil {
			p.err = fmt.Errorf("sim: %.60s: %w%s", commands[i], err, p.lastWords())
			return nil, p.err
		}
		answers[i] = line
	}
	return answers, nil
}

// ended returns why the program has ended behind a line, or nil if it has not.
func (p *process) ended(line string, err error) error {
	word, what, _ := strings.Cut(line, " ")
	switch {
	case word == "fatal":
		err = &Failure{what}
	case word == "abort":
		err = errors.New(what)
	case err == nil:
		return nil
	}
	if end := p.cmd.Wait(); err == io.EOF && crashed(p.cmd.ProcessState) {
		err = &Failure{end.Error()}
	}
	return err
}

// crashed says whether a program has ended by a sanitizer, or by what its own code did. Who ends it from outside
// says nothing about the device, nor does a lack of memory.
func crashed(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && (status.Exited() && status.ExitStatus() != 0 || status.Signaled() &&
		slices.Contains([]syscall.Signal{syscall.SIGSEGV, syscall.SIGBUS, syscall.SIGFPE, syscall.SIGILL}, status.Signal()))
}

// lastWords returns what a sanitizer or the C library had to say.
func (p *process) lastWords() string {
	if p.stderr.Len() == 0 {
		return ""
	}
	return "\n" + p.stderr.String()
}

// said returns what the program has written to its standard error, once it has ended.
func (p *process) said() string { return p.stderr.String() }

// close ends the program. It fails if that had failed before, or fails now, for
// instance because memory has leaked.
func (p *process) close() error {
	p.stdin.Close()
	err := p.cmd.Wait()
	if p.err != nil {
		return p.err
	}
	if err != nil {
		return fmt.Errorf("sim: %w%s", err, p.lastWords())
	}
	return nil
}
