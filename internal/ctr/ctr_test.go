// SPDX-License-Identifier: BSD-3-Clause

package ctr

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/quine-fw/quine"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// TestStandard runs the examples F.5.1 and F.5.5 of NIST SP 800-38A.
func TestStandard(t *testing.T) {
	plain := unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
	nonce := [NonceSize]byte(unhex("f0f1f2f3f4f5f6f7f8f9fafb"))
	tests := []struct{ name, key, want string }{
		{"AES-128", "2b7e151628aed2a6abf7158809cf4f3c",
			"874d6191b620e3261bef6864990db6ce9806f66b7970fdff8617187bb9fffdff" +
				"5ae4df3edbd5d35e5b4f09020db03eab1e031dda2fbe03d1792170a0f3009cee"},
		{"AES-256", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
			"601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5" +
				"2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6"},
	}
	for _, tt := range tests {
		got, err := XOR(unhex(tt.key), nonce, 0xFCFDFEFF, plain)
		if err != nil || !bytes.Equal(got, unhex(tt.want)) {
			t.Errorf("%s: got %x, %v", tt.name, got, err)
		}
	}
}

// TestBlocks checks the counter blocks byte by byte, as the specification gives them.
func TestBlocks(t *testing.T) {
	key, nonce := make([]byte, 32), [NonceSize]byte([]byte("twelve bytes"))
	c, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	for _, first := range []uint32{BodyBlock, ImageBlock} {
		stream, err := XOR(key, nonce, first, make([]byte, 16*300))
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(300) {
			var want [16]byte
			n := first + i
			block := append([]byte("twelve bytes"), byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
			if c.Encrypt(want[:], block); !bytes.Equal(stream[16*i:][:16], want[:]) {
				t.Fatalf("block 0x%08x differs", n)
			}
		}
	}
}

func TestKeySize(t *testing.T) {
	for n := range 40 {
		_, err := XOR(make([]byte, n), [NonceSize]byte{}, BodyBlock, nil)
		if good := n == 16 || n == 32; good != (err == nil) || !good && !errors.Is(err, quine.CodeEncryption) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
