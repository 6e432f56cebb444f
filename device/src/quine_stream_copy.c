// SPDX-License-Identifier: BSD-3-Clause
//
// Copies from the old image.

#include "quine_stream_parts.h"

uint32_t quine_stream_old_byte(const struct quine_old *old, uint32_t at)
{
    return at - old->hole < old->hole_size ? 0xFF : old->data[at];
}

static uint32_t old_half(const struct quine_old *old, uint32_t at)
{
    uint32_t h = old->data[at] | (uint32_t)old->data[at + 1] << 8;
    // Only around the hole is it worth looking closer.
    if (at + 1 - old->hole <= old->hole_size) {
        h = quine_stream_old_byte(old, at) | quine_stream_old_byte(old, at + 1) << 8;
    }
    return h;
}

enum { POINTER_SLACK = 64 };

// First halfword of LDR.W Rt, [PC, #imm12].
enum { LOAD_WIDE = 0xF8DF };

static bool is_ram(uint32_t w)
{
    return (w & 0xCBF80000) == 0 && w >> 28 != 0;
}

static bool in_image(const struct quine_stream *s, uint32_t w)
{
    return w - s->address < s->old_size + POINTER_SLACK;
}

// The byte that holds the pool bit of a word.
static uint8_t *pool_byte(struct quine_stream *s, uint32_t word)
{
    return &s->pools[word / 8 % sizeof s->pools];
}

static uint32_t pool_mask(uint32_t word)
{
    return 1u << word % 8;
}

// Tells whether the word at a position is known as part of a pool.
static bool in_pool(struct quine_stream *s, uint32_t position)
{
    uint32_t word = position / 4;
    return (*pool_byte(s, word) & pool_mask(word)) != 0;
}

// Notes what a unit may have become, the likeliest first and nothing twice.
static void set_candidates(struct unit *u, uint32_t first, uint32_t second, uint32_t third)
{
    uint32_t n = 1;
    u->candidates[0] = first;
    if (second != first) {
        u->candidates[n++] = second;
    }
    if (third != first && third != second) {
        u->candidates[n++] = third;
    }
    u->count = (uint8_t)n;
}

// Predicts word w, at a multiple of 4 in both images, if it is taken for a pointer
// or for part of a literal pool.
static bool predict_word(struct quine_stream *s, struct unit *u, uint32_t w)
{
    uint32_t shifts[2] = {0, 0};
    bool pool = in_pool(s, s->position);
    uint32_t map = FLASH;
    if (in_image(s, w)) {
        u->kind = UNIT_FLASH;
    } else if (is_ram(w) && (pool || s->pointer_run > 0)) {
        u->kind = UNIT_RAM;
        map = RAM;
    } else if (pool) {
        u->kind = UNIT_WORD;
    } else {
        return false;
    }
    u->size = 4;
    u->target = w;
    u->class = pool;
    if (u->kind != UNIT_WORD) {
        u->sure = (uint8_t)quine_stream_map_lookup(s, map, w, shifts);
    }
    set_candidates(u, w + shifts[0], w + shifts[1], w);
    return true;
}

static void predict_branch(struct quine_stream *s, struct unit *u, uint32_t w)
{
    uint32_t shifts[2];
    u->kind = UNIT_BRANCH;
    u->size = 4;
    u->class = w >> 30 & 1;
    uint32_t offset = quine_stream_branch_offset(w);
    u->target = s->from + s->address + 4 + offset;
    u->sure = (uint8_t)quine_stream_map_lookup(s, FLASH, u->target, shifts);
    offset += s->from - s->position;
    uint32_t first = quine_stream_with_offset(w, offset + shifts[0]);
    set_candidates(u, first, quine_stream_with_offset(w, offset + shifts[1]), w);
}

static void predict_short(struct quine_stream *s, struct unit *u, uint32_t h, uint32_t kind)
{
    uint32_t shifts[2];
    uint32_t pc = s->position + s->address;
    u->kind = UNIT_SHORT;
    u->class = (uint8_t)kind;
    u->target = quine_stream_short_target(kind, h, s->from + s->address);
    u->sure = (uint8_t)quine_stream_map_lookup(s, FLASH, u->target, shifts);
    uint32_t first = h;
    if (!quine_stream_with_target(kind, &first, pc, u->target + shifts[0])) {
        u->sure = SURE_UNKNOWN;
    }
    uint32_t second = h;
    (void)quine_stream_with_target(kind, &second, pc, u->target + shifts[1]);
    set_candidates(u, first, second, h);
}

// Finds the unit at the current position of a copy and what it may have become.
static void predict(struct quine_stream *s, const struct quine_old *old, struct unit *u)
{
    u->kind = UNIT_BYTE;
    u->size = 1;
    u->sure = u->class = 0;
    uint32_t h;
    if (!s->units || ((s->position | s->from) & 1) || s->left < 2) {
        h = quine_stream_old_byte(old, s->from);
        set_candidates(u, h, h, h);
        return;
    }
    h = old_half(old, s->from);
    if (s->left >= 4) {
        bool aligned = ((s->position | s->from) & 3) == 0;
        if (aligned || h >> 11 == 0x1E) {
            uint32_t w = h | old_half(old, s->from + 2) << 16;
            if (aligned && predict_word(s, u, w)) {
                return;
            }
            if (is_branch(w)) {
                predict_branch(s, u, w);
                return;
            }
        }
    }
    u->size = 2;
    uint32_t kind = quine_stream_short_kind_of(h);
    if (kind != SHORT_NONE) {
        predict_short(s, u, h, kind);
        return;
    }
    u->kind = UNIT_HALF;
    u->class = (uint8_t)(h >> 10);
    set_candidates(u, h, h, h);
}

// Marks the word that the load which ends with the last halfword reads.
static void note_pool(struct quine_stream *s)
{
    uint32_t p = s->position - 2;
    uint32_t h = s->tail >> 16;
    uint32_t word;
    if (h >> 11 == 0x9) {
        word = ((p + 4) >> 2) + (h & 0xFF);
    } else if ((s->tail & 0xFFFF) == LOAD_WIDE) {
        word = (((p + 2) & ~3u) + (h & 0xFFF)) >> 2;
    } else {
        return;
    }
    if (word - (p >> 2) < QUINE_STREAM_POOL_WORDS) {
        *pool_byte(s, word) |= (uint8_t)pool_mask(word);
    }
}

// Appends the size low bytes of v to the new image.
void quine_stream_emit(struct quine_stream *s, uint32_t v, uint32_t size)
{
    s->pending = v;
    s->pending_count = (uint8_t)size;
    if (size == 4) {
        uint32_t word = s->position / 4;
        *pool_byte(s, word) &= (uint8_t)~pool_mask(word);
        s->tail = v;
        s->position += 4;
        return;
    }
    s->tail = s->tail >> 8 * size | v << (32 - 8 * size);
    s->position += size;
    if ((s->position & 1) == 0) {
        note_pool(s);
    }
}

// Teaches the maps that the target of u moved to where v refers to.
static void learn_reference(struct quine_stream *s, const struct unit *u, uint32_t v)
{
    uint32_t pc = s->position + s->address;
    uint32_t map = FLASH;
    if (u->kind == UNIT_SHORT && quine_stream_short_kind_of(v) == u->class) {
        v = quine_stream_short_target(u->class, v, pc);
    } else if (u->kind == UNIT_BRANCH && is_branch(v)) {
        v = pc + 4 + quine_stream_branch_offset(v);
    } else if (u->kind == UNIT_RAM && is_ram(v)) {
        map = RAM;
    } else if (u->kind != UNIT_FLASH || v - s->address >= s->new_size + POINTER_SLACK) {
        return;
    }
    quine_stream_map_learn(s, map, u->target, u->target, v - u->target);
}

// Takes v for unit u and goes on behind it.
static void commit(struct quine_stream *s, const struct unit *u, uint32_t v)
{
    bool hit = v == u->candidates[0];
    s->run = hit ? s->run + u->size : 0;
    if (u->kind >= UNIT_SHORT && !(hit && u->sure == SURE_INSIDE)) {
        learn_reference(s, u, v);
    }
    if ((s->position & 3) == 0) {
        if (u->kind == UNIT_FLASH || u->kind == UNIT_RAM) {
            s->pointer_run = 2;
        } else if (u->kind == UNIT_WORD) {
            s->pointer_run = 0;
        } else if (s->pointer_run > 0 && u->kind != UNIT_BYTE) {
            s->pointer_run--;
        }
    }
    quine_stream_emit(s, v, u->size);
}

// ---- blocks

static void start_block(struct quine_stream *s)
{
    uint32_t size = 64;
    if (!s->block_started) {
        size = 512;
    } else if (s->run >= 2048) {
        size = 2048;
    } else if (s->run >= 512) {
        size = 512;
    } else if (s->run >= 64) {
        size = 128;
    }
    if (size > s->left) {
        size = s->left;
    }
    uint32_t context;
    if (!s->block_started) {
        context = CTX_CLEAN + 16 + quine_stream_magnitude(size >> 2, 7) * 2 + (s->run >= 32);
    } else {
        context = CTX_CLEAN + quine_stream_magnitude(s->run >> 3, 7) * 2 + (size == s->left);
    }
    s->block_started = 1;
    s->block = size;
    s->clean = !quine_stream_cell_bit(s, context);
}

// Opcodes (five bits) of halfwords that may begin a reference, or be LOAD_WIDE.
enum { REFERENCES = 1u << 0x9 | 1u << 0x1A | 1u << 0x1B | 1u << 0x1C | 1u << 0x1E | 1u << 0x1F };

// Copies halfwords of a clean block straight to the output, up to one that may be
// part of a reference. It does what copy_unit would do, only faster.
size_t quine_stream_copy_plain(struct quine_stream *s, const struct quine_old *old, uint8_t *out, size_t room)
{
    uint32_t left = s->block - 4;
    // Near the hole it is left to copy_unit to look closely.
    bool holed = s->from < old->hole + old->hole_size && s->from + s->block > old->hole;
    if (s->block <= 4 || holed || ((s->position | s->from) & 1) != 0 || s->tail >> 16 == LOAD_WIDE) {
        return 0;
    }
    left = left < room ? left : (uint32_t)room;
    bool aligned = ((s->position ^ s->from) & 3) == 0;
    const uint8_t *from = old->data + s->from;
    uint32_t w = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 24;
    uint32_t position = s->position;
    uint32_t n = 0;
    for (; n + 2 <= left; n += 2, position += 2) {
        w = w >> 16 | (uint32_t)from[n + 2] << 16 | (uint32_t)from[n + 3] << 24;
        uint32_t h = w & 0xFFFF;
        if ((REFERENCES >> (h >> 11) & 1) && (h >> 11 != LOAD_WIDE >> 11 || h == LOAD_WIDE)) {
            break;
        }
        if ((position & 3) == 0) {
            if (aligned && (in_pool(s, position) || in_image(s, w))) {
                break;
            }
            if (s->pointer_run > 0) {
                if (aligned && is_ram(w)) {
                    break;
                }
                s->pointer_run--;
            }
        }
        out[n] = (uint8_t)w;
        out[n + 1] = (uint8_t)(w >> 8);
        s->tail = s->tail >> 16 | w << 16;
    }
    s->position = position;
    s->from += n;
    s->left -= n;
    s->block -= n;
    s->run += n;
    return n;
}

void quine_stream_copy_unit(struct quine_stream *s, const struct quine_old *old)
{
    if (s->block == 0 && (!s->block_started || s->run >= 32)) {
        start_block(s);
    }
    struct unit u;
    predict(s, old, &u);
    uint32_t v = u.candidates[0];
    if (s->block == 0 || !s->clean) {
        // A block that is not clean ends with its first miss, at the latest with
        // its last unit.
        bool last = s->block > 0 && u.size >= s->block;
        if (last || quine_stream_misses(s, &u)) {
            v = quine_stream_miss(s, &u);
            s->block = 0;
        }
    }
    commit(s, &u, v);
    s->from += u.size;
    s->left -= u.size;
    s->block -= s->block < u.size ? s->block : u.size;
}
