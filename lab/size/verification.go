// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"os"

	"github.com/quine-fw/quine/lab/crypto"
)

// Budgets of a verification, in bytes but for the first.
const (
	verifyMillions = 40 // instructions
	verifyMemory   = 1024
)

// verifications measures the verification of one signature on three cores: what is
// executed, and the memory that it takes.
func verifications(ctx context.Context, library string) ([]board, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, err
	}
	hash := make([]byte, 32)
	if _, err := rand.Read(hash); err != nil {
		return nil, err
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, hash)
	if err != nil {
		return nil, err
	}
	var list []board
	for _, cpu := range []string{"cortex-m0", "cortex-m3", "cortex-m4"} {
		dir, err := os.MkdirTemp("", "quine-size-")
		if err != nil {
			return nil, err
		}
		defer os.RemoveAll(dir)
		t, err := crypto.BuildThumb(ctx, library, dir, cpu, 32)
		if err != nil {
			return nil, err
		}
		cost, err := t.VerifyCost(hash, r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32)), point[1:33], point[33:])
		if err != nil {
			return nil, err
		}
		list = append(list, board{cpu + " P-256", []figure{
			{"10^6 instructions", int((cost.Instructions + 5e5) / 1e6), verifyMillions},
			{"stack", int(cost.Stack), 0},
			{"stack and context", int(cost.Stack) + crypto.P256Size, verifyMemory},
		}})
	}
	return list, nil
}
