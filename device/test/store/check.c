// SPDX-License-Identifier: BSD-3-Clause
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9E3779B97F4A7C15u;

void check_fail(const char *file, int line, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s:%d: ", file, line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
    exit(1);
}

uint32_t check_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 24);
}

void check_fill(uint8_t *data, uint32_t n)
{
    while (n-- > 0u)
        *data++ = (uint8_t)check_random();
}

int check_main(int argc, char **argv, const struct scenario *scenarios, size_t n)
{
    int ran = 0;

    for (size_t i = 0; i < n; i++) {
        if (argc > 1 && strcmp(argv[1], "-list") == 0) {
            puts(scenarios[i].name);
        } else if (argc < 2 || strcmp(argv[1], scenarios[i].name) == 0) {
            scenarios[i].run();
            ran++;
        }
    }
    return argc > 1 && strcmp(argv[1], "-list") != 0 && ran == 0 ? 2 : 0;
}
