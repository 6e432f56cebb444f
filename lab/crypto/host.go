// SPDX-License-Identifier: BSD-3-Clause

package crypto

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// folders are those with headers of primitives.
var folders = []string{"test/crypto", "crypto", "encrypted", "src", "include"}

// A Host is the portable build, a process. Close it.
type Host struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out io.Reader
}

// StartHost compiles the portable build from the folder library, such as the folder
// device of this repository, into dir, for AES keys of keySize bytes, and starts it.
func StartHost(ctx context.Context, library, dir string, keySize int, sanitize bool) (*Host, error) {
	program := filepath.Join(dir, fmt.Sprintf("crypto%d", 8*keySize))
	args := strings.Fields("-std=c11 -g -O2 -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror")
	if sanitize {
		args = append(args, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	}
	args = append(args, fmt.Sprintf("-DQUINE_AES_KEY=%d", keySize), "-o", program)
	for _, folder := range folders {
		args = append(args, "-I", filepath.Join(library, folder))
	}
	for _, file := range []string{"test/crypto/crypto_main.c", "test/crypto/cmac.c", "encrypted/quine_cmac.c"} {
		args = append(args, filepath.Join(library, file))
	}
	sources, err := filepath.Glob(filepath.Join(library, "crypto/*.c"))
	if err != nil {
		return nil, err
	}
	if text, err := exec.CommandContext(ctx, "cc", append(args, sources...)...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("crypto: cc: %w\n%s", err, text)
	}
	h := &Host{cmd: exec.CommandContext(ctx, program)}
	h.cmd.Stderr = &strings.Builder{}
	if h.in, err = h.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if h.out, err = h.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return h, h.cmd.Start()
}

// Close ends the process. It fails if a sanitizer has complained.
func (h *Host) Close() error {
	h.in.Close()
	if err := h.cmd.Wait(); err != nil {
		return fmt.Errorf("crypto: %w\n%s", err, h.cmd.Stderr)
	}
	return nil
}

// request sends a request and returns the n bytes that answer it.
func (h *Host) request(kind byte, n int, parts ...[]byte) ([]byte, error) {
	data := slices.Concat(parts...)
	message := append(binary.LittleEndian.AppendUint32([]byte{kind}, uint32(len(data))), data...)
	if _, err := h.in.Write(message); err != nil {
		return nil, err
	}
	answer := make([]byte, n)
	if _, err := io.ReadFull(h.out, answer); err != nil {
		return nil, fmt.Errorf("crypto: no answer: %w", err)
	}
	return answer, nil
}

func (h *Host) SHA256(data []byte) ([]byte, error)      { return h.request('S', 32, data) }
func (h *Host) SHA256State(data []byte) ([]byte, error) { return h.request('B', 32, data) }

func (h *Host) Verify(hash, r, s, x, y []byte) (bool, error) {
	answer, err := h.request('V', 1, hash, r, s, x, y)
	if err != nil {
		return false, err
	}
	return verdict(-int32(answer[0]))
}

// verdict tells what the device's verification has returned.
func verdict(status int32) (bool, error) {
	if status != 0 && status != signatureCode {
		return false, fmt.Errorf("crypto: verification returned %d", status)
	}
	return status == 0, nil
}

func (h *Host) CMAC(key, message []byte) ([]byte, error) { return h.request('C', 16, key, message) }

func (h *Host) AES(key, nonce []byte, index uint32, data []byte) ([]byte, error) {
	return h.request('A', len(data), key, nonce, binary.LittleEndian.AppendUint32(nil, index), data)
}
