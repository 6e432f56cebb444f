// SPDX-License-Identifier: BSD-3-Clause
// The boot sector's record of an unsigned build.
#include "quine_boot_info.h"

const QUINE_BOOT_DATA __attribute__((used)) struct quine_boot_info quine_boot_info = QUINE_BOOT_INFO;
