// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/binary"
	"fmt"
	"os"
	"strings"

	"github.com/quine-fw/quine/image"
)

// A BuildKind says what images and patches a device takes.
type BuildKind string

// The builds.
const (
	Unsigned  BuildKind = ""
	Signed    BuildKind = "signed"
	Encrypted BuildKind = "encrypted" // signed, too
)

// folders returns the folders of the device library that a build is made of. Where two
// have a file of the same name, the first counts.
func (b BuildKind) folders() []string {
	switch b {
	case Signed:
		return []string{"signed", "src"}
	case Encrypted:
		return []string{"encrypted", "signed", "src"}
	}
	return []string{"src"}
}

// Keys are the two keys whose images signed devices take, with the numbers 1 and 2. Who
// wants to be refused makes another.
var Keys = [2]*ecdsa.PrivateKey{testKey(1), testKey(2)}

// AESKey is the key of encrypted devices.
var AESKey = aesKey()

func aesKey() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i)
	}
	return key
}

// testKey returns a key that is the same at each run.
func testKey(n byte) *ecdsa.PrivateKey {
	scalar := make([]byte, 32)
	for i := range scalar {
		scalar[i] = n*37 + byte(i)*11
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		panic(err) // the numbers are constants
	}
	return key
}

// keyFile writes the C file of [Keys] beside the program, and returns its path.
func keyFile(program string) (string, error) {
	var b strings.Builder
	b.WriteString("#include \"quine_signed.h\"\nconst struct quine_key quine_keys[] = {\n")
	for i, key := range Keys {
		record, err := (&image.Key{ID: uint8(i + 1), Public: &key.PublicKey}).AppendBinary(nil)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "{%d, {", i+1)
		for at := 4; at < len(record); at += 4 {
			if at == 36 {
				b.WriteString("}, {")
			}
			fmt.Fprintf(&b, "0x%08xu,", binary.LittleEndian.Uint32(record[at:]))
		}
		b.WriteString("}},\n")
	}
	fmt.Fprintf(&b, "};\nconst uint32_t quine_keys_count = %d;\n", len(Keys))
	path := program + "-keys.c"
	return path, os.WriteFile(path, []byte(b.String()), 0o666)
}
