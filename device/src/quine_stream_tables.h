// SPDX-License-Identifier: BSD-3-Clause
//
// Constants of the delta stream: spec/stream.md, section Tables.

#ifndef QUINE_STREAM_TABLES_H
#define QUINE_STREAM_TABLES_H

#include <stdint.h>

extern const int16_t quine_stream_stretch_table[128];
extern const uint16_t quine_stream_squash_table[128];
extern const uint16_t quine_stream_rate_table[12];
extern const int16_t quine_stream_level_table[16];
extern const uint8_t quine_stream_start_table[];
extern const uint8_t quine_stream_changed_table[3][128];
extern const uint8_t quine_stream_literal_table[4][128];

#endif
