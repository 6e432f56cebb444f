// SPDX-License-Identifier: BSD-3-Clause

package docs

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// timeout is for one command.
const timeout = 5 * time.Minute

// mark is the line that the shell prints behind a command.
const mark = "--- end of command, status "

// A shell runs commands, one after the other, and keeps what they set.
type shell struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	temp  string
}

// startShell starts a shell in dir.
func startShell(dir string, env []string) (*shell, error) {
	temp, err := os.MkdirTemp("", "quine-docs-")
	if err != nil {
		return nil, err
	}
	s := &shell{cmd: exec.Command("bash", "--norc", "--noprofile"), lines: make(chan string), temp: temp}
	s.cmd.Dir, s.cmd.Env = dir, env
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.lines)
		for text := bufio.NewScanner(out); text.Scan(); {
			s.lines <- text.Text()
		}
	}()
	return s, nil
}

// close ends the shell.
func (s *shell) close() {
	s.in.Close()
	s.cmd.Process.Kill()
	for range s.lines {
	}
	s.cmd.Wait()
	os.RemoveAll(s.temp)
}

// run runs a command and returns the lines that it prints.
func (s *shell) run(text string) ([]string, error) {
	script := filepath.Join(s.temp, "command")
	if err := os.WriteFile(script, []byte(text+"\n"), 0o666); err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(s.in, ". '%s' </dev/null 2>&1; printf '\\n%s%%d\\n' $?\n", script, mark); err != nil {
		return nil, err
	}
	var got []string
	after := time.After(timeout)
	for {
		select {
		case line, ok := <-s.lines:
			if !ok {
				return got, errors.New("the shell has ended")
			}
			status, end := strings.CutPrefix(line, mark)
			if !end {
				got = append(got, line)
				continue
			}
			for len(got) > 0 && got[len(got)-1] == "" { // the one before the mark, and final ones
				got = got[:len(got)-1]
			}
			if status != "0" {
				return got, fmt.Errorf("exit status %s", status)
			}
			return got, nil
		case <-after:
			return got, fmt.Errorf("no end after %v", timeout)
		}
	}
}

// path returns the full name of a file in the shell's folder.
func (s *shell) path(file string) (string, error) {
	dir, err := s.run("pwd")
	if err != nil || len(dir) != 1 {
		return "", fmt.Errorf("pwd: %q, %v", dir, err)
	}
	return filepath.Join(dir[0], file), nil
}

// write writes a file.
func (s *shell) write(file, text string) error {
	path, err := s.path(file)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// patch applies a difference: it replaces the one place in a file that has the old
// lines of a hunk.
func (s *shell) patch(diff []string) error {
	file, old, now := "", "", ""
	flush := func() error {
		if old == now {
			return nil
		}
		path, err := s.path(file)
		if err != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := strings.Count(string(text), old); n != 1 {
			return fmt.Errorf("%s has %d places with the lines\n%s", file, n, old)
		}
		text = []byte(strings.Replace(string(text), old, now, 1))
		old, now = "", ""
		return os.WriteFile(path, text, 0o666)
	}
	for _, line := range diff {
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "@@"):
			if err := flush(); err != nil {
				return err
			}
		case strings.HasPrefix(line, "+++ "):
			file = strings.Fields(line)[1]
		case strings.HasPrefix(line, "-"):
			old += line[1:] + "\n"
		case strings.HasPrefix(line, "+"):
			now += line[1:] + "\n"
		default:
			line = strings.TrimPrefix(line, " ")
			old, now = old+line+"\n", now+line+"\n"
		}
	}
	return flush()
}
