// SPDX-License-Identifier: BSD-3-Clause
// Feature of versions 1 and 2: Conway's game of life on a 16 by 8 torus, a generation a command.
#include "console.h"

#define ROWS 8
#define COLUMNS 16

static uint16_t world[ROWS];

static int alive(const uint16_t *from, int row, int column)
{
    return from[(row + ROWS) % ROWS] >> ((column + COLUMNS) % COLUMNS) & 1;
}

static int neighbours(const uint16_t *from, int row, int column)
{
    int n = -alive(from, row, column);

    for (int r = -1; r <= 1; r++)
        for (int c = -1; c <= 1; c++)
            n += alive(from, row + r, column + c);
    return n;
}

static void step(void)
{
    uint16_t next[ROWS] = {0};

    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLUMNS; c++) {
            int n = neighbours(world, r, c);
            if (n == 3 || (n == 2 && alive(world, r, c)))
                next[r] = (uint16_t)(next[r] | 1u << c);
        }
    }
    for (int r = 0; r < ROWS; r++)
        world[r] = next[r];
}

static void life(const char *argument)
{
    static const uint16_t glider[3] = {2, 4, 7};
    uint16_t any = 0;

    (void)argument;
    for (int r = 0; r < ROWS; r++)
        any |= world[r];
    if (any == 0)
        for (int r = 0; r < 3; r++)
            world[r] = glider[r];
    else
        step();
    for (int r = 0; r < ROWS; r++) {
        for (int c = 0; c < COLUMNS; c++)
            print(alive(world, r, c) ? "#" : ".");
        print("\r\n");
    }
}
COMMAND(life, "one generation of the game of life", life);
