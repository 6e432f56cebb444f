// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine"
)

func newExplain(c *console) *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:   "explain [CODE]",
		Short: "Say what an error number means and what to do about it",
		Long: `Explain tells about an error number of the tool, of the device library or of a
device, in any form: E8, 8, -8, base or QUINE_ERR_BASE. Without one it lists all.`,
		Example: `  quine explain E8
  quine explain QUINE_ERR_ROLLBACK
  quine explain`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			return operands("CODE")(cmd, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, e := range explanations() {
				names = append(names, strings.ToLower(e.Name)+"\t"+e.Meaning)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.RunE = verb(func(args []string) error { return c.explain(args, json) })
	jsonFlag(cmd, &json)
	return cmd
}

// An explanation is what is known about an error number, and an element of what quine
// explain --json writes.
type explanation struct {
	Code    int    `json:"code"` // negative, as C functions return it
	Name    string `json:"name"` // in C, QUINE_ERR_ and this
	Meaning string `json:"meaning"`
	Cure    string `json:"cure"`
}

// explanations returns all of them, in the order of the numbers.
func explanations() []explanation {
	var list []explanation
	for code := quine.Code(-1); code.Known(); code-- {
		list = append(list, explanation{int(code), code.Name(), code.Meaning(), strings.ReplaceAll(code.Cure(), "`", "")})
	}
	return list
}

// findCode returns the error number that s names.
func findCode(s string) (quine.Code, error) {
	name := strings.TrimPrefix(strings.ToUpper(s), "QUINE_ERR_")
	number, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(name, "E"), "-"))
	for _, e := range explanations() {
		if e.Name == name || err == nil && e.Code == -number {
			return quine.Code(e.Code), nil
		}
	}
	return 0, &hinted{usagef("%q is no error number", s), "quine explain lists all"}
}

// numberLast makes of "explain -8 --json" what the parser of flags does not take for a
// flag: "explain --json -- -8".
func numberLast(args []string) []string {
	for i, a := range args {
		if _, err := strconv.Atoi(a); err == nil && args[0] == "explain" && a[0] == '-' {
			return slices.Concat(args[:i], args[i+1:], []string{"--", a})
		}
	}
	return args
}

// explain is the verb.
func (c *console) explain(args []string, json bool) error {
	list := explanations()
	if len(args) > 0 {
		code, err := findCode(args[0])
		if err != nil {
			return err
		}
		list = list[-code-1 : -code]
	}
	if json {
		return writeJSON(c.out, list)
	}
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	if len(args) > 0 {
		list[0].write(t)
		return t.Flush()
	}
	for _, e := range list {
		fmt.Fprintf(t, "E%d\t%s\t%s\n", -e.Code, strings.ToLower(e.Name), e.Meaning)
	}
	return t.Flush()
}

// write writes e for people.
func (e *explanation) write(w io.Writer) {
	field(w, "error", "E%d %s", -e.Code, strings.ToLower(e.Name))
	field(w, "meaning", "%s", e.Meaning)
	field(w, "cure", "%s", e.Cure)
	field(w, "in C", "QUINE_ERR_%s, %d", e.Name, e.Code)
}
