// SPDX-License-Identifier: BSD-3-Clause

// Applies a raw patch with the device's decoder, at every pace, and compares the
// result with a file:
//
//     apply_raw OLD PATCH NEW
//
// It prints the sizes of patch, new file and decoder context. Exit code 0 if all
// is equal, 1 if not, 2 if a file cannot be read.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "apply.h"

int main(int argc, char **argv)
{
    struct apply_bytes old, patch, new;

    if (argc != 4) {
        fprintf(stderr, "usage: apply_raw OLD PATCH NEW\n");
        return 2;
    }
    old = apply_read_file(argv[1]);
    patch = apply_read_file(argv[2]);
    new = apply_read_file(argv[3]);
    for (unsigned i = 0; i < apply_pace_count; i++) {
        struct apply_bytes out;
        int status = apply_raw(old, patch, apply_paces[i], &out);

        if (status != QUINE_OK || out.size != new.size ||
            memcmp(out.data, new.data, new.size) != 0) {
            printf("%s: pace %u: status %d, %zu bytes of %zu\n", argv[2], i,
                   status, out.size, new.size);
            return 1;
        }
        free(out.data);
    }
    printf("patch %zu new %zu context %zu\n", patch.size, new.size,
           sizeof(struct quine_stream));
    free(old.data);
    free(patch.data);
    free(new.data);
    return 0;
}
