// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// newRoot returns the whole command tree.
func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "quine",
		Short: "Firmware updates for Cortex-M that survive power loss at any instruction",
		Long: `Quine turns the ELF file of a linker into an image that boots, updates itself and
is the update; and two such images into a patch of a few hundred bytes.`,
		Example: `  quine seal app.elf -o app-1.1.0.bin --version 1.1.0
  quine diff app-1.0.0.bin app-1.1.0.bin -o update.patch
  quine inspect update.patch`,
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true,
		DisableAutoGenTag:  true, // manual pages are the same on every day

		SuggestionsMinimumDistance: 2,

		Args: unknownVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return plainFlag(err) })
	root.SetHelpCommand(newHelp())
	root.AddCommand(
		newSeal(c),
		newDiff(c),
		newApply(c),
		newPush(c),
		newVerify(c),
		newInspect(c),
		newReport(c),
		newLab(c),
		newInit(c),
		newVendor(c),
		newCheck(c),
		newKeygen(c),
		newPubkey(c),
		newExplain(c),
		newMan(c),
		newSBOM(c),
		newSUIT(c),
		newVersion(c),
	)
	return root
}

// newHelp returns the verb help, which knows the verbs.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:     "help [VERB]",
		Short:   "Tell how a verb is called",
		Example: `  quine help seal`,
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil {
				err = unknownVerb(cmd.Root(), rest)
			}
			if err != nil {
				return err
			}
			return about.Help()
		},
	}
}

// plainFlag takes the Go function out of an error about a flag's value.
func plainFlag(err error) error {
	before, after, found := strings.Cut(err.Error(), "strconv.")
	if !found {
		return err
	}
	return errors.New(before + after[strings.LastIndex(after, ": ")+2:])
}

// unknownVerb refuses what is no verb, and suggests one.
func unknownVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("unknown verb %q", args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return &hinted{err, "did you mean quine " + strings.Join(near, " or quine ") + "?"}
	}
	return err
}

// operands returns a check that there is one argument for each of names.
func operands(names ...string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return fmt.Errorf("missing argument %s", names[len(args)])
		case len(args) > len(names):
			return fmt.Errorf("unexpected argument %q", args[len(names)])
		}
		return nil
	}
}

// outputFlag adds the flag -o to cmd.
func outputFlag(cmd *cobra.Command, path *string, what string) {
	cmd.Flags().StringVarP(path, "output", "o", "", "write the "+what+" to this `file`, or to standard output for -")
	_ = cmd.MarkFlagFilename("output")
}

// jsonFlag adds the flag --json to cmd.
func jsonFlag(cmd *cobra.Command, on *bool) {
	cmd.Flags().BoolVar(on, "json", false, "report in JSON")
}
