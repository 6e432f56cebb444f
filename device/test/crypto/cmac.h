// SPDX-License-Identifier: BSD-3-Clause
#ifndef QUINE_TEST_CMAC_H
#define QUINE_TEST_CMAC_H

#include "quine_aes.h"

// Makes the MAC of a message of n bytes under the key in a.
void cmac(struct quine_aes *a, uint32_t mac[4], const uint8_t *message, uint32_t n);

#endif
