// SPDX-License-Identifier: BSD-3-Clause

package crypto

import (
	"context"
	_ "embed" // for the linker script
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quine-fw/quine/lab/cross"
	"github.com/quine-fw/quine/lab/emu"
)

//go:embed crypto.ld
var script []byte

// Cores are the cores with a build of their own, and what the names of their files end
// with.
var Cores = map[string]string{"cortex-m0": "m0", "cortex-m3": "m3", "cortex-m4": "m4"}

// Sizes of the memory that the caller of a primitive provides, in bytes (quine_sha256.h,
// quine_p256.h, quine_aes.h).
const (
	SHA256Size = 580
	P256Size   = 448
	aesSize    = 256 + 12 // and the key
)

// A Thumb is the build for a core, in an emulator.
type Thumb struct {
	*emu.Program
	keySize                   int
	context, input, signature uint32 // addresses
}

// room is how many bytes a primitive can take as input at once.
const room = 64 << 10

// BuildThumb compiles the primitives for a core, with AES keys of keySize bytes, into
// dir and loads them.
func BuildThumb(ctx context.Context, library, dir, cpu string, keySize int) (*Thumb, error) {
	program, err := link(ctx, library, dir, cpu, keySize)
	if err != nil {
		return nil, err
	}
	p, err := emu.Load(program, nil)
	if err != nil {
		return nil, err
	}
	t := &Thumb{Program: p, keySize: keySize}
	t.context = p.Put(make([]byte, 1024))
	t.signature = p.Put(make([]byte, 256))
	t.input = p.Put(make([]byte, room))
	return t, nil
}

// link returns the linked primitives.
func link(ctx context.Context, library, dir, cpu string, keySize int) ([]byte, error) {
	output := filepath.Join(dir, fmt.Sprintf("%s-%d.elf", cpu, keySize))
	scriptFile := filepath.Join(dir, "crypto.ld")
	if err := os.WriteFile(scriptFile, script, 0o666); err != nil {
		return nil, err
	}
	args := strings.Fields("-mthumb -std=gnu11 -Os -ffunction-sections -fno-thread-jumps -ffreestanding -Wall -Wextra -Wconversion -Wshadow -Werror -nostdlib -Wl,-e,0")
	args = append(args, "-mcpu="+cpu, fmt.Sprintf("-DQUINE_AES_KEY=%d", keySize), "-T", scriptFile, "-o", output)
	for _, folder := range folders {
		args = append(args, "-I", filepath.Join(library, folder))
	}
	for _, file := range []string{"sha256.S", "p256.S", "p256_" + Cores[cpu] + ".S", "aes.S"} {
		args = append(args, filepath.Join(library, "crypto/quine_"+file))
	}
	for _, file := range []string{"test/crypto/watchdog.S", "test/crypto/cmac.c", "encrypted/quine_cmac.c"} {
		args = append(args, filepath.Join(library, file))
	}
	args = append(args, "-lc")
	if text, err := exec.CommandContext(ctx, cross.Compiler, args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("crypto: %s: %w\n%s", cross.Compiler, err, text)
	}
	return os.ReadFile(output)
}

// reversed returns a number with its bytes the other way round.
func reversed(b []byte) []byte {
	b = slices.Clone(b)
	slices.Reverse(b)
	return b
}

// put writes the input of a primitive, and fills its context with what must not matter.
func (t *Thumb) put(parts ...[]byte) error {
	data := slices.Concat(parts...)
	if len(data) > room {
		return fmt.Errorf("crypto: %d bytes are more than an emulated device takes", len(data))
	}
	t.Write(t.input, data)
	t.Write(t.context, slices.Repeat([]byte{0xA5}, 1024))
	return nil
}

// digest starts a digest and adds data.
func (t *Thumb) digest(data []byte) error {
	if err := t.put(data); err != nil {
		return err
	}
	if _, err := t.Call("quine_sha256_init", t.context); err != nil {
		return err
	}
	_, err := t.Call("quine_sha256_update", t.context, t.input, uint32(len(data)))
	return err
}

func (t *Thumb) SHA256State(data []byte) ([]byte, error) {
	err := t.digest(data)
	return reversed(t.Read(t.context, 32)), err
}

func (t *Thumb) SHA256(data []byte) ([]byte, error) {
	if err := t.digest(data); err != nil {
		return nil, err
	}
	_, err := t.Call("quine_sha256_final", t.context)
	return reversed(t.Read(t.context, 32)), err
}

func (t *Thumb) Verify(hash, r, s, x, y []byte) (bool, error) {
	if err := t.put(nil); err != nil {
		return false, err
	}
	t.Write(t.context, reversed(hash))
	t.Write(t.signature, slices.Concat(r, s, []byte{1, 0, 0, 0}, reversed(x), reversed(y)))
	status, err := t.Call("quine_p256_verify", t.context, t.signature, t.signature+64)
	if err != nil {
		return false, err
	}
	return verdict(int32(status))
}

func (t *Thumb) AES(key, nonce []byte, index uint32, data []byte) ([]byte, error) {
	if err := t.put(data); err != nil {
		return nil, err
	}
	t.Write(t.context+256, slices.Concat(key, nonce))
	if _, err := t.Call("quine_aes_init", t.context); err != nil {
		return nil, err
	}
	if _, err := t.Call("quine_aes_ctr", t.context, index, t.input, uint32(len(data))); err != nil {
		return nil, err
	}
	return t.Read(t.input, len(data)), nil
}

func (t *Thumb) CMAC(key, message []byte) ([]byte, error) {
	if err := t.put(message); err != nil {
		return nil, err
	}
	t.Write(t.context+256, key)
	_, err := t.Call("cmac", t.context, t.signature, t.input, uint32(len(message)))
	return t.Read(t.signature, 16), err
}

// Cost is what a primitive takes: instructions, and bytes of stack without the memory
// that its caller provides.
type Cost struct {
	Instructions uint64
	Stack        uint32
}

// VerifyCost returns what a verification takes.
func (t *Thumb) VerifyCost(hash, r, s, x, y []byte) (Cost, error) {
	ok, err := t.Verify(hash, r, s, x, y)
	if err == nil && !ok {
		err = fmt.Errorf("crypto: signature does not verify")
	}
	return Cost{t.Instructions, t.StackUsed}, err
}
