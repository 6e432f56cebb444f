// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/quine-fw/quine/image/check"
	"github.com/quine-fw/quine/lab/power"
	patchreport "github.com/quine-fw/quine/patch/report"
)

// jsonTypes are the sections of docs/json.md.
var jsonTypes = map[string]any{
	"image": imageReport{}, "boot": bootReport{}, "key": keyReport{}, "firmware": firmwareReport{}, "extent": extent{},
	"patch": patchReport{}, "manifest": manifestReport{}, "raw patch": rawPatchReport{}, "store": storeReport{},
	"diff": diffReport{}, "window": bootWindow{}, "verdict": verdict{}, "push": pushReport{}, "running": runningInfo{},
	"report": patchreport.Report{}, "kind": patchreport.KindCost{}, "place": patchreport.Place{},
	"cause": patchreport.Cause{}, "evidence": patchreport.Evidence{},
	"check": check.Report{}, "finding": check.Finding{}, "budget": check.Budget{}, "frame": check.Frame{}, "area": check.Area{},
	"lab": power.Result{}, "release": power.Release{}, "failure": power.Failure{}, "lab window": power.Window{},
	"unit": power.Unit{}, "step": power.Step{},
	"explanation": explanation{}, "version": versionReport{},
}

// TestJSONIsDocumented compares docs/json.md with what the verbs write.
func TestJSONIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (.*?) \\|")
	got := map[string][]string{}
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		name, body, _ := strings.Cut(section, "\n")
		for _, m := range row.FindAllStringSubmatch(body, -1) {
			got[name] = append(got[name], m[1]+" "+m[2])
		}
	}
	want := map[string][]string{}
	for name, v := range jsonTypes {
		want[name] = jsonFields(t, reflect.TypeOf(v))
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("docs/json.md differs (-program +docs):\n%s", d)
	}
}

// jsonFields returns the keys of a struct with their types.
func jsonFields(t *testing.T, typ reflect.Type) []string {
	t.Helper()
	var list []string
	for i := range typ.NumField() {
		f := typ.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		switch {
		case f.Anonymous:
			list = append(list, jsonFields(t, f.Type)...)
		case tagged:
			key, option, _ := strings.Cut(tag, ",")
			kind := jsonType(t, f.Type)
			if option == "omitempty" {
				kind += "?"
			}
			list = append(list, key+" "+kind)
		case f.IsExported():
			t.Errorf("%v.%s has no name in JSON", typ, f.Name)
		}
	}
	return list
}

// jsonType returns the name of a type in docs/json.md.
func jsonType(t *testing.T, typ reflect.Type) string {
	t.Helper()
	switch typ.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Pointer:
		return jsonType(t, typ.Elem())
	case reflect.Slice:
		return "list of " + jsonType(t, typ.Elem())
	case reflect.Map:
		return "map to " + jsonType(t, typ.Elem())
	case reflect.Struct:
		for name, v := range jsonTypes {
			if reflect.TypeOf(v) == typ {
				return name
			}
		}
		t.Errorf("%v has no section in docs/json.md", typ)
		return typ.Name()
	}
	if !typ.ConvertibleTo(reflect.TypeFor[float64]()) {
		t.Errorf("%v is no type of docs/json.md", typ)
	}
	return "number"
}
