// SPDX-License-Identifier: BSD-3-Clause
// The frames and the CBOR reader of the example on a host, for the sanitizers. Reads frames from standard
// input, looks into each request as the example's commands do, and answers whether it is valid and what
// was found.
#include "cbor.h"
#include "smp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void board_putc(char c);
void board_putc(char c)
{
    putchar(c);
}

void smp_run(const uint8_t *request, size_t n)
{
    static const char *const keys[] = {"off", "data", "len", "sha", ""};
    uint8_t answer[SMP_ANSWER_MAX];
    struct cbor_out out = {answer, answer + sizeof answer, false};
    uint8_t *copy = malloc(n); // so that a byte too far is seen
    struct cbor_item item;

    memcpy(copy, request, n);
    cbor_write(&out, CBOR_SIMPLE, cbor_map_valid(copy, n) ? CBOR_TRUE : CBOR_FALSE, NULL);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        for (uint8_t type = CBOR_UINT; type <= CBOR_SIMPLE; type++)
            if (cbor_find(copy, n, keys[k], type, &item))
                cbor_write(&out, type, item.value, item.data);
    smp_send(answer, (size_t)(out.at - answer));
    free(copy);
}

int main(void)
{
    int c;

    while ((c = getchar()) != EOF)
        smp_take((uint8_t)c);
    return 0;
}
