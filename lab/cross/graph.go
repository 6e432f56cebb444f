// SPDX-License-Identifier: BSD-3-Clause

package cross

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A graph holds functions by name.
type graph map[string]*function

// A function is a node of a call graph.
type function struct {
	stack int // bytes of its frame
	calls []string
}

// What GCC writes for -fcallgraph-info=su:
//
//	node: { title: "f" label: "f\nfile.c:7:5\n24 bytes (static)" }
//	edge: { sourcename: "f" targetname: "g" label: "file.c:9:2" }
//
// Names of static functions have their file before them.
var (
	nodeLine  = regexp.MustCompile(`^node: { title: "([^"]+)" label: "([^"]*)"`)
	edgeLine  = regexp.MustCompile(`^edge: { sourcename: "([^"]+)" targetname: "([^"]+)"`)
	frameSize = regexp.MustCompile(`\\n(\d+) bytes \((\w+)[^)]*\)`)
)

// read adds a graph in the form of GCC. A function that another file defines has a
// node without a frame.
func (g graph) read(text string) error {
	for line := range strings.Lines(text) {
		if m := nodeLine.FindStringSubmatch(line); m != nil {
			f := g.function(m[1])
			size := frameSize.FindStringSubmatch(m[2])
			if size == nil {
				continue
			}
			if size[2] == "dynamic" && !strings.Contains(line, "bounded") {
				return fmt.Errorf("stack of %s is not known", m[1])
			}
			f.stack, _ = strconv.Atoi(size[1])
		}
		if m := edgeLine.FindStringSubmatch(line); m != nil {
			f := g.function(m[1])
			if !slices.Contains(f.calls, m[2]) {
				f.calls = append(f.calls, m[2])
			}
			if m[2] == "__indirect_call" {
				return fmt.Errorf("%s calls through a pointer", m[1])
			}
		}
	}
	return nil
}

func (g graph) function(name string) *function {
	if g[name] == nil {
		g[name] = &function{}
	}
	return g[name]
}

// deepest returns the chain of calls from a function that takes most stack. The
// path is how it was reached.
func (g graph) deepest(name string, path []string) (int, []string, error) {
	if slices.Contains(path, name) {
		return 0, nil, fmt.Errorf("cross: %s calls itself", name)
	}
	path = append(slices.Clip(path), name)
	f := g.function(name)
	most, chain := 0, []string(nil)
	for _, callee := range f.calls {
		n, c, err := g.deepest(callee, path)
		if err != nil {
			return 0, nil, err
		}
		if n > most {
			most, chain = n, c
		}
	}
	return f.stack + most, append([]string{name}, chain...), nil
}
