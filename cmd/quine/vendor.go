// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/device"
)

// sumsName is the file that says which files a folder got from the tool.
const sumsName = "SHA256SUMS"

// vendorFlags are the flags of quine vendor.
type vendorFlags struct {
	ports, stores []string
}

func newVendor(c *console) *cobra.Command {
	var f vendorFlags
	cmd := &cobra.Command{
		Use:   "vendor DIR",
		Short: "Write the C library that belongs to this tool",
		Long: `Vendor writes the device library of the tool's own version to DIR: what an
application compiles, links and includes. DIR/VERSION says which version that is, and
DIR/` + sumsName + ` lists what was written, for sha256sum --check. Called again, by this tool or another release, it brings the folder
up to date: it replaces and removes files that are still as it wrote them, and refuses
to touch any other.`,
		Example: `  quine vendor quine --part stm32g4 --store internal
  quine vendor third_party/quine`,
		Args: operands("DIR"),
	}
	cmd.RunE = verb(func(args []string) error { return c.vendor(args[0], &f) })
	flags := cmd.Flags()
	flags.StringSliceVar(&f.ports, "part", nil, "only the port for this `part`, or template (default: all)")
	flags.StringSliceVar(&f.stores, "store", nil, "only this staging `store` (default: all)")
	return cmd
}

// vendor is the verb.
func (c *console) vendor(dir string, f *vendorFlags) error {
	names, err := device.Files(f.ports, f.stores)
	if err != nil {
		return usageError{err}
	}
	files := map[string][]byte{"VERSION": []byte(programVersion() + "\n")}
	for _, name := range names {
		if files[name], err = device.ReadFile(name); err != nil {
			return err
		}
	}
	old, err := readSums(dir)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := refuseForeign(dir, name, old, files[name]); err != nil {
			return err
		}
	}
	removed, err := writeLibrary(dir, files, old)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s: %d files", dir, len(files))
	if removed > 0 {
		fmt.Fprintf(c.out, ", %d of an older release removed", removed)
	}
	fmt.Fprintf(c.out, "\nnext: build them with your firmware, as %s says\n", filepath.Join(dir, "README.md"))
	return nil
}

// readSums returns the sums in DIR/SHA256SUMS by file, none if there is no such file.
func readSums(dir string) (map[string]string, error) {
	name := filepath.Join(dir, sumsName)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, plain(err)
	}
	sums := map[string]string{}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for lines.Scan() {
		sum, file, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(sum) != 2*sha256.Size || !filepath.IsLocal(filepath.FromSlash(file)) {
			return nil, inFile(name, &hinted{fmt.Errorf("%q is no line of sha256sum", lines.Text()), "name a folder that quine vendor may fill"})
		}
		sums[file] = sum
	}
	return sums, lines.Err()
}

// refuseForeign returns an error if DIR/name exists and is neither data nor as an
// older release wrote it.
func refuseForeign(dir, name string, old map[string]string, data []byte) error {
	path := filepath.Join(dir, filepath.FromSlash(name))
	has, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return plain(err)
	case bytes.Equal(has, data) || sum(has) == old[name]:
		return nil
	case old[name] == "":
		return inFile(path, &hinted{errors.New("file is not of Quine"), "name a folder that quine vendor may fill"})
	}
	return inFile(path, &hinted{errors.New("file was changed since quine vendor wrote it"),
		"move your change to a file of your own, such as a port outside of this folder, and delete this one"})
}

func sum(data []byte) string {
	s := sha256.Sum256(data)
	return hex.EncodeToString(s[:])
}

// writeLibrary writes files and their sums below dir, and removes what only an older
// release had.
func writeLibrary(dir string, files map[string][]byte, old map[string]string) (removed int, err error) {
	var sums strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return 0, plain(err)
		}
		if err := os.WriteFile(path, files[name], 0o666); err != nil {
			return 0, plain(err)
		}
		fmt.Fprintf(&sums, "%s  %s\n", sum(files[name]), name)
	}
	for name, was := range old {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if has, err := os.ReadFile(path); files[name] == nil && err == nil && sum(has) == was {
			if err := os.Remove(path); err != nil {
				return removed, plain(err)
			}
			os.Remove(filepath.Dir(path)) // if it is empty now
			removed++
		}
	}
	return removed, plain(os.WriteFile(filepath.Join(dir, sumsName), []byte(sums.String()), 0o666))
}
