// SPDX-License-Identifier: BSD-3-Clause
// Feature of versions 2 and 3: says a text in Morse code.
#include "console.h"

// Dots and dashes from the lowest bit up, 1 for a dash, above them a final 1.
static const uint8_t codes[36] = {
    0x06, 0x11, 0x15, 0x09, 0x02, 0x14, 0x0B, 0x10, 0x04, 0x1E, 0x0D, 0x12,
    0x07, 0x05, 0x0F, 0x16, 0x1B, 0x0A, 0x08, 0x03, 0x0C, 0x18, 0x0E, 0x19,
    0x1D, 0x13, 0x3F, 0x3E, 0x3C, 0x38, 0x30, 0x20, 0x21, 0x23, 0x27, 0x2F,
};

static void letter(char c)
{
    uint32_t code;

    if (c >= 'a' && c <= 'z')
        code = codes[c - 'a'];
    else if (c >= 'A' && c <= 'Z')
        code = codes[c - 'A'];
    else if (c >= '0' && c <= '9')
        code = codes[26 + c - '0'];
    else {
        print(" ");
        return;
    }
    for (; code > 1u; code >>= 1)
        print((code & 1u) != 0u ? "-" : ".");
    print(" ");
}

static void morse(const char *argument)
{
    for (; *argument != '\0'; argument++)
        letter(*argument);
    print("\r\n");
}
COMMAND(morse, "says TEXT in Morse code", morse);
