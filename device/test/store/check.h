// SPDX-License-Identifier: BSD-3-Clause
// Scenarios: functions that a test program runs by name, one a process.
//
//   PROGRAM         runs all
//   PROGRAM -list   prints their names
//   PROGRAM NAME    runs one; status 1 and a line on stderr when a CHECK fails
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>

struct scenario {
    const char *name;
    void (*run)(void);
};

// An entry of a list of scenarios.
#define SCENARIO(name) {#name, name}

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check_fail(__FILE__, __LINE__, "%s", #condition);                                      \
    } while (0)

// Ends the program with a message.
void check_fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

// A reproducible random number, and bytes of them.
uint32_t check_random(void);
void check_fill(uint8_t *data, uint32_t n);

int check_main(int argc, char **argv, const struct scenario *scenarios, size_t n);

#endif
