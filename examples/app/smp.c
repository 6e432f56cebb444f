// SPDX-License-Identifier: BSD-3-Clause
#include "smp.h"

#include "board.h"

#define LINE_MAX 93u // bytes of an answer in one line: 124 characters

// Where the next byte of the UART belongs.
static enum { CONSOLE, FIRST, FURTHER, LINE } place;

static uint8_t frame[SMP_FRAME_MAX]; // what has come of the request
static size_t fill;
static uint32_t bits; // base64 digits that make no whole byte yet, and how many bits they are
static unsigned bit_count;

// CRC-16/XMODEM. Over data and its CRC it is 0.
static uint16_t crc16(const uint8_t *data, size_t n)
{
    uint32_t crc = 0;

    for (size_t i = 0; i < n; i++) {
        crc ^= (uint32_t)data[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 0x8000u) != 0u ? crc << 1 ^ 0x1021u : crc << 1;
    }
    return (uint16_t)crc;
}

// Returns the value of a base64 digit, or -1.
static int digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Adds a character to the frame. Returns false when it is none of a frame, or one too many.
static bool decode(uint8_t c)
{
    int value = digit(c);

    if (c == '=') {
        bit_count = 0;
        return true;
    }
    if (value < 0)
        return c == '\r';
    bits = bits << 6 | (uint32_t)value;
    bit_count += 6u;
    if (bit_count < 8u)
        return true;
    if (fill == sizeof frame)
        return false;
    bit_count -= 8u;
    frame[fill++] = (uint8_t)(bits >> bit_count);
    return true;
}

// Runs the request if the line that has ended was its last.
static void line_end(void)
{
    size_t size = fill >= 2u ? (size_t)frame[0] << 8 | frame[1] : SMP_FRAME_MAX;

    if (fill < size + 2u)
        return; // more lines to come
    if (fill == size + 2u && size >= 2u && crc16(frame + 2, size) == 0u)
        smp_run(frame + 2, size - 2u);
    fill = 0;
}

bool smp_take(uint8_t c)
{
    if (place == LINE) {
        if (c == '\n') {
            place = CONSOLE;
            line_end();
            return true;
        }
        if (decode(c))
            return true;
        place = CONSOLE; // the line was cut off
        fill = 0;
    }
    switch (place) {
    case FIRST:
        fill = 0;
        bit_count = 0;
        place = c == 0x09u ? LINE : CONSOLE;
        return place == LINE;
    case FURTHER:
        place = c == 0x14u ? LINE : CONSOLE;
        return place == LINE;
    default:
        place = c == 0x06u ? FIRST : c == 0x04u ? FURTHER : CONSOLE;
        return place != CONSOLE;
    }
}

// Sends n bytes as base64; only the last piece of a frame may not be a multiple of 3.
static void encode(const uint8_t *data, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t at = 0; at < n; at += 3u) {
        uint32_t three = (uint32_t)data[at] << 16;
        if (at + 1u < n)
            three |= (uint32_t)data[at + 1u] << 8;
        if (at + 2u < n)
            three |= data[at + 2u];
        board_putc(digits[three >> 18]);
        board_putc(digits[three >> 12 & 63u]);
        board_putc(at + 1u < n ? digits[three >> 6 & 63u] : '=');
        board_putc(at + 2u < n ? digits[three & 63u] : '=');
    }
}

void smp_send(const uint8_t *message, size_t n)
{
    uint8_t out[SMP_ANSWER_MAX + 4u];
    uint16_t crc = crc16(message, n);
    size_t size = 0;

    out[size++] = (uint8_t)((n + 2u) >> 8);
    out[size++] = (uint8_t)(n + 2u);
    for (size_t i = 0; i < n; i++)
        out[size++] = message[i];
    out[size++] = (uint8_t)(crc >> 8);
    out[size++] = (uint8_t)crc;
    for (size_t at = 0; at < size; at += LINE_MAX) {
        board_putc(at == 0u ? 0x06 : 0x04);
        board_putc(at == 0u ? 0x09 : 0x14);
        encode(out + at, size - at < LINE_MAX ? size - at : LINE_MAX);
        board_putc('\n');
    }
}
