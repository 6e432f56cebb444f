// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/spf13/cobra"

	"github.com/quine-fw/quine/device"
)

func newSBOM(c *console) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "sbom -o FILE",
		Short: "Write the bill of materials of this tool and its device library",
		Long: `SBOM writes a bill of materials in the JSON form of CycloneDX 1.6: the tool with the
Go modules that it was built from, and the device library with each file that vendor
writes and its SHA-256. The same build writes the same file.`,
		Example: `  quine sbom -o quine.cdx.json
  quine sbom -o - | jq '.components[].purl'`,
		Args: operands(),
	}
	cmd.RunE = verb(func([]string) error { return c.sbom(output) })
	outputFlag(cmd, &output, "bill of materials")
	return cmd
}

// sbom is the verb.
func (c *console) sbom(output string) error {
	if output != "-" { // text may go to a terminal
		if err := c.checkOutput(output); err != nil {
			return err
		}
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	bom, err := billOfMaterials(info)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := cdx.NewBOMEncoder(&b, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom); err != nil {
		return err
	}
	return c.write(output, b.Bytes())
}

// billOfMaterials returns that of a build.
func billOfMaterials(info *debug.BuildInfo) (*cdx.BOM, error) {
	tool := goModule(info.Main, cdx.ComponentTypeApplication)
	tool.Name, tool.Licenses = "quine", bsd()
	library, err := deviceLibrary(tool.Version)
	if err != nil {
		return nil, err
	}
	components := []cdx.Component{library}
	needs := []string{library.BOMRef}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		component := goModule(*m, cdx.ComponentTypeLibrary)
		components = append(components, component)
		needs = append(needs, component.BOMRef)
	}
	bom := cdx.NewBOM()
	bom.SpecVersion, bom.JSONSchema = cdx.SpecVersion1_6, "http://cyclonedx.org/schema/bom-1.6.schema.json"
	bom.Metadata = &cdx.Metadata{Component: &tool}
	if t, ok := commitTime(info); ok {
		bom.Metadata.Timestamp = t.Format(time.RFC3339)
	}
	bom.Components = &components
	bom.Dependencies = &[]cdx.Dependency{{Ref: tool.BOMRef, Dependencies: &needs}}
	return bom, nil
}

// goModule returns a Go module as a component.
func goModule(m debug.Module, kind cdx.ComponentType) cdx.Component {
	version := m.Version
	if version == "" {
		version = "(devel)"
	}
	purl := fmt.Sprintf("pkg:golang/%s@%s", m.Path, version)
	c := cdx.Component{BOMRef: purl, Type: kind, Name: m.Path, Version: version, PackageURL: purl}
	if m.Sum != "" {
		c.Properties = &[]cdx.Property{{Name: "go:sum", Value: m.Sum}}
	}
	return c
}

// deviceLibrary returns the C library as a component, with its files.
func deviceLibrary(version string) (cdx.Component, error) {
	names, err := device.Files(nil, nil)
	if err != nil {
		return cdx.Component{}, err
	}
	var files []cdx.Component
	for _, name := range names {
		data, err := device.ReadFile(name)
		if err != nil {
			return cdx.Component{}, err
		}
		sum := sha256.Sum256(data)
		files = append(files, cdx.Component{
			BOMRef: "device/" + name, Type: cdx.ComponentTypeFile, Name: name,
			Hashes: &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: hex.EncodeToString(sum[:])}},
		})
	}
	return cdx.Component{
		BOMRef: "device", Type: cdx.ComponentTypeLibrary, Name: "quine-device", Version: version,
		Description: "C library for the device: boot sector, update client, ports and stores",
		Licenses:    bsd(), Components: &files,
	}, nil
}

// bsd is the licence of everything here.
func bsd() *cdx.Licenses {
	return &cdx.Licenses{{License: &cdx.License{ID: "BSD-3-Clause"}}}
}

// commitTime returns the time of the commit that was built, false if that is unknown.
func commitTime(info *debug.BuildInfo) (time.Time, bool) {
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			t, err := time.Parse(time.RFC3339, s.Value)
			return t.UTC(), err == nil
		}
	}
	return time.Time{}, false
}
