// SPDX-License-Identifier: BSD-3-Clause

package quine

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What every source file of the project keeps to.
const (
	fileLines     = 600
	functionLines = 70
	licence       = "SPDX-License-Identifier: BSD-3-Clause"
)

var (
	source    = regexp.MustCompile(`\.(go|c|cpp|h|S|ld|mk|sh|cmake|py)$|/Makefile$|/CMakeLists\.txt$`)
	generated = regexp.MustCompile(`^examples/foreign/\w+/after/quine_config\.h$`)
)

// Every source file says its licence in its first lines, and can be read in one sitting.
func TestTidy(t *testing.T) {
	n := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "build" || strings.HasPrefix(name, ".") && name != "."):
			return fs.SkipDir
		case d.IsDir() || !source.MatchString("/"+name) || generated.MatchString(filepath.ToSlash(name)):
			return nil
		}
		n++
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		head := bytes.SplitN(data, []byte("\n"), 4)
		if !bytes.Contains(bytes.Join(head[:min(3, len(head))], nil), []byte(licence)) {
			t.Errorf("%s does not say %s", name, licence)
		}
		if lines := bytes.Count(data, []byte("\n")); lines > fileLines {
			t.Errorf("%s has %d lines, more than %d", name, lines, fileLines)
		}
		if filepath.Ext(name) == ".go" {
			tidyFunctions(t, name, data)
		}
		return nil
	})
	if err != nil || n < 200 {
		t.Errorf("%d source files, %v", n, err)
	}
}

// tidyFunctions checks the length of functions.
func tidyFunctions(t *testing.T, name string, data []byte) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, data, 0)
	if err != nil {
		t.Error(err)
		return
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			if lines := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; lines > functionLines {
				t.Errorf("%s: %s has %d lines, more than %d", name, f.Name.Name, lines, functionLines)
			}
		}
	}
}
