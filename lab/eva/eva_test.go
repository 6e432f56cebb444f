// SPDX-License-Identifier: BSD-3-Clause

package eva

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

const library = "../../device"

var full = flag.Bool("full", false, "run the analyses")

// frama returns the path of Frama-C.
func frama(t *testing.T) string {
	if !*full {
		t.Skip("takes minutes: make eva")
	}
	return need.Program(t, "eva", "frama-c")
}

// Each run raises the alarms that are expected of it, and no other.
func TestAlarms(t *testing.T) {
	program := frama(t)
	var sum result
	for _, r := range runs {
		found, err := r.analyse(t.Context(), program, library, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(found.alarms, r.alarms) {
			t.Errorf("%s: alarms %q, expected %q", r.name, found.alarms, r.alarms)
		}
		t.Logf("%-16s %d alarms, %d of them expected; %d functions analysed, %d of their %d statements reached",
			r.name, len(found.alarms), len(r.alarms), found.functions, found.coverage, found.statements)
		sum.alarms = append(sum.alarms, found.alarms...)
		sum.functions += found.functions
		sum.coverage += found.coverage
		sum.statements += found.statements
	}
	t.Logf("%d runs: %d alarms, %d functions analysed, coverage %.1f %% of statements",
		len(runs), len(sum.alarms), sum.functions, 100*float64(sum.coverage)/float64(sum.statements))
}

// A seed is a bug: text of the device library and what stands there instead.
type seed struct {
	run, file, good, bad string
}

var seeds = []seed{
	{"bits", "src/quine_stream_bits.c", "i < 0 ? ~i : i", "i < 0 ? -i : i"},
	{"bits", "src/quine_stream_bits.c", "if (n < 11)", "if (n < 12)"},
	{"map", "src/quine_stream_map.c", "        span--;\n    }\n    *span", "    }\n    *span"},
	{"operations", "src/quine_stream_operations.c", "half > INT32_MAX", "half > s->new_size"},
	{"operations", "src/quine_stream_operations.c", "        i--;\n    } else if", "    } else if"},
	{"copy", "src/quine_stream_copy.c", "if (s->left >= 4) {", "if (s->left >= 3) {"},
	{"copy", "src/quine_stream_values.c", "(h * 0x9E3B >> 7 & 0xFFFF)", "(h * 0x9E3B >> 7)"},
	{"copy", "src/quine_stream_copy.c", "    uint32_t n = 1;\n    u->candidates", "    uint32_t n = 2;\n    u->candidates"},
	{"plain", "src/quine_stream_copy.c", "uint32_t left = s->block - 4;", "uint32_t left = s->block;"},
	{"stream", "src/quine_stream.c", "s->ring_count++) % QUINE_STREAM_RING] = in", "s->ring_count++)] = in"},
	{"stream", "src/quine_stream.c", "s->pending_count < room ? s->pending_count : (uint32_t)room", "s->pending_count"},
	{"word", "src/quine_patch.c", "p->varint == 5u &&", "p->varint == 6u &&"},
	{"patch", "src/quine_patch.c", "p->tail + 2u", "p->tail + 3u"},
	{"patch", "src/quine_patch.c", "if (to < n)", "if (to <= n)"},
	{"verify", "src/quine_verify.c", "quine_copy_chunk((uint8_t *)m + at, chunk);", "quine_copy((uint8_t *)m + at, chunk, 2u * QUINE_CHUNK);"},
	{"verify", "src/quine_verify.c", "(SIZE_MAX_HERE - SIZE_MIN) / QUINE_CHUNK &&", "(SIZE_MAX_HERE - SIZE_MIN) / QUINE_CHUNK + 1u &&"},
	{"kernel", "src/quine_kernel.c", "write_units(ram->manifest.size,", "write_units(ram->manifest.size + QUINE_CHUNK,"},
	{"kernel", "src/quine_kernel.c", "        data += QUINE_CHUNK / 4u;", "        data += QUINE_CHUNK / 4u + 1u;"},
	{"boot", "src/quine_boot.c", "        err = quine_verify(QUINE_STAGED);", "        err = QUINE_OK;"},
	{"verify signed", "signed/quine_digest.h", "quine_sha256_update(&d->work->sha256, chunk, 32u)", "quine_sha256_update(&d->work->sha256, chunk + 1, 32u)"},
	{"kernel signed", "src/quine_kernel.c", "write_units(ram->manifest.size,", "write_units(ram->manifest.size + QUINE_CHUNK,"},
	{"boot signed", "src/quine_boot.c", "        err = quine_verify(QUINE_STAGED);", "        err = QUINE_OK;"},
	{"verify encrypted", "encrypted/quine_staged.h", "(QUINE_STORE_IMAGE_MAX - QUINE_NONCE_BLOCK)", "QUINE_STORE_IMAGE_MAX"},
	{"kernel encrypted", "encrypted/quine_staged.c", "to, QUINE_CHUNK);\n    return", "to, 2u * QUINE_CHUNK);\n    return"},
	{"boot encrypted", "encrypted/quine_staged.c", "aes->counter, QUINE_NONCE_BLOCK", "aes->counter, 2u * QUINE_NONCE_BLOCK"},
	{"signed", "signed/quine_floor.c", "(at += UNIT) < END", "(at += UNIT) <= END"},
	{"signed", "signed/quine_floor.c", "entry[1] = ~to;", "entry[0] = ~to;"},
	{"signed", "signed/quine_signed.c", "while (--left > 0u)", "while (left-- > 0u)"},
	{"sha256", "crypto/quine_sha256.c", "s->k[63u - t]", "s->k[64u - t]"},
	{"sha256", "crypto/quine_sha256.c", "pad[n - 1u - i]", "pad[n - i]"},
	{"p256", "crypto/quine_p256.c", "(ZERO + 1u - S)", "(ZERO - S)"},
	{"p256", "crypto/quine_p256.c", "uint32_t t[10]", "uint32_t t[9]"},
	{"aes", "crypto/quine_aes.c", "s[i * 5u % 16u]", "s[i * 5u]"},
	{"aes 128", "crypto/quine_aes.c", "KEYS * WORDS - 1u - which", "KEYS * WORDS + 3u - which"},
}

// Each seeded bug raises an alarm that is not expected.
func TestSeeds(t *testing.T) {
	program := frama(t)
	for _, s := range seeds {
		t.Run(s.run, func(t *testing.T) {
			r := runs[slices.IndexFunc(runs, func(r run) bool { return r.name == s.run })]
			found, err := r.analyse(t.Context(), program, s.sow(t), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			extra := slices.DeleteFunc(found.alarms, func(a string) bool { return slices.Contains(r.alarms, a) })
			if len(extra) == 0 {
				t.Fatalf("no alarm for %q instead of %q", s.bad, s.good)
			}
			t.Logf("%q instead of %q: %s", s.bad, s.good, extra[0])
		})
	}
}

// sow returns a copy of the device library that has the bug.
func (s seed) sow(t *testing.T) string {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(library)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, s.file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), s.good); n != 1 {
		t.Fatalf("%s has %q %d times", s.file, s.good, n)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), s.good, s.bad, 1)), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir
}
