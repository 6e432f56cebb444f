// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The bill of materials of a real build keeps to the schema, names what the program is
// linked from, and is the same each time.
func TestSBOM(t *testing.T) {
	program := filepath.Join(t.TempDir(), "quine")
	if text, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	first, err := exec.Command(program, "sbom", "-o", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := exec.Command(program, "sbom", "-o", "-").Output(); err != nil || !bytes.Equal(again, first) {
		t.Errorf("another bill the second time, %v", err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(first))
	if err != nil {
		t.Fatal(err)
	}
	if err := bomSchema(t).Validate(doc); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"github.com/spf13/cobra", "quine-device", "src/quine_boot.c"} {
		if !bytes.Contains(first, []byte(`"name": "`+name+`"`)) {
			t.Errorf("%s is missing", name)
		}
	}
}

// bomSchema returns the schema of CycloneDX 1.6, which comes with its Go module.
func bomSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/CycloneDX/cyclonedx-go").Output()
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	for _, name := range []string{"bom-1.6.schema.json", "spdx.schema.json", "jsf-0.82.schemax.json"} {
		f, err := os.Open(filepath.Join(strings.TrimSpace(string(dir)), "schema", name))
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(f)
		f.Close()
		if err == nil {
			err = c.AddResource("http://cyclonedx.org/schema/"+strings.Replace(name, "schemax", "schema", 1), doc)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	schema, err := c.Compile("http://cyclonedx.org/schema/bom-1.6.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// A module that another replaces is named by what was linked.
func TestSBOMReplacement(t *testing.T) {
	info := &debug.BuildInfo{Deps: []*debug.Module{{Path: "a", Version: "v1.0.0", Replace: &debug.Module{Path: "b", Version: "v2.0.0"}}}}
	bom, err := billOfMaterials(info)
	if err != nil {
		t.Fatal(err)
	}
	list := *bom.Components
	if last := list[len(list)-1]; last.PackageURL != "pkg:golang/b@v2.0.0" || last.Type != cdx.ComponentTypeLibrary {
		t.Errorf("component %+v", last)
	}
}
