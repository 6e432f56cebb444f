// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"cmp"
	"crypto/ecdsa"
	"encoding/binary"
	"math/rand/v2"

	"github.com/quine-fw/quine/image"
)

// A Recipe says how to make an image for a device. The zero Recipe makes a small
// one.
type Recipe struct {
	App     int    // bytes from the manifest on, at least 192
	Seed    uint64 // of the application's content; images of one seed are alike
	Changes int    // places in which the content differs from that of the seed
	Blank   bool   // the content is blank but for its ends
	Boot    uint64 // seed of the boot sector's content
	Version uint8
	Counter uint32
	Signer  *ecdsa.PrivateKey // by default the first of Keys, if the device takes signed images

	// Info changes the boot info record.
	Info func(info []byte)
}

// Where a boot info record lies in these images, and its fields.
const (
	infoOffset   = 0x100
	infoFlags    = 0x0A
	infoAddress  = 0x0C
	infoManifest = 0x10
	infoSeal     = 0x14
	infoHardware = 0x1A
	infoImageMax = 0x1C
	infoStoreMax = 0x20
	infoProduct  = 0x24
)

// OtherProduct is an Info for an image of another product.
func OtherProduct(info []byte) { info[infoProduct] ^= 1 }

// Image makes the image, sealed, with the boot info record of the device.
func (r Recipe) Image(d *Device) (*image.Image, error) {
	info, err := d.BootInfo()
	if err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	manifest, seal := int(le.Uint32(info[infoManifest:])), int(le.Uint32(info[infoSeal:]))
	if r.Info != nil {
		r.Info(info)
	}
	data := make([]byte, max(manifest+r.App, manifest+128+64))
	for i := range data {
		data[i] = 0xFF
	}
	fill(data[:image.BootSize], r.Boot+1000)
	copy(data[infoOffset:], info)
	content := data[max(manifest+128, seal+8):]
	if seal < manifest {
		content = data[manifest+128:]
	}
	r.fill(content)
	raw, err := image.ReadBinary(data)
	if err != nil {
		return nil, err
	}
	opts := image.Options{
		Version: image.Version{Major: r.Version, Minor: 2, Patch: 3, Build: 4},
		Counter: r.Counter,
	}
	if image.BootFlags(info[infoFlags])&image.BootSigned != 0 {
		opts.Signer = cmp.Or(r.Signer, Keys[0])
	}
	return image.Seal(raw, opts)
}

// fill makes the application's content.
func (r Recipe) fill(content []byte) {
	if r.Blank {
		fill(content[:40], r.Seed)
		fill(content[len(content)-200:], r.Seed)
	} else {
		fill(content, r.Seed)
	}
	if len(content) > 600 {
		for i := range 96 {
			content[300+i] = 0xFF // more than a unit of any part, aligned or not
			content[450+i] = 0
		}
	}
	for i := range r.Changes {
		content[(i*977+5)%len(content)] ^= byte(i + 1)
	}
}

// fill fills b with random bytes of a seed, among which 32-byte runs repeat as code
// does.
func fill(b []byte, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range b {
		if b[i] = byte(random.Uint32()); i >= 64 && i/32%4 == 1 {
			b[i] = b[i-64]
		}
	}
}
