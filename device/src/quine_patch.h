// SPDX-License-Identifier: BSD-3-Clause

// The patch decoder (spec/patch.md): reads the header, decides by it before
// anything is erased, then rebuilds the announced image from the running one.
//
//     quine_patch_init
//     quine_patch_feed … until quine_patch_header says OK: check the signature,
//                        if any, then erase the store
//     quine_patch_feed, quine_patch_poll … in turn
//     quine_patch_end
//     quine_patch_poll … until it says OK: check the digest of the image
//
// Pieces may have any length from one byte up. The context holds no pointer, so
// a checkpoint is a memcpy of it. An error stays until the next init.
//
// Power loss: these functions touch RAM only.

#ifndef QUINE_PATCH_H
#define QUINE_PATCH_H

#include <stddef.h>
#include <stdint.h>

#include "quine_image.h"
#include "quine_stream.h"

// Container format, and the bits of the flags byte.
#define QUINE_PATCH_FORMAT 5u
#define QUINE_PATCH_SIGNED 0x01u
#define QUINE_PATCH_ENCRYPTED 0x02u
#define QUINE_PATCH_FULL 0x04u

#define QUINE_NONCE_SIZE 12u

// Longest header, bytes: fixed part, base id, 14 changed words of at most 5
// bytes, digest and signature, nonce, check.
#define QUINE_PATCH_HEADER_MAX \
    (4u + 4u + 14u * 5u + QUINE_DIGEST_SIZE + QUINE_SIGNATURE_SIZE + \
     QUINE_NONCE_SIZE + 2u)

// The decoder's context, 4160 bytes. manifest, digest, nonce and flags may be read once
// quine_patch_header has said OK; do not rely on the rest.
struct quine_patch {
    uint8_t manifest[QUINE_MANIFEST_SIZE]; // as announced
    uint8_t digest[QUINE_DIGEST_SIZE];     // as announced; signed patches only
    uint8_t nonce[QUINE_NONCE_SIZE];       // encrypted patches only
    uint8_t flags;                         // QUINE_PATCH_*
    uint8_t phase;
    uint8_t ended;        // no more input will come
    uint8_t header_size;  // bytes gathered
    uint8_t words;        // changed words that are still to come
    uint8_t varint;       // bytes of the current word so far
    uint8_t tail;         // bytes to come behind the words
    int32_t status;       // sticky error, or QUINE_OK
    uint32_t at;          // bytes of the image made
    union {
        uint8_t header[QUINE_PATCH_HEADER_MAX]; // until it is accepted
        struct quine_stream stream;             // from then on
    } u;
};

// Starts a patch.
void quine_patch_init(struct quine_patch *p);

// Takes up to n bytes of the patch; *used says how many.
//
// It takes fewer than n when the header is complete and waits for
// quine_patch_header, or when the stream's buffer is full and waits for
// quine_patch_poll. The body is taken in plain: that of an encrypted patch is the
// caller's to open, from where the header ended.
// Returns QUINE_OK, QUINE_ERR_FORMAT, _PROFILE, _RESERVED or _HEADER as soon as
// the bytes show it, QUINE_ERR_STATE after quine_patch_end, or an earlier error.
int quine_patch_feed(struct quine_patch *p, const uint8_t *in, size_t n,
                     size_t *used);

// Decides by the header whether the patch may be applied.
//
// device is the running boot sector's record; its crc32 and manifest_check are
// called. base is the running image's manifest, 128 bytes, or NULL when no
// complete image runs; then only a full patch is accepted. counter is the lowest
// security counter accepted. The signature is the caller's to verify, after OK
// and before anything is erased.
// Returns QUINE_MORE until the header is complete, QUINE_OK once it is accepted
// (and from then on), or the first error in the order of spec/patch.md
// section 5.
int quine_patch_header(struct quine_patch *p,
                       const struct quine_boot_info *device,
                       const uint8_t *base, uint32_t counter);

// Says that the patch is complete: no feed follows. Poll until it says OK.
void quine_patch_end(struct quine_patch *p);

// Makes up to cap bytes of the announced image, in order from offset 0; *made
// says how many, errors included. The seal is made as 0xFF.
//
// device is the one given to quine_patch_header. old is the running image with
// its seal as the hole and the size that its manifest states; NULL will do for a
// full patch.
// Returns QUINE_OK when the patch was ended and the whole image is made,
// QUINE_MORE when it needs input, the end, or room, or an error: _STREAM,
// _TRUNCATED, _TRAILING, or _STATE before the header was accepted. OK says
// nothing about the digest.
int quine_patch_poll(struct quine_patch *p,
                     const struct quine_boot_info *device,
                     const struct quine_old *old, uint8_t *out, size_t cap,
                     size_t *made);

#endif
