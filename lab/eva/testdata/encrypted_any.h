// SPDX-License-Identifier: BSD-3-Clause
// AES as boot sees it: it makes any bytes of any. aes.c looks into it.
struct quine_aes quine_encrypted;

void quine_aes_init(struct quine_aes *a)
{
    //@ assert a == &quine_encrypted;
    ANY(a->sbox);
}

void quine_aes_ctr(const struct quine_aes *a, uint32_t index, void *data, uint32_t n)
{
    //@ assert a == &quine_encrypted && n == 32 && \valid((uint32_t *)data + (0 .. 7));
    Frama_C_make_unknown(data, 32);
    if (index == QUINE_IMAGE_BLOCKS + QUINE_MANIFEST_OFFSET / QUINE_AES_BLOCK)
        ((uint32_t *)data)[QUINE_MANIFEST_IMAGE_SIZE / 4] = any_size();
}
