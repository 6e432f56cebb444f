// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/image"
)

func newVersion(c *console) *cobra.Command {
	var json bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Say which quine this is",
		Example: `  quine version --json`,
		Args:    operands(),
	}
	cmd.RunE = verb(func([]string) error { return c.version(json) })
	jsonFlag(cmd, &json)
	return cmd
}

// A versionReport is what quine version --json writes.
type versionReport struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	BootABI int    `json:"boot_abi"`
}

// version is the verb.
func (c *console) version(json bool) error {
	v := versionReport{programVersion(), runtime.Version(), image.BootABI}
	if json {
		return writeJSON(c.out, v)
	}
	_, err := fmt.Fprintf(c.out, "quine %s (boot ABI %d, %s)\n", v.Version, v.BootABI, v.Go)
	return err
}

// programVersion returns the version of the program.
func programVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
