// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/quine-fw/quine"
)

// TestCarryBoot changes each field of the older boot sector's record in turn: all but the
// limit of attempts are shared with the application.
func TestCarryBoot(t *testing.T) {
	old := readFixture(t)
	im, err := Seal(old, Options{})
	if err != nil {
		t.Fatal(err)
	}
	im.Data[0x900] ^= 1 // the older boot sector is another
	fields := reflect.TypeFor[BootInfo]()
	for i := range fields.NumField() {
		raw, its := readFixture(t), *im
		before := bytes.Clone(raw.Data)
		field := reflect.ValueOf(&its.Boot).Elem().Field(i)
		field.SetUint(field.Uint() ^ 1)
		err := raw.CarryBoot(&its)
		if name := fields.Field(i).Name; name == "AttemptsMax" {
			if err != nil || !bytes.Equal(raw.Data[:BootSize], im.Data[:BootSize]) || raw.Boot != its.Boot {
				t.Errorf("%s: %v", name, err)
			}
		} else if !errors.Is(err, quine.CodeLayout) || !bytes.Equal(raw.Data, before) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
