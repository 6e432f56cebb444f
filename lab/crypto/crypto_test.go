// SPDX-License-Identifier: BSD-3-Clause

package crypto

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/cmac"
	"github.com/quine-fw/quine/internal/need"
)

const library = "../../device"

var full = flag.Bool("full", false, "run everything on every build, and 10000 random signatures: minutes")

// onHost starts the portable build under sanitizers.
func onHost(t *testing.T, keySize int, sanitize bool) *Host {
	t.Helper()
	need.Program(t, "cc", "cc")
	h, err := StartHost(context.Background(), library, t.TempDir(), keySize, sanitize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// onThumb returns the build for a core.
func onThumb(t *testing.T, cpu string, keySize int) *Thumb {
	t.Helper()
	need.Program(t, "arm-gcc", "arm-none-eabi-gcc")
	d, err := BuildThumb(context.Background(), library, t.TempDir(), cpu, keySize)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// eachDevice runs a test on every build.
func eachDevice(t *testing.T, keySize int, test func(t *testing.T, d Device)) {
	t.Run("host", func(t *testing.T) { test(t, onHost(t, keySize, true)) })
	for cpu := range Cores {
		t.Run(cpu, func(t *testing.T) {
			t.Parallel()
			test(t, onThumb(t, cpu, keySize))
		})
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// pad pads a message as FIPS 180-4 section 5.1.1 says.
func pad(message []byte) []byte {
	padded := append(slices.Clone(message), 0x80)
	for len(padded)%64 != 56 {
		padded = append(padded, 0)
	}
	return binary.BigEndian.AppendUint64(padded, uint64(len(message))*8)
}

// TestSHA256Examples runs NIST's examples for FIPS 180-4 ("SHA256.pdf" and "SHA2_Additional.pdf"
// of the Cryptographic Standards and Guidelines).
func TestSHA256Examples(t *testing.T) {
	tests := []struct {
		message []byte
		digest  string
	}{
		{[]byte("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{[]byte("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{[]byte{0xBD}, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"},
		{unhex(t, "c98c8e55"), "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"},
		{make([]byte, 55), "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"},
		{make([]byte, 56), "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"},
		{make([]byte, 57), "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"},
		{make([]byte, 64), "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"},
		{make([]byte, 1000), "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"},
		{bytes.Repeat([]byte{'A'}, 1000), "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"},
		{bytes.Repeat([]byte{'U'}, 1005), "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"},
	}
	eachDevice(t, 32, func(t *testing.T, d Device) {
		for _, test := range tests {
			got, err := d.SHA256State(pad(test.message))
			if err != nil {
				t.Fatal(err)
			}
			if hex.EncodeToString(got) != test.digest {
				t.Errorf("digest of %d bytes is %x, not %s", len(test.message), got, test.digest)
			}
		}
	})
}

// TestSHA256 compares the digests of images of some sizes, padding included.
func TestSHA256(t *testing.T) {
	data := make([]byte, 8192)
	rand.NewChaCha8([32]byte{1}).Read(data)
	eachDevice(t, 32, func(t *testing.T, d Device) {
		for _, n := range []int{32, 64, 96, 128, 4096, 4128, 8192} {
			got, err := d.SHA256(data[:n])
			if err != nil {
				t.Fatal(err)
			}
			if want := sha256.Sum256(data[:n]); !bytes.Equal(got, want[:]) {
				t.Errorf("digest of %d bytes is %x, not %x", n, got, want)
			}
		}
	})
}

// Inputs of SP 800-38A, appendix F.5.
const (
	counter   = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
	plaintext = "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51" +
		"30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710"
)

// TestAESExamples runs F.5.1, F.5.2, F.5.5 and F.5.6 of SP 800-38A.
func TestAESExamples(t *testing.T) {
	tests := []struct{ name, key, ciphertext string }{
		{"AES-128", "2b7e151628aed2a6abf7158809cf4f3c",
			"874d6191b620e3261bef6864990db6ce 9806f66b7970fdff8617187bb9fffdff" +
				"5ae4df3edbd5d35e5b4f09020db03eab 1e031dda2fbe03d1792170a0f3009cee"},
		{"AES-256", "603deb1015ca71be2b73aef0857d7781 1f352c073b6108d72d9810a30914dff4",
			"601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5" +
				"2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			key, start := unhex(t, test.key), unhex(t, counter)
			index := binary.BigEndian.Uint32(start[12:])
			eachDevice(t, len(key), func(t *testing.T, d Device) {
				for _, pair := range [][2]string{{plaintext, test.ciphertext}, {test.ciphertext, plaintext}} {
					got, err := d.AES(key, start[:12], index, unhex(t, pair[0]))
					if err != nil {
						t.Fatal(err)
					}
					if !bytes.Equal(got, unhex(t, pair[1])) {
						t.Errorf("%s becomes %x, not %s", pair[0], got, pair[1])
					}
				}
			})
		})
	}
}

// TestAES compares with Go on random keys, nonces and indexes.
func TestAES(t *testing.T) {
	for _, keySize := range []int{16, 32} {
		eachDevice(t, keySize, func(t *testing.T, d Device) {
			random := rand.NewChaCha8([32]byte{byte(keySize)})
			for range 20 {
				text := make([]byte, keySize+16+64)
				random.Read(text)
				key, iv, data := text[:keySize], text[keySize:keySize+16], text[keySize+16:]
				iv[12] &= 0x7F // Go carries into the nonce
				block, err := aes.NewCipher(key)
				if err != nil {
					t.Fatal(err)
				}
				want := make([]byte, len(data))
				cipher.NewCTR(block, iv).XORKeyStream(want, data)
				got, err := d.AES(key, iv[:12], binary.BigEndian.Uint32(iv[12:]), data)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Fatalf("with key %x and counter %x, %x becomes %x, not %x", key, iv, data, got, want)
				}
			}
		})
	}
}

// TestCMACExamples runs the examples of RFC 4493 section 4, and those of NIST for SP 800-38B
// ("AES_CMAC.pdf" of the Cryptographic Standards and Guidelines).
func TestCMACExamples(t *testing.T) {
	const key128, key256 = "2b7e151628aed2a6abf7158809cf4f3c", "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4"
	text := unhex(t, "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"+
		"30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
	for _, key := range []struct {
		key  string
		macs map[int]string // by size of the message
	}{
		{key128, map[int]string{
			0: "bb1d6929e95937287fa37d129b756746", 16: "070a16b46b4d4144f79bdd9dd04a287c",
			20: "7d85449ea6ea19c823a7bf78837dfade", 40: "dfa66747de9ae63030ca32611497c827",
			64: "51f0bebf7e3b9d92fc49741779363cfe"}},
		{key256, map[int]string{
			0: "028962f61b7bf89efc6b551f4667d983", 16: "28a7023f452e8f82bd4bf28d8c37c35c",
			20: "156727dc0878944a023c1fe03bad6d93", 40: "aaf3d8f1de5640c232f5b169b9c911e6",
			64: "e1992190549f6ed5696a2c056c315410"}},
	} {
		eachDevice(t, len(key.key)/2, func(t *testing.T, d Device) {
			for size, mac := range key.macs {
				got, err := d.CMAC(unhex(t, key.key), text[:size])
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, unhex(t, mac)) {
					t.Errorf("message of %d bytes has the MAC %x, not %s", size, got, mac)
				}
			}
		})
	}
}

// TestCMAC compares with package cmac on random keys and messages of all sizes.
func TestCMAC(t *testing.T) {
	for _, keySize := range []int{16, 32} {
		eachDevice(t, keySize, func(t *testing.T, d Device) {
			random := rand.NewChaCha8([32]byte{byte(keySize), 1})
			for size := range 50 {
				key, message := make([]byte, keySize), make([]byte, size)
				random.Read(key)
				random.Read(message)
				c, err := cmac.New(key)
				if err != nil {
					t.Fatal(err)
				}
				whole := max(0, size-1) / cmac.Size * cmac.Size
				c.Add(message[:whole])
				want := c.Sum(message[whole:])
				got, err := d.CMAC(key, message)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want[:]) {
					t.Fatalf("with key %x, %x has the MAC %x, not %x", key, message, got, want)
				}
			}
		})
	}
}
