// SPDX-License-Identifier: BSD-3-Clause
// What the header says of a changed word: wherever word_byte has seen a word end, difference does, too.
#include "any.h"

#include "quine_patch.c"

enum { LONGEST = 5 };

void main(void)
{
    static struct quine_patch p = {.words = 1};
    uint8_t word[LONGEST];
    uint32_t n = 0;
    int status;

    do {
        word[n] = (uint8_t)(Frama_C_nondet(0, 1) ? BETWEEN(0, 0x7F) : BETWEEN(0x80, 0xFF));
        status = word_byte(&p, word[n]);
        n++;
    } while (p.words > 0 && status == QUINE_OK);
    if (status == QUINE_OK) {
        const uint8_t *at = word;
        (void)difference(&at);
        //@ assert at == word + n;
    }
}
