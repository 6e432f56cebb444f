// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/patch"
)

// forge signs what a patch announces with a key that is made for the purpose.
func forge(p []byte, h *patch.Header) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	r, s, err := ecdsa.Sign(rand.Reader, key, h.Digest[:])
	if err != nil {
		return nil, err
	}
	forged := bytes.Clone(p)
	at := bytes.Index(forged[:h.Size], h.Digest[:]) + len(h.Digest) // the signature is behind the digest
	r.FillBytes(forged[at : at+32])
	s.FillBytes(forged[at+32 : at+64])
	binary.LittleEndian.PutUint16(forged[h.Size-2:], uint16(crc32.ChecksumIEEE(forged[:h.Size-2])))
	return forged, nil
}

// refuse sends a patch whose signature is by a key that the board does not have, if it
// takes only signed ones. It must refuse it and change nothing in its flash.
func (r *run) refuse(ctx context.Context) error {
	p, err := os.ReadFile(filepath.Join(r.dir, "v1-v2.patch"))
	if err != nil {
		return err
	}
	h, err := patch.ParseHeader(p)
	if err != nil || !h.Signed {
		return err
	}
	forged, err := forge(p, h)
	if err != nil {
		return err
	}
	before, err := r.flash()
	if err != nil {
		return err
	}
	if err := r.console.SendPatch(ctx, forged, nil); !errors.Is(err, quine.CodeSignature) {
		return fmt.Errorf("board says %v, want %v", err, quine.CodeSignature)
	}
	after, err := r.flash()
	if err != nil {
		return err
	}
	if !bytes.Equal(before, after) {
		return errors.New("flash was changed")
	}
	fmt.Println("a patch signed with another key is refused, and nothing is erased for it")
	return nil
}

// flash returns what the board's flash holds.
func (r *run) flash() ([]byte, error) {
	if _, err := r.machine.Interrupt(); err != nil {
		return nil, err
	}
	board := r.machine.Board()
	data, err := r.machine.ReadMemory(board.FlashBase, int(board.FlashSize))
	if err != nil {
		return nil, err
	}
	return data, r.machine.Continue()
}
