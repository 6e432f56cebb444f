// SPDX-License-Identifier: BSD-3-Clause

package cross

import (
	"slices"
	"testing"
)

const sample = `graph: { title: "a.c"
node: { title: "top" label: "top\na.c:3:5\n24 bytes (static)" }
node: { title: "a.c:small" label: "small\na.c:9:5\n8 bytes (static)" }
node: { title: "memset" label: "__builtin_memset\n<built-in>" shape : ellipse }
edge: { sourcename: "top" targetname: "a.c:small" label: "a.c:4:2" }
edge: { sourcename: "top" targetname: "other" label: "a.c:5:2" }
edge: { sourcename: "a.c:small" targetname: "memset" label: "a.c:10:2" }
}
`

func TestDeepest(t *testing.T) {
	g := graph{}
	if err := g.read(sample); err != nil {
		t.Fatal(err)
	}
	if n, chain, err := g.deepest("top", nil); n != 32 || !slices.Equal(chain, []string{"top", "a.c:small"}) || err != nil {
		t.Errorf("%d bytes by %v, %v; want 32 by top and small", n, chain, err)
	}
	other := `node: { title: "other" label: "other\nb.c:3:5\n100 bytes (static)" }`
	if err := g.read(other); err != nil {
		t.Fatal(err)
	}
	if n, chain, err := g.deepest("top", nil); n != 124 || !slices.Equal(chain, []string{"top", "other"}) || err != nil {
		t.Errorf("%d bytes by %v, %v; want 124 by top and other", n, chain, err)
	}
}

func TestUnknownStack(t *testing.T) {
	for _, text := range []string{
		`node: { title: "f" label: "f\na.c:3:5\n24 bytes (dynamic)" }`,
		`edge: { sourcename: "f" targetname: "__indirect_call" label: "a.c:5:2" }`,
	} {
		if err := (graph{}).read(text); err == nil {
			t.Errorf("accepted %s", text)
		}
	}
	g := graph{}
	if err := g.read(`edge: { sourcename: "f" targetname: "f" label: "a.c:5:2" }`); err != nil {
		t.Fatal(err)
	}
	if _, _, err := g.deepest("f", nil); err == nil {
		t.Error("accepted a recursion")
	}
}
