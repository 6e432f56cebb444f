// SPDX-License-Identifier: BSD-3-Clause
// Gives files to the fuzz target: their names come from stdin, a line each. For each it prints
// status, bytes of the stream used, bytes made and their CRC-32.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stream_fuzz.h"

static uint8_t buffer[1 << 20];

int main(void)
{
    char name[4096];

    while (fgets(name, sizeof name, stdin) != NULL) {
        name[strcspn(name, "\n")] = '\0';
        FILE *f = fopen(name, "rb");
        if (f == NULL) {
            fprintf(stderr, "cannot open %s\n", name);
            return 2;
        }
        size_t n = fread(buffer, 1, sizeof buffer, f);
        fclose(f);
        // A block of exactly the right size, so that sanitizers see every overrun.
        uint8_t *exact = malloc(n > 0 ? n : 1);
        if (exact == NULL)
            return 2;
        memcpy(exact, buffer, n);
        (void)LLVMFuzzerTestOneInput(exact, n);
        free(exact);
        printf("%d %zu %zu %u\n", stream_fuzz_outcome.status, stream_fuzz_outcome.used,
               stream_fuzz_outcome.made, stream_fuzz_outcome.crc);
    }
    return 0;
}
