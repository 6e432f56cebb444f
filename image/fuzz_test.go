// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"bytes"
	"encoding/asn1"
	"errors"
	"math/big"
	"os"
	"testing"

	"github.com/quine-fw/quine"
)

// checkError fails unless err carries an error number.
func checkError(t *testing.T, err error) {
	t.Helper()
	var e *quine.Error
	if !errors.As(err, &e) || !e.Code.Known() {
		t.Errorf("error without a number: %v", err)
	}
}

// checkRaw checks what ReadELF and ReadHEX promise.
func checkRaw(t *testing.T, raw *Raw, err error) {
	t.Helper()
	if err != nil {
		checkError(t, err)
		return
	}
	if len(raw.Data) > int(raw.Boot.ImageMax) {
		t.Errorf("%d bytes do not fit the region of %d", len(raw.Data), raw.Boot.ImageMax)
	}
	im, err := Seal(raw, Options{SkipOutside: true})
	if err != nil {
		checkError(t, err)
		return
	}
	if err := im.Verify(); err != nil {
		t.Errorf("sealed image does not verify: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for i := range vectorCases {
		f.Add(vectorCases[i].build())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		im, err := Parse(data)
		if err != nil {
			checkError(t, err)
			return
		}
		if err := im.Verify(); err != nil {
			checkError(t, err)
		} else if factory, err := Parse(im.Factory()); err != nil || factory.Verify() != nil || factory.SealState() != SealSet {
			t.Errorf("factory form of a good image is not good: %v", err)
		}
		if !bytes.Equal(data, before) {
			t.Error("input was changed")
		}
	})
}

func FuzzParseStore(f *testing.F) {
	f.Add(append(make([]byte, 256), goodVector()...))
	key := make([]byte, 16)
	im, err := Parse(goodVector())
	if err != nil {
		f.Fatal(err)
	}
	staged, err := im.Stage(key, [12]byte{1})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(make([]byte, 256), staged...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := ParseStore(data); err != nil {
			checkError(t, err)
		}
		if _, err := ParseEncryptedStore(data, key); err != nil {
			checkError(t, err)
		}
	})
}

// FuzzParseSignature checks that what is taken for a signature is encoded the same way
// in DER, unless it is r and s as they are.
func FuzzParseSignature(f *testing.F) {
	f.Add([]byte{0x30, 6, 2, 1, 5, 2, 1, 9})
	f.Add(make([]byte, 64))
	f.Fuzz(func(t *testing.T, data []byte) {
		signature, err := ParseSignature(data)
		if err != nil {
			checkError(t, err)
			return
		}
		r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
		der, err := asn1.Marshal(struct{ R, S *big.Int }{r, s})
		if err != nil || !bytes.Equal(signature[:], data) && !bytes.Equal(der, data) {
			t.Errorf("%x is taken for %x, %v", data, signature, err)
		}
	})
}

func FuzzReadELF(f *testing.F) {
	data, err := os.ReadFile(fixture)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := ReadELF(data)
		checkRaw(t, raw, err)
	})
}

func FuzzReadHEX(f *testing.F) {
	im, err := Parse(goodVector())
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := im.WriteHEX(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(":020000021000EC\n:01FFFF00AA57\n:020000040800F2\n:00000001FF\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := ReadHEX(data)
		checkRaw(t, raw, err)
	})
}

func FuzzReadUF2(f *testing.F) {
	im, err := Parse(goodVector())
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := im.WriteUF2(&b, 0xE48BFF56); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:uf2Block])
	f.Fuzz(func(t *testing.T, data []byte) {
		raw, err := ReadUF2(data)
		checkRaw(t, raw, err)
	})
}
