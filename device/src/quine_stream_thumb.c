// SPDX-License-Identifier: BSD-3-Clause
//
// References in Thumb code.

#include "quine_stream_parts.h"

uint32_t quine_stream_branch_offset(uint32_t w)
{
    uint32_t s = w >> 10 & 1;
    uint32_t j1 = (w >> 29 & 1) ^ s ^ 1;
    uint32_t j2 = (w >> 27 & 1) ^ s ^ 1;
    return (0u - s) << 24 | j1 << 23 | j2 << 22 | (w & 0x3FF) << 12 | (w >> 16 & 0x7FF) << 1;
}

uint32_t quine_stream_with_offset(uint32_t w, uint32_t offset)
{
    uint32_t s = offset >> 24 & 1;
    uint32_t j1 = (offset >> 23 & 1) ^ s ^ 1;
    uint32_t j2 = (offset >> 22 & 1) ^ s ^ 1;
    return (w & 0xD000F800) | s << 10 | (offset >> 12 & 0x3FF) | j1 << 29 | j2 << 27 | (offset >> 1 & 0x7FF) << 16;
}

uint32_t quine_stream_short_kind_of(uint32_t h)
{
    if (h >> 11 == 0x9) {
        return SHORT_LOAD;
    }
    if (h >> 11 == 0x1C) {
        return SHORT_BRANCH;
    }
    if (h >> 12 == 0xD && (h >> 9 & 7) != 7) {
        return SHORT_COND;
    }
    return SHORT_NONE;
}

uint32_t quine_stream_short_target(uint32_t kind, uint32_t h, uint32_t pc)
{
    if (kind == SHORT_LOAD) {
        return ((pc + 4) & ~3u) + ((h & 0xFF) << 2);
    }
    uint32_t sign = kind == SHORT_COND ? 0x80 : 0x400;
    uint32_t field = h & (2 * sign - 1);
    return pc + 4 + (((field ^ sign) - sign) << 1);
}

// Puts another target into a short reference; false where it is out of reach.
bool quine_stream_with_target(uint32_t kind, uint32_t *h, uint32_t pc, uint32_t target)
{
    uint32_t field = 0xFF;
    uint32_t offset = (target - pc - 4) >> 1;
    if (kind == SHORT_LOAD) {
        offset = (target - ((pc + 4) & ~3u)) >> 2;
    } else if (kind == SHORT_BRANCH) {
        field = 0x7FF;
    }
    uint32_t v = (*h & ~field) | (offset & field);
    if (quine_stream_short_target(kind, v, pc) != target) {
        return false;
    }
    *h = v;
    return true;
}
