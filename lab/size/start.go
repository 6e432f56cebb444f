// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"

	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
)

// instructionsMax is the limit from reset to the application's first instruction when
// nothing is staged.
const instructionsMax = 300

// instructions runs a sealed release from reset on and counts the instructions before
// the application's first. The store behind it is blank.
func instructions(dir string) (int, error) {
	file, err := os.ReadFile(filepath.Join(dir, "v1.elf"))
	if err != nil {
		return 0, err
	}
	data, err := os.ReadFile(filepath.Join(dir, "v1.bin"))
	if err != nil {
		return 0, err
	}
	info, err := image.ParseBootInfo(data[:image.BootSize])
	if err != nil {
		return 0, err
	}
	core, err := emu.Load(file, &emu.Options{FlashSize: 1 << 20})
	if err != nil {
		return 0, err
	}
	core.Write(info.LoadAddress, data)
	core.Hook(binary.LittleEndian.Uint32(data[info.AppVectors-info.LoadAddress+4:]), core.Halt)
	core.Reset()
	if stop := core.Run(1e6); stop != emu.Halted {
		return 0, fmt.Errorf("%s: the application does not start: %v, %v", dir, stop, core.Fault())
	}
	return int(core.Core.Instructions()), nil
}
