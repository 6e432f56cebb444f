// SPDX-License-Identifier: BSD-3-Clause
// A line console: commands are collected by the linker from every file that has some.
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stddef.h>
#include <stdint.h>

struct command {
    const char *name;
    const char *help;
    void (*run)(const char *argument);
};

// Adds a command to the console of any image this file is linked into.
#define COMMAND(name_, help_, run_) \
    __attribute__((section(".commands"), used)) static const struct command command_##name_ = { \
        #name_, help_, run_}

void print(const char *text);
void print_number(int32_t n);
void print_hex(const uint8_t *data, size_t n);

#endif
