// SPDX-License-Identifier: BSD-3-Clause
//
// Runs the cryptographic primitives on requests from stdin and writes results to stdout, for comparison with
// Go's. A request is a letter and the length of its data, 4 bytes, then the data:
//
//     S  bytes, a multiple of 32: their SHA-256
//     B  bytes, a multiple of 64, padded already: the state behind them
//     V  hash, r, s, x, y, each 32 bytes, most significant first: one byte, what quine_p256_verify returns, negated
//     C  key, message: its CMAC
//     A  key, nonce (12 bytes), index (4 bytes, little-endian), bytes: the bytes encrypted
//
// Integers of the machine are little-endian, as on a device.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmac.h"
#include "quine_aes.h"
#include "quine_p256.h"
#include "quine_sha256.h"

// The 32 bytes of a number, most significant first, and back.
// There is none.
void quine_watchdog(void)
{
}

static void number_read(uint32_t to[8], const uint8_t *from)
{
    for (int i = 0; i < 32; i++)
        ((uint8_t *)to)[i] = from[31 - i];
}

static void number_print(const uint32_t from[8])
{
    for (int i = 0; i < 32; i++)
        putchar(((const uint8_t *)from)[31 - i]);
}

static void digest(const void *data, uint32_t n, int whole)
{
    struct quine_sha256 s;

    memset(&s, 0xA5, sizeof s);
    quine_sha256_init(&s);
    quine_sha256_update(&s, data, n);
    if (whole)
        quine_sha256_final(&s);
    number_print(s.state);
}

static void verify(const uint8_t *data)
{
    struct quine_p256 p;
    struct quine_key key = {1, {0}, {0}};
    uint32_t signature[16];

    memset(&p, 0xA5, sizeof p);
    number_read(p.reg, data);
    memcpy(signature, data + 32, sizeof signature);
    number_read(key.x, data + 96);
    number_read(key.y, data + 128);
    putchar(-quine_p256_verify(&p, signature, &key));
}

static void encrypt(uint8_t *data, uint32_t n)
{
    struct quine_aes a;
    uint32_t index;
    uint8_t *text = data + QUINE_AES_KEY + 12 + 4;

    memset(&a, 0xA5, sizeof a);
    memcpy(a.key, data, QUINE_AES_KEY);
    memcpy(a.counter, data + QUINE_AES_KEY, 12);
    memcpy(&index, data + QUINE_AES_KEY + 12, 4);
    n -= QUINE_AES_KEY + 12 + 4;
    quine_aes_init(&a);
    quine_aes_ctr(&a, index, text, n);
    fwrite(text, 1, n, stdout);
}

static void authenticate(const uint8_t *data, uint32_t n)
{
    struct quine_aes a;
    uint32_t mac[4];

    memset(&a, 0xA5, sizeof a);
    memcpy(a.key, data, QUINE_AES_KEY);
    cmac(&a, mac, data + QUINE_AES_KEY, n - QUINE_AES_KEY);
    fwrite(mac, 1, sizeof mac, stdout);
}

int main(void)
{
    int kind;

    while ((kind = getchar()) != EOF) {
        uint32_t n;
        if (fread(&n, 4, 1, stdin) != 1 || n > 1u << 24)
            return 2;
        uint8_t *data = malloc(n);
        if (data == NULL || fread(data, 1, n, stdin) != n)
            return 2;
        switch (kind) {
        case 'S':
        case 'B':
            digest(data, n, kind == 'S');
            break;
        case 'V':
            verify(data);
            break;
        case 'C':
            authenticate(data, n);
            break;
        case 'A':
            encrypt(data, n);
            break;
        default:
            return 2;
        }
        free(data);
        fflush(stdout);
    }
    return 0;
}
