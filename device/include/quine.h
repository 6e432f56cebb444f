// SPDX-License-Identifier: BSD-3-Clause
// Quine's update client: takes a patch from any transport, rebuilds the complete new image from the
// running one in the staging store, and hands it to boot.
//
//     static struct quine_update u;                  // make size prints its size
//     quine_update_begin(&u);
//     quine_update_write(&u, bytes, n);              // as they arrive, any n
//     quine_update_finish(&u);
//     quine_update_install();                        // resets
//
// Every function returns QUINE_OK or a negative number of quine_error.h (spec/errors.md). Whatever
// arrives, the running application is not touched; whatever fails, begin starts anew. Call from one
// thread, not from interrupts. A call blocks for a few store operations at most, but for two: the write that
// completes the header of a signed patch verifies its signature (40 million instructions on a Cortex-M0,
// 13 million on a Cortex-M4), and finish reads and hashes the whole image (some 50 instructions a byte),
// in which nothing feeds the watchdog.
#ifndef QUINE_H
#define QUINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "quine_error.h"
#include "quine_patch.h"

#include <quine_update_store.h>

#define QUINE_UPDATE_PAGE 64u // bytes written to the store at a time

// An update in progress. Plain memory without interior pointers: it may be copied, but must not be kept
// over a reset: boot may have begun to install. Do not rely on its contents.
struct quine_update {
    struct quine_patch patch;
    struct quine_update_store store;
    uint32_t fill;                   // bytes in page
    int32_t state;                   // see quine_update.c, or the error that ended the update
    uint8_t page[QUINE_UPDATE_PAGE]; // 4-byte aligned by what is before it
};

struct quine_version {
    uint8_t major, minor;
    uint16_t patch;
    uint32_t build;
    uint32_t counter; // security counter
    uint8_t id[8];    // head id
};

struct quine_status {
    struct quine_version version; // of the running application
    bool pending;                 // a staged image waits to be installed at the next reset
    int reason;                   // why boot did not install the last one; QUINE_OK when it did
};

// Starts an update.
//
// Refused while a staged image is pending, unless boot has refused that image: reset or abort first.
// Writes nothing.
// Power loss: none to speak of; RAM only.
// Returns QUINE_OK, QUINE_ERR_PENDING, or QUINE_ERR_IO when the store does not tell.
int quine_update_begin(struct quine_update *u);

// Takes the next n bytes of the patch, any n from 0 up.
//
// Nothing is erased before the patch's header is complete and says that this device may take it; of
// an encrypted patch, the first piece must be authentic, too. Then the header of the staging store is
// erased, and the image rebuilt behind it as bytes arrive.
// Power loss: the update is lost and begins anew; the running application is as it was.
// Returns QUINE_OK, an error of the header or the stream, QUINE_ERR_TAG, QUINE_ERR_IO from the store,
// QUINE_ERR_STATE without a begin, or the error that has ended this update before.
int quine_update_write(struct quine_update *u, const void *data, size_t n);

// Ends the patch: rebuilds what is left, reads the whole staged image back, checks it against the
// announced digest, and marks it as pending.
// Power loss: as in write until the mark is whole; from then on the next reset installs.
// Returns QUINE_OK, QUINE_ERR_TRUNCATED, QUINE_ERR_TAG, QUINE_ERR_DIGEST, QUINE_ERR_SIGNATURE,
// QUINE_ERR_IO or as write.
int quine_update_finish(struct quine_update *u);

// Resets the part, so that boot installs the pending image. Does not return on success.
// Power loss: a reset as any other.
// Returns QUINE_ERR_STATE when nothing is pending.
int quine_update_install(void);

// Drops an update that was begun, or that was finished since the last reset.
//
// A pending image that boot has seen stays: boot may have begun to install it, and then it is the
// only whole image there is.
// Power loss: the image is dropped or still pending.
// Returns QUINE_OK, QUINE_ERR_PENDING or QUINE_ERR_IO.
int quine_update_abort(struct quine_update *u);

// Reads the state of updates and the running application's version.
void quine_status(struct quine_status *status);
void quine_version(struct quine_version *version);

#ifdef __cplusplus
}
#endif

#endif
