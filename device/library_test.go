// SPDX-License-Identifier: BSD-3-Clause

package device

import (
	"bytes"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// What a port and a store need is there, and nothing of another port or store.
func TestFiles(t *testing.T) {
	tests := []struct {
		ports, stores []string
		with, without []string
	}{
		{[]string{"nrf51"}, []string{"internal"},
			[]string{"LICENSE", "quine.mk", "include/quine.h", "ld/quine.ld", "src/quine_boot.c", "src/quine_start_m0.S",
				"port/nrf51/quine_part.h", "store/internal/quine_store_internal.c"},
			[]string{"parts.go", "test/apply.c", "port/nrf52/quine_part.h", "store/spi/quine_spi_port.h"}},
		{[]string{"mps2/an386"}, []string{"spinor"},
			[]string{"port/mps2/quine_port_mps2.c", "port/mps2/an386/quine_part.h", "store/spi/quine_spi_frame.h", "store/spi/quine_spi_port.h"},
			[]string{"port/mps2/an385/quine_part.h", "store/internal/quine_store_part.h"}},
		{[]string{"stm32g0"}, []string{"fram", "littlefs"},
			[]string{"port/stm32g0/quine_part.h", "port/stm32l4/quine_port_stm32l4.c", "store/littlefs/quine_lfs.h", "store/fram/quine_fram.h"},
			[]string{"port/stm32l4/quine_part.h", "store/spinor/quine_spinor.h"}},
		{nil, nil, []string{"port/rp2040/part.json", "port/template/quine_template.ld", "store/spi/quine_spi_port.h"}, nil},
	}
	for _, test := range tests {
		files, err := Files(test.ports, test.stores)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, name := range test.with {
			if !slices.Contains(files, name) {
				t.Errorf("%v, %v: without %s", test.ports, test.stores, name)
			}
		}
		for _, name := range test.without {
			if slices.Contains(files, name) {
				t.Errorf("%v, %v: with %s", test.ports, test.stores, name)
			}
		}
	}
}

// Every file of the library is one on disk, and says its licence.
func TestLibraryIsWhole(t *testing.T) {
	files, err := Files(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		data, err := ReadFile(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if disk, err := os.ReadFile(name); err != nil || !bytes.Equal(disk, data) {
			t.Errorf("%s differs from the file: %v", name, err)
		}
		switch path.Ext(name) {
		case ".c", ".h", ".S", ".ld", ".mk":
			if line, _, _ := strings.Cut(string(data), "\n"); !strings.Contains(line, "SPDX-License-Identifier: BSD-3-Clause") {
				t.Errorf("%s does not begin with its licence", name)
			}
		}
	}
	root, err := os.ReadFile("../LICENSE")
	if data, _ := ReadFile("LICENSE"); err != nil || !bytes.Equal(root, data) {
		t.Errorf("LICENSE is not that of the project: %v", err)
	}
}

func TestFilesNamesAll(t *testing.T) {
	if _, err := Files([]string{"z80"}, nil); err == nil || !strings.Contains(err.Error(), "nrf51") {
		t.Errorf("error does not name the ports there are: %v", err)
	}
	if _, err := Files(nil, []string{"tape"}); err == nil || !strings.Contains(err.Error(), "internal") {
		t.Errorf("error does not name the stores there are: %v", err)
	}
}
