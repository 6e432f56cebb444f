// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newMan(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual pages",
		Long: `Man writes a manual page for each verb to DIR. Where manual pages belong depends on
the system: ~/.local/share/man/man1 is a good place on Linux.`,
		Example: `  quine man ~/.local/share/man/man1 && man quine-diff`,
		Args:    operands("DIR"),
	}
	cmd.RunE = verb(func(args []string) error { return c.man(cmd.Root(), args[0]) })
	return cmd
}

// man is the verb.
func (c *console) man(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return plain(err)
	}
	date := time.Now()
	if info, ok := debug.ReadBuildInfo(); ok {
		if t, ok := commitTime(info); ok {
			date = t
		}
	}
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "quine", Manual: "Quine"}
	if err := doc.GenManTree(root, header, dir); err != nil {
		return plain(err)
	}
	_, err := fmt.Fprintf(c.out, "%s: %d manual pages\n", dir, countVerbs(root))
	return err
}

// countVerbs returns how many commands GenManTree writes a page for.
func countVerbs(cmd *cobra.Command) int {
	n := 1
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			n += countVerbs(sub)
		}
	}
	return n
}
