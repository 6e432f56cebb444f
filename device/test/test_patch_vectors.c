// SPDX-License-Identifier: BSD-3-Clause

// Runs vectors of spec/vectors/patch (described there in README.md) through the
// device's decoder, at every pace:
//
//     test_patch_vectors [-quick] FILE…
//
// With -quick only two paces are run, all at once and one byte at a time. Keys must
// have the size that the program was built for. It prints a line for each failure.
// Exit code 0 if all pass, 1 if not, 2 if a file cannot be read.

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"
#include "opener.h"

struct vector {
    const char *path;
    bool raw;
    int code;             // expected
    uint32_t result_size; // of the image, when the code is QUINE_OK
    uint32_t result_crc;
    uint32_t staged_crc; // of what an encrypted store holds
    struct quine_boot_info device;
    uint32_t counter;
    struct apply_bytes file;
    struct apply_bytes base;
    struct apply_bytes patch;
};

// Returns what stands behind the key in the vector's head, NULL if it is not
// there.
static const char *find(const struct vector *v, const char *key)
{
    size_t n = strlen(key);
    const char *line = (const char *)v->file.data;

    while (line != NULL && *line != '\n' && *line != 0) {
        if (strncmp(line, key, n) == 0 && strncmp(line + n, ": ", 2) == 0)
            return line + n + 2;
        line = strchr(line, '\n');
        if (line != NULL)
            line++;
    }
    return NULL;
}

static uint32_t number(const struct vector *v, const char *key)
{
    const char *text = find(v, key);

    return text != NULL ? (uint32_t)strtoll(text, NULL, 0) : 0;
}

// Reads the key, if there is one.
static void read_key(const struct vector *v)
{
    const char *text = find(v, "key");
    uint8_t *key = (uint8_t *)opener_key;

    if (text == NULL)
        return;
    assert(strchr(text, '\n') - text == 2 * QUINE_AES_KEY);
    for (unsigned i = 0; i < QUINE_AES_KEY; i++, text += 2) {
        unsigned byte;
        int found = sscanf(text, "%2x", &byte);
        assert(found == 1);
        key[i] = (uint8_t)byte;
    }
}

// Reads the base, whose name is relative to the vector.
static struct apply_bytes read_base(const struct vector *v)
{
    const char *name = find(v, "base");
    const char *slash = strrchr(v->path, '/');
    int folder = slash != NULL ? (int)(slash - v->path) + 1 : 0;
    int length;
    char path[4096];

    if (name == NULL)
        return (struct apply_bytes){malloc(1), 0};
    length = (int)(strchr(name, '\n') - name);
    snprintf(path, sizeof path, "%.*s%.*s", folder, v->path, length, name);
    return apply_read_file(path);
}

static void vector_read(struct vector *v, const char *path)
{
    const uint8_t *end;

    memset(v, 0, sizeof *v);
    v->path = path;
    v->file = apply_read_file(path);
    end = (const uint8_t *)strstr((const char *)v->file.data, "\n\n");
    assert(end != NULL);
    // A copy of its own, so that the sanitizer sees any read behind it.
    v->patch.size = v->file.size - (size_t)(end + 2 - v->file.data);
    v->patch.data = malloc(v->patch.size + (v->patch.size == 0));
    memcpy(v->patch.data, end + 2, v->patch.size);

    v->raw = strncmp(find(v, "kind"), "raw", 3) == 0;
    v->code = (int)number(v, "code");
    v->result_size = number(v, "result-size");
    v->result_crc = number(v, "result-crc");
    v->staged_crc = number(v, "staged-crc");
    v->counter = number(v, "counter");
    v->device = (struct quine_boot_info){
        .boot_abi = (uint16_t)number(v, "boot-abi"),
        .flags = (uint16_t)number(v, "flags"),
        .load_address = number(v, "load-address"),
        .manifest_offset = number(v, "manifest-offset"),
        .seal_offset = number(v, "seal-offset"),
        .seal_size = (uint16_t)number(v, "seal-size"),
        .hardware = (uint16_t)number(v, "hardware"),
        .image_max = number(v, "image-max"),
        .store_max = number(v, "store-max"),
        .product = number(v, "product"),
        .crc32 = quine_crc32,
    };
    v->base = read_base(v);
}

static void vector_free(struct vector *v)
{
    free(v->file.data);
    free(v->base.data);
    free(v->patch.data);
}

// Runs a vector at one pace. Returns whether it does what it should.
static bool vector_run(const struct vector *v, struct apply_pace pace)
{
    struct apply_bytes out = {NULL, 0};
    bool good = true;
    int code;

    if (v->raw) {
        code = apply_raw(v->base, v->patch, pace, &out);
    } else {
        out.data = malloc(v->device.store_max);
        assert(out.data != NULL);
        read_key(v);
        code = apply_image(&v->device, v->counter, opener, v->base, v->patch,
                           pace, &out);
    }
    if (code != v->code) {
        printf("%s: code %d, expected %d\n", v->path, code, v->code);
        good = false;
    } else if (code == QUINE_OK &&
               (out.size != v->result_size ||
                quine_crc32(0, out.data, (uint32_t)out.size) !=
                    v->result_crc)) {
        printf("%s: another image than expected\n", v->path);
        good = false;
    } else if (v->staged_crc != 0 && opener_staged_crc(out) != v->staged_crc) {
        printf("%s: another store than expected\n", v->path);
        good = false;
    }
    free(out.data);
    return good;
}

int main(int argc, char **argv)
{
    bool quick = argc > 1 && strcmp(argv[1], "-quick") == 0;
    unsigned paces = quick ? 2 : apply_pace_count;
    int first = quick ? 2 : 1;
    int failed = 0;

    for (int i = first; i < argc; i++) {
        struct vector v;
        bool good = true;

        vector_read(&v, argv[i]);
        for (unsigned k = 0; good && k < paces; k++)
            good = vector_run(&v, apply_paces[k]);
        failed += !good;
        vector_free(&v);
    }
    printf("%d vectors, %d failed\n", argc - first, failed);
    return failed > 0;
}
