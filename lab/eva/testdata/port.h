// SPDX-License-Identifier: BSD-3-Clause
// What boot stands on: any flash, any RAM and any store, whose contents may be others at each read.
//
// The functions of the port stand here as their contract in quine_port.h says: each may fail, and each
// asserts what its caller owes it. Flash is unknown again after whatever boot calls between two chunks.
#include "quine_error.h"
#include "quine_image.h"
#include "quine_internal.h"

#include "any.h"

#include <quine_staged.h>
#include <stdlib.h>

#define FLASH_SIZE (QUINE_STORE_OFFSET + QUINE_STORE_SIZE)
#define SIZE_LEAST (QUINE_MANIFEST_OFFSET + QUINE_MANIFEST_SIZE + 32u) // with the seal behind the manifest
#define SIZE_LARGEST (QUINE_IMAGE_MAX < QUINE_STAGED_MAX ? QUINE_IMAGE_MAX : QUINE_STAGED_MAX)

uint8_t quine_flash[FLASH_SIZE];
const uint8_t quine_app_vectors[4];
struct quine_ram quine_ram;

static int outcome(void)
{
    return Frama_C_nondet(QUINE_OK, QUINE_ERR_IO);
}

static void flash_changes(void)
{
    ANY(quine_flash);
}

void quine_watchdog(void)
{
    flash_changes();
}

void quine_reset(void)
{
    exit(0);
}

int quine_flash_erase(uint32_t offset)
{
    //@ assert offset < QUINE_IMAGE_MAX && offset % QUINE_PAGE_SIZE == 0;
    flash_changes();
    return outcome();
}

int quine_flash_program(uint32_t offset, const void *data, uint32_t n)
{
    //@ assert n > 0 && n % QUINE_PROGRAM_UNIT == 0 && offset % QUINE_PROGRAM_UNIT == 0;
    //@ assert offset <= QUINE_IMAGE_MAX - n;
    //@ assert \valid_read((const char *)data + (0 .. n - 1));
    flash_changes();
    return outcome();
}

void quine_boot_store_open(void)
{
}

// Any word: too few, right, or too many chunks, and each remainder. Eva loses what quine_verify finds out about a
// size unless these are kept apart.
static uint32_t any_size(void)
{
    uint32_t chunks = BETWEEN(0, UINT32_MAX / QUINE_CHUNK);
    int range = chunks < SIZE_LEAST / QUINE_CHUNK ? -1 : chunks > SIZE_LARGEST / QUINE_CHUNK ? 1 : 0;
    uint32_t rest = BETWEEN(0, QUINE_CHUNK - 1);

    //@ split range;
    //@ split rest;
    return QUINE_CHUNK * chunks + rest;
}

int quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    //@ assert n <= 32 && offset <= QUINE_STORE_SIZE - n;
    //@ assert \valid((char *)data + (0 .. n - 1));
    Frama_C_make_unknown(data, n);
    if (offset == QUINE_STORE_IMAGE + QUINE_MANIFEST_OFFSET)
        ((uint32_t *)data)[QUINE_MANIFEST_IMAGE_SIZE / 4] = any_size();
    return outcome();
}

int quine_boot_store_consume(void)
{
    return outcome();
}

uint32_t quine_crc32(uint32_t crc, const void *data, uint32_t n)
{
    //@ assert \valid_read((const char *)data + (0 .. n - 1));
    return WORD;
}

static void any_memory(void)
{
    flash_changes();
    ANY(quine_ram);
}

#if QUINE_DIGEST_FLAGS
#include "signed_any.h"
#endif
#if QUINE_STAGED_FLAGS
#include "encrypted_any.h"
#endif
