// SPDX-License-Identifier: BSD-3-Clause
#include "quine_error.h"
#include "quine_image.h"
#include "quine_port.h"
#include "quine_staging.h"

#include "staging.h"

#include <string.h>

#define PIECE 64u // the client's page

static void make(uint8_t which, uint32_t offset, uint8_t *data, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        data[i] = (uint8_t)((offset + i) * 167u + (offset + i) / 256u + which * 41u);
}

static int header(uint8_t which)
{
    uint8_t h[QUINE_STAGING_SIZE] = {0};
    uint8_t back[QUINE_STAGING_SIZE];
    int err = QUINE_OK;

    memcpy(h, "QSTG\1", 5);
    memset(h + QUINE_STAGING_ID, which, QUINE_ID_SIZE);
    quine_le32_write(h + QUINE_STAGING_CRC, quine_crc32(0, h, QUINE_STAGING_CRC));
    for (int tries = 0; tries < 3; tries++) {
        if (tries > 0)
            err = quine_store_erase(0);
        if (err == QUINE_OK)
            err = quine_store_program(0, h, sizeof h);
        if (err == QUINE_OK)
            err = quine_store_read(0, back, sizeof back);
        if (err == QUINE_OK && memcmp(h, back, sizeof h) == 0)
            return QUINE_OK;
    }
    return err != QUINE_OK ? err : QUINE_ERR_IO;
}

static bool reads_back(uint8_t which)
{
    uint8_t want[PIECE], got[PIECE];

    for (uint32_t at = 0; at < IMAGE_SIZE; at += PIECE) {
        make(which, at, want, PIECE);
        if (quine_store_read(quine_store.image_base + at, got, PIECE) != QUINE_OK ||
            memcmp(want, got, PIECE) != 0)
            return false;
    }
    return true;
}

int stage(uint8_t which)
{
    uint8_t piece[PIECE];
    int err = quine_store_erase(0);

    for (uint32_t at = 0; err == QUINE_OK && at < IMAGE_SIZE; at += PIECE) {
        make(which, at, piece, PIECE);
        if (at % quine_store.erase_unit == 0u)
            err = quine_store_erase(quine_store.image_base + at);
        if (err == QUINE_OK)
            err = quine_store_program(quine_store.image_base + at, piece, PIECE);
    }
    if (err == QUINE_OK && !reads_back(which))
        err = QUINE_ERR_DIGEST;
    return err == QUINE_OK ? header(which) : err;
}

bool staged(uint8_t which)
{
    uint8_t want[PIECE], got[PIECE];

    for (uint32_t at = 0; at < IMAGE_SIZE; at += PIECE) {
        make(which, at, want, PIECE);
        quine_watchdog();
        if (quine_boot_store_read(QUINE_STORE_IMAGE + at, got, PIECE) != QUINE_OK ||
            memcmp(want, got, PIECE) != 0)
            return false;
    }
    return true;
}

int announced(void)
{
    uint8_t h[QUINE_STAGING_SIZE];

    if (quine_boot_store_read(0, h, sizeof h) != QUINE_OK || !quine_staging_valid(h, quine_crc32))
        return -1;
    return h[QUINE_STAGING_ID];
}
