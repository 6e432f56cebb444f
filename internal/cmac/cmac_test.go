// SPDX-License-Identifier: BSD-3-Clause

package cmac

import (
	"encoding/hex"
	"testing"
)

// message is that of the examples, which are about its first 0, 16, 40 and 64 bytes, or
// 0, 16, 20 and 64.
const message = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
	"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"

// TestStandard runs the examples of RFC 4493 section 4, and those of NIST for AES-128 and
// AES-256 ("AES_CMAC.pdf" of the Cryptographic Standards and Guidelines).
func TestStandard(t *testing.T) {
	const key128 = "2b7e151628aed2a6abf7158809cf4f3c"
	const key256 = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
	tests := []struct {
		key  string
		size int
		mac  string
	}{
		{key128, 0, "bb1d6929e95937287fa37d129b756746"},
		{key128, 16, "070a16b46b4d4144f79bdd9dd04a287c"},
		{key128, 20, "7d85449ea6ea19c823a7bf78837dfade"},
		{key128, 40, "dfa66747de9ae63030ca32611497c827"},
		{key128, 64, "51f0bebf7e3b9d92fc49741779363cfe"},
		{key256, 0, "028962f61b7bf89efc6b551f4667d983"},
		{key256, 16, "28a7023f452e8f82bd4bf28d8c37c35c"},
		{key256, 20, "156727dc0878944a023c1fe03bad6d93"},
		{key256, 40, "aaf3d8f1de5640c232f5b169b9c911e6"},
		{key256, 64, "e1992190549f6ed5696a2c056c315410"},
	}
	text := unhex(t, message)
	for _, tt := range tests {
		c, err := New(unhex(t, tt.key))
		if err != nil {
			t.Fatal(err)
		}
		whole := max(0, (tt.size-1)/Size*Size)
		c.Add(text[:whole])
		for range 2 { // Sum changes nothing
			if got := c.Sum(text[whole:tt.size]); hex.EncodeToString(got[:]) != tt.mac {
				t.Errorf("key of %d bytes, message of %d: got %x, want %s", len(tt.key)/2, tt.size, got, tt.mac)
			}
		}
	}
	if _, err := New(make([]byte, 15)); err == nil {
		t.Error("took a key of 15 bytes")
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
