// SPDX-License-Identifier: BSD-3-Clause

package image_test

import (
	"fmt"
	"log"
	"os"

	"github.com/quine-fw/quine/image"
)

// Seal what a linker wrote, then check it as a receiver would.
func Example() {
	elf, err := os.ReadFile("testdata/blink-gcc12.2.elf")
	if err != nil {
		log.Fatal(err)
	}
	raw, err := image.Read(elf)
	if err != nil {
		log.Fatal(err)
	}
	sealed, err := image.Seal(raw, image.Options{
		Version: image.Version{Major: 1, Minor: 2, Patch: 3},
		Counter: 1,
	})
	if err != nil {
		log.Fatal(err)
	}

	im, err := image.Parse(sealed.Data)
	if err != nil {
		log.Fatal(err)
	}
	if err := im.Verify(); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("version %v, %d bytes, id %v, seal %v\n",
		im.Manifest.Version, im.Manifest.Size, im.Manifest.ID, im.SealState())
	// Output: version 1.2.3, 4544 bytes, id 20cc253042133d41, seal set
}
