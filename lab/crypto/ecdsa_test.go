// SPDX-License-Identifier: BSD-3-Clause

package crypto

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"
)

// A signature is what a device verifies: a hash, a signature over it and a key.
type signature struct {
	hash, r, s, x, y []byte // of 32 bytes, big-endian
}

func (s *signature) fields() [][]byte { return [][]byte{s.hash, s.r, s.s, s.x, s.y} }

// verify verifies s on a device.
func (s *signature) verify(t *testing.T, d Device) bool {
	t.Helper()
	ok, err := d.Verify(s.hash, s.r, s.s, s.x, s.y)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// verifyGo verifies s with Go.
func (s *signature) verifyGo() bool {
	pub, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, s.x...), s.y...))
	return err == nil && ecdsa.Verify(pub, s.hash, new(big.Int).SetBytes(s.r), new(big.Int).SetBytes(s.s))
}

// number returns n as 32 bytes.
func number(n *big.Int) []byte { return n.FillBytes(make([]byte, 32)) }

// randomSignature signs a random hash with a random key.
func randomSignature(t *testing.T, random *rand.ChaCha8) *signature {
	t.Helper()
	scalar := make([]byte, 32)
	random.Read(scalar)
	scalar[0] &= 0x7F
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar)
	if err != nil {
		t.Fatal(err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	hash := make([]byte, 32)
	random.Read(hash)
	r, s, err := ecdsa.Sign(random, key, hash)
	if err != nil {
		t.Fatal(err)
	}
	return &signature{hash, number(r), number(s), point[1:33], point[33:]}
}

// TestRandomSignatures compares the portable build with Go on random signatures, and on
// each with one random bit changed in one of hash, r, s and key. A key off the curve has
// no verdict: devices hold keys that were checked.
func TestRandomSignatures(t *testing.T) {
	d := onHost(t, 32, false)
	random := rand.NewChaCha8([32]byte{2})
	count := 400
	if *full {
		count = 10000
	}
	for i := range count {
		s := randomSignature(t, random)
		if !s.verify(t, d) {
			t.Fatalf("signature %d is refused: %x", i, s.fields())
		}
		for _, field := range s.fields()[:3] {
			at := random.Uint64() % 256
			field[at/8] ^= 1 << (at % 8)
			if s.verify(t, d) {
				t.Fatalf("signature %d with bit %d changed is accepted: %x", i, at, s.fields())
			}
			field[at/8] ^= 1 << (at % 8)
		}
		other := randomSignature(t, random)
		s.x, s.y = other.x, other.y
		if s.verify(t, d) {
			t.Fatalf("signature %d is accepted for another key: %x", i, s.fields())
		}
	}
	t.Logf("%d signatures", count)
}

// TestEachBit changes each single bit of hash, r, s and key.
func TestEachBit(t *testing.T) {
	d := onHost(t, 32, false)
	random := rand.NewChaCha8([32]byte{3})
	count := 1
	if *full {
		count = 10
	}
	for range count {
		s := randomSignature(t, random)
		for f, field := range s.fields() {
			for at := range 256 {
				field[at/8] ^= 1 << (at % 8)
				if s.verify(t, d) {
					t.Errorf("accepted with bit %d of field %d changed: %x", at, f, s.fields())
				}
				field[at/8] ^= 1 << (at % 8)
			}
		}
	}
}

// point multiplies and adds in affine coordinates; the zero point is infinity.
type point struct{ x, y *big.Int }

var curve = elliptic.P256().Params()

func (p point) add(q point) point {
	m := new(big.Int)
	switch {
	case p.x == nil:
		return q
	case q.x == nil:
		return p
	case p.x.Cmp(q.x) != 0:
		m.Mul(m.Sub(q.y, p.y), new(big.Int).ModInverse(new(big.Int).Mod(new(big.Int).Sub(q.x, p.x), curve.P), curve.P))
	case p.y.Cmp(q.y) != 0 || p.y.Sign() == 0:
		return point{}
	default:
		m.Mul(p.x, p.x)
		m.Sub(m.Mul(m, big.NewInt(3)), big.NewInt(3))
		m.Mul(m, new(big.Int).ModInverse(new(big.Int).Lsh(p.y, 1), curve.P))
	}
	x := new(big.Int).Mul(m, m)
	x.Mod(x.Sub(x.Sub(x, p.x), q.x), curve.P)
	y := new(big.Int).Sub(p.x, x)
	y.Mod(y.Sub(y.Mul(y, m), p.y), curve.P)
	return point{x, y}
}

func (p point) times(k *big.Int) point {
	sum := point{}
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = sum.add(sum)
		if k.Bit(i) == 1 {
			sum = sum.add(p)
		}
	}
	return sum
}

// recovered returns the signature r, s over hash by the key that gives the point at
// its end: the key is (s·end − hash·G) / r.
func recovered(end point, r, s, hash *big.Int) *signature {
	inverse := new(big.Int).ModInverse(r, curve.N)
	u := new(big.Int).Mul(inverse, s)
	v := new(big.Int).Mul(inverse, hash)
	q := end.times(u.Mod(u, curve.N)).add(point{curve.Gx, curve.Gy}.times(v.Mod(v.Neg(v), curve.N)))
	return &signature{number(hash), number(r), number(s), number(q.x), number(q.y)}
}

// above returns the first point of the curve with an x of at least x.
func above(x *big.Int) point {
	x = new(big.Int).Set(x)
	for ; ; x.Add(x, big.NewInt(1)) {
		y := new(big.Int).Exp(x, big.NewInt(3), curve.P)
		y.Sub(y.Add(y, curve.B), new(big.Int).Mul(x, big.NewInt(3)))
		if y.ModSqrt(y.Mod(y, curve.P), curve.P) != nil {
			return point{x, y}
		}
	}
}

// TestEdges makes signatures of what random ones never meet.
func TestEdges(t *testing.T) {
	one, hash := big.NewInt(1), new(big.Int).SetBytes(unhex(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
	s := big.NewInt(0x12345678)
	high := above(curve.N) // its x is no number modulo n
	low := above(one)
	gap := new(big.Int).Sub(curve.P, curve.N)
	wide := new(big.Int).Sub(new(big.Int).Lsh(one, 256), one)
	infinity := func() *signature { // u1·G + u2·Q with Q = −(hash/r)·G
		r := big.NewInt(5)
		v := new(big.Int).Mul(new(big.Int).ModInverse(r, curve.N), hash)
		q := point{curve.Gx, curve.Gy}.times(v.Mod(v.Neg(v), curve.N))
		return &signature{number(hash), number(r), number(s), number(q.x), number(q.y)}
	}
	with := func(sig *signature, r, s []byte) *signature {
		changed := *sig
		if r != nil {
			changed.r = r
		}
		if s != nil {
			changed.s = s
		}
		return &changed
	}
	usual := recovered(low, low.x, s, hash)
	tests := []struct {
		name string
		sig  *signature
		ok   bool
	}{
		{"r is x - n", recovered(high, new(big.Int).Sub(high.x, curve.N), s, hash), true},
		{"small r", usual, true},
		{"r at the end of the gap", with(usual, number(gap), nil), false},
		{"hash above n", recovered(low, low.x, s, wide), true},
		{"hash of zero", recovered(low, low.x, s, new(big.Int)), true},
		{"s is 1", recovered(low, low.x, one, hash), true},
		{"s is n - 1", recovered(low, low.x, new(big.Int).Sub(curve.N, one), hash), true},
		{"s and s + n", with(usual, nil, number(new(big.Int).Add(s, curve.N))), false},
		{"r and r + n", with(usual, number(new(big.Int).Add(low.x, curve.N)), nil), false},
		{"infinity", infinity(), false},
		{"r is 0", with(usual, make([]byte, 32), nil), false},
		{"s is 0", with(usual, nil, make([]byte, 32)), false},
		{"r is n", with(usual, number(curve.N), nil), false},
		{"s is n", with(usual, nil, number(curve.N)), false},
		{"all ones", with(usual, number(wide), number(wide)), false},
	}
	eachDevice(t, 32, func(t *testing.T, d Device) {
		for _, test := range tests {
			if got := test.sig.verifyGo(); got != test.ok {
				t.Errorf("%s: Go says %v", test.name, got)
			}
			if got := test.sig.verify(t, d); got != test.ok {
				t.Errorf("%s: verified is %v: %x", test.name, got, test.sig.fields())
			}
		}
	})
}

// wycheproof returns the vectors of Project Wycheproof with signatures of 64 bytes, which
// is all that a manifest holds.
func wycheproof(t *testing.T) (tests []struct {
	ID      int
	Comment string
	sig     *signature
	valid   bool
}) {
	t.Helper()
	path := cmp.Or(os.Getenv("QUINE_WYCHEPROOF"), "../../../shared/vectors")
	data, err := os.ReadFile(path + "/wycheproof_ecdsa_secp256r1_sha256_p1363.json")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no vectors in %s; QUINE_WYCHEPROOF may name the folder testvectors_v1 of Project Wycheproof", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		TestGroups []struct {
			PublicKey struct{ Uncompressed string }
			Tests     []struct {
				TcID                      int
				Comment, Msg, Sig, Result string
			}
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	for _, group := range file.TestGroups {
		key := unhex(t, group.PublicKey.Uncompressed)
		for _, test := range group.Tests {
			sig := unhex(t, test.Sig)
			if len(sig) != 64 {
				continue
			}
			hash := sha256.Sum256(unhex(t, test.Msg))
			tests = append(tests, struct {
				ID      int
				Comment string
				sig     *signature
				valid   bool
			}{test.TcID, test.Comment, &signature{hash[:], sig[:32], sig[32:], key[1:33], key[33:65]}, test.Result == "valid"})
		}
	}
	return tests
}

// TestWycheproof runs Project Wycheproof's vectors for ECDSA with P-256 and SHA-256: all
// of them on the host, and on Thumb every twentieth or, with -full, all.
func TestWycheproof(t *testing.T) {
	tests := wycheproof(t)
	if len(tests) < 200 {
		t.Fatalf("only %d vectors", len(tests))
	}
	eachDevice(t, 32, func(t *testing.T, d Device) {
		step := 1
		if _, slow := d.(*Thumb); slow && !*full {
			step = 20
		}
		count, valid := 0, 0
		for i := 0; i < len(tests); i += step {
			test := tests[i]
			if got := test.sig.verify(t, d); got != test.valid {
				t.Errorf("vector %d, %s: verified is %v", test.ID, test.Comment, got)
			}
			count++
			if test.valid {
				valid++
			}
		}
		t.Logf("%d vectors, %d of them valid", count, valid)
	})
}

// Limits of a verification: instructions, and bytes of stack and of memory from the
// caller together.
var limits = map[string]Cost{
	"cortex-m0": {40e6, 1024},
	"cortex-m3": {20e6, 1024},
	"cortex-m4": {14e6, 1024},
}

// TestCost holds a verification to its limits.
func TestCost(t *testing.T) {
	for cpu := range Cores {
		t.Run(cpu, func(t *testing.T) {
			s := randomSignature(t, rand.NewChaCha8([32]byte{4}))
			cost, err := onThumb(t, cpu, 32).VerifyCost(s.hash, s.r, s.s, s.x, s.y)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d instructions, %d bytes of stack", cost.Instructions, cost.Stack)
			if max := limits[cpu]; cost.Instructions > max.Instructions || cost.Stack+P256Size > max.Stack {
				t.Errorf("%d instructions and %d + %d bytes exceed the limits", cost.Instructions, cost.Stack, P256Size)
			}
		})
	}
}
