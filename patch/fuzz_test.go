// SPDX-License-Identifier: BSD-3-Clause

package patch

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/quine-fw/quine"
)

// FuzzApply feeds arbitrary patches to the decoder. Each is refused with a number
// or gives an image of the announced size.
func FuzzApply(f *testing.F) {
	paths, err := filepath.Glob(vectorDir + "/*.vec")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range paths {
		_, body, _ := bytes.Cut(must(os.ReadFile(path)), []byte("\n\n"))
		f.Add(body)
	}
	keys, secret := Keys{Decrypt: noise(6, 32)}, encryptedPair(f, false)[0]
	base := build{app: code(1, 300), counter: 3, product: 0x51554E45, storeMax: 5056}.image(f)
	f.Fuzz(func(t *testing.T, patch []byte) {
		var e *quine.Error
		im, err := Apply(base, patch)
		if err == nil && len(im.Data) != int(im.Manifest.Size) || err != nil && !errors.As(err, &e) {
			t.Errorf("Apply: %v", err)
		}
		if _, err = keys.Apply(secret, patch); err != nil && !errors.As(err, &e) {
			t.Errorf("Apply with a key: %v", err)
		}
		h, err := ParseHeader(patch)
		if err == nil && h.Raw && h.Growth > 1<<20 {
			return // may be a good patch of a lot of memory
		}
		out, err := ApplyRaw(base.Data, patch)
		if err == nil && len(out) != len(base.Data)+int(h.Growth) || err != nil && !errors.As(err, &e) {
			t.Errorf("ApplyRaw: %v", err)
		}
	})
}
