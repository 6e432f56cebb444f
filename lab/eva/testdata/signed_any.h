// SPDX-License-Identifier: BSD-3-Clause
// The digest and the decision of a signed build as boot sees them: any outcome. signed.c and sha256.c look into them.
union quine_work quine_signed;

static void any_digest(struct quine_sha256 *s)
{
    //@ assert s == &quine_signed.sha256;
    ANY(quine_signed);
}

void quine_sha256_init(struct quine_sha256 *s)
{
    any_digest(s);
}

void quine_sha256_update(struct quine_sha256 *s, const void *data, uint32_t n)
{
    //@ assert n == 32 && \valid_read((const uint32_t *)data + (0 .. 7));
    any_digest(s);
}

void quine_sha256_final(struct quine_sha256 *s)
{
    any_digest(s);
}

int quine_authentic(union quine_work *work, const uint32_t *manifest)
{
    //@ assert manifest == &quine_ram.manifest.magic;
    any_digest(&work->sha256);
    return Frama_C_interval(QUINE_ERR_SIGNATURE, QUINE_OK);
}

uint32_t quine_floor_raise(uint32_t counter, uint32_t to)
{
    flash_changes();
    return WORD;
}
