// SPDX-License-Identifier: BSD-3-Clause
#include "console.h"

#include "board.h"
#include "smp.h"

#define CANCEL 0x15 // control-U drops the line so far

extern const struct command commands_start[], commands_end[];

// What was received and not taken yet: more than the longest SMP request, for flash may be busy while it
// comes. What finds no room is dropped, and the request's CRC says so.
static volatile uint8_t received[1024];
static volatile uint32_t received_in, received_out;

_Static_assert(sizeof received >= SMP_FRAME_MAX * 3u / 2u, "a request in base64, with the marks of its lines, waits whole");

void print(const char *text)
{
    for (; *text != '\0'; text++)
        board_putc(*text);
}

void print_number(int32_t n)
{
    char digits[12];
    size_t at = sizeof digits - 1;
    uint32_t left = n < 0 ? 0u - (uint32_t)n : (uint32_t)n;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + left % 10u);
        left /= 10u;
    } while (left != 0u);
    if (n < 0)
        digits[--at] = '-';
    print(digits + at);
}

void print_hex(const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        board_putc("0123456789abcdef"[data[i] >> 4]);
        board_putc("0123456789abcdef"[data[i] & 15u]);
    }
}

static int matches(const char *name, const char *line, const char **argument)
{
    while (*name != '\0' && *name == *line) {
        name++;
        line++;
    }
    if (*name != '\0' || (*line != '\0' && *line != ' '))
        return 0;
    *argument = *line == ' ' ? line + 1 : line;
    return 1;
}

static void run(const char *line)
{
    const char *argument;

    for (const struct command *c = commands_start; c < commands_end; c++) {
        if (matches(c->name, line, &argument)) {
            c->run(argument);
            return;
        }
    }
    print("unknown command; try help\r\n");
}

static void help(const char *argument)
{
    (void)argument;
    for (const struct command *c = commands_start; c < commands_end; c++) {
        print(c->name);
        print("  ");
        print(c->help);
        print("\r\n");
    }
}
COMMAND(help, "lists the commands", help);

static void uptime(const char *argument)
{
    (void)argument;
    print("ticks ");
    print_number((int32_t)board_ticks());
    print(" core ");
    print_number((int32_t)board_core_ticks());
    print("\r\n");
}
COMMAND(ticks, "hundredths of a second since the start, counted by a timer and by the core", uptime);

void app_received(uint8_t byte)
{
    uint32_t in = received_in;

    if (in - received_out == sizeof received)
        return;
    received[in % sizeof received] = byte;
    received_in = in + 1u;
}

// Returns the next byte received, or -1.
static int take(void)
{
    uint32_t out = received_out;

    if (out == received_in)
        return -1;
    uint8_t byte = received[out % sizeof received];
    received_out = out + 1u;
    return byte;
}

void banner(void);

void app_main(void)
{
    char line[64];
    size_t n = 0;

    banner();
    print("> ");
    for (;;) {
        int c = take();
        if (c < 0 || smp_take((uint8_t)c))
            continue;
        if (c == '\r' || c == '\n') {
            if (n > 0) {
                line[n] = '\0';
                print("\r\n");
                run(line);
                n = 0;
                print("> ");
            }
        } else if (c == CANCEL) {
            n = 0;
        } else if (n < sizeof line - 1) {
            line[n++] = (char)c;
        }
    }
}
