// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"github.com/quine-fw/quine"
)

// CarryBoot replaces the boot sector of raw by that of an older release, so that
// another compiler or another version of the boot code does not change it. It
// fails with [quine.CodeLayout] unless application and boot sector agree on
// everything that they share: the boot ABI, and every field of the boot info record
// but the limit of attempts, which is boot's own. Raw is changed only if it
// succeeds.
func (raw *Raw) CarryBoot(old *Image) error {
	mine, its := raw.Boot, old.Boot
	for _, f := range []struct {
		name      string
		mine, its uint32
	}{
		{"offset of the boot info record", mine.Offset, its.Offset},
		{"boot ABI", uint32(mine.ABI), uint32(its.ABI)},
		{"flags", uint32(mine.Flags), uint32(its.Flags)},
		{"load address", mine.LoadAddress, its.LoadAddress},
		{"manifest offset", mine.ManifestOffset, its.ManifestOffset},
		{"seal offset", mine.SealOffset, its.SealOffset},
		{"seal size", uint32(mine.SealSize), uint32(its.SealSize)},
		{"hardware revision", uint32(mine.Hardware), uint32(its.Hardware)},
		{"application region", mine.ImageMax, its.ImageMax},
		{"staging store", mine.StoreMax, its.StoreMax},
		{"place of the staging store", mine.StoreOffset, its.StoreOffset},
		{"place of the staged image in its store", mine.ImageBase, its.ImageBase},
		{"product", mine.Product, its.Product},
		{"program unit", uint32(mine.ProgramUnit), uint32(its.ProgramUnit)},
		{"address of the application's vectors", mine.AppVectors, its.AppVectors},
		{"address of boot's record in RAM", mine.Record, its.Record},
	} {
		if f.mine != f.its {
			return quine.ErrorAt(quine.CodeLayout, -1,
				"the boot sector to carry over does not fit: %s is 0x%x there and 0x%x here; link with the same port and configuration",
				f.name, f.its, f.mine)
		}
	}
	copy(raw.Data, old.Data[:BootSize])
	raw.Boot = its
	return nil
}
