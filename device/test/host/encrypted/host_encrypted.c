// SPDX-License-Identifier: BSD-3-Clause
// What an encrypted build needs on the host: the RAM that the linker fragment places on devices.
#include "quine_aes.h"

struct quine_aes quine_encrypted;
