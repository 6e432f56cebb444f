// SPDX-License-Identifier: BSD-3-Clause
#include "cmac.h"

#include "quine_cmac.h"

void cmac(struct quine_aes *a, uint32_t mac[4], const uint8_t *message, uint32_t n)
{
    uint32_t whole = n > 0u ? (n - 1u) / QUINE_AES_BLOCK * QUINE_AES_BLOCK : 0u;

    for (uint32_t i = 0; i < 4u; i++)
        mac[i] = 0;
    quine_aes_init(a);
    quine_cmac_add(mac, a, quine_aes_ctr, message, whole);
    quine_cmac_end(mac, a, quine_aes_ctr, message + whole, n - whole);
}
