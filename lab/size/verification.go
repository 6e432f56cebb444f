// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"math/big"
	"os"

	lab "github.com/quine-fw/quine/lab/crypto"
)

// Budgets of a verification, in bytes but for the first.
const (
	verifyMillions = 40 // instructions, on average
	verifyMemory   = 1024
)

// signatures is how many are verified for the average: their bits decide how many points
// are added, so that single ones differ by some percent.
const signatures = 6

// A signature has all numbers as 32 bytes, big-endian.
type signature struct{ hash, r, s, x, y []byte }

// newSignature makes the n-th signature, the same each time.
func newSignature(n byte) (*signature, error) {
	scalar, hash := sha256.Sum256([]byte{n, 'k'}), sha256.Sum256([]byte{n, 'm'})
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), scalar[:])
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	der, err := key.Sign(nil, hash[:], crypto.SHA256) // RFC 6979
	if err != nil {
		return nil, err
	}
	var number struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &number); err != nil {
		return nil, err
	}
	return &signature{
		hash[:], number.R.FillBytes(make([]byte, 32)), number.S.FillBytes(make([]byte, 32)), point[1:33], point[33:],
	}, nil
}

// verifications measures the verification of a signature on three cores: what is
// executed, and the memory that it takes.
func verifications(ctx context.Context, library string) ([]board, error) {
	var list []board
	for _, cpu := range []string{"cortex-m0", "cortex-m3", "cortex-m4"} {
		instructions, stack, err := verification(ctx, library, cpu)
		if err != nil {
			return nil, err
		}
		list = append(list, board{cpu + " P-256", []figure{
			{"10^6 instructions", int((instructions + 5e5) / 1e6), verifyMillions},
			{"stack", int(stack), 0},
			{"stack and context", int(stack) + lab.P256Size, verifyMemory},
		}})
	}
	return list, nil
}

// verification returns the instructions of one on average, and the most bytes of stack.
func verification(ctx context.Context, library, cpu string) (instructions uint64, stack uint32, err error) {
	dir, err := os.MkdirTemp("", "quine-size-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(dir)
	t, err := lab.BuildThumb(ctx, library, dir, cpu, 32)
	if err != nil {
		return 0, 0, err
	}
	for n := range byte(signatures) {
		s, err := newSignature(n)
		if err != nil {
			return 0, 0, err
		}
		cost, err := t.VerifyCost(s.hash, s.r, s.s, s.x, s.y)
		if err != nil {
			return 0, 0, err
		}
		instructions += cost.Instructions
		stack = max(stack, cost.Stack)
	}
	return instructions / signatures, stack, nil
}
