// SPDX-License-Identifier: BSD-3-Clause

// Error numbers shared by the device library, the host tools and the test
// vectors. spec/errors.md says what each one means and what cures it.

#ifndef QUINE_ERROR_H
#define QUINE_ERROR_H

// Every function that can fail returns an int from this list. Numbers are never
// reused; errors are negative. Counts come back through pointers, so that no
// length can be taken for a status.
enum quine_error {
    QUINE_OK = 0,              // done
    QUINE_MORE = 1,            // not an error: needs more input or room
    QUINE_ERR_IO = -1,         // flash or store failed
    QUINE_ERR_STATE = -2,      // function called out of order
    QUINE_ERR_PENDING = -3,    // a valid staged image waits to be installed
    QUINE_ERR_FORMAT = -4,     // not a Quine patch, or of another format
    QUINE_ERR_PROFILE = -5,    // stream profile this decoder does not have
    QUINE_ERR_RESERVED = -6,   // reserved bits are set
    QUINE_ERR_HEADER = -7,     // header checksum wrong
    QUINE_ERR_BASE = -8,       // patch was made for another running image
    QUINE_ERR_PRODUCT = -9,    // image is for another product
    QUINE_ERR_HARDWARE = -10,  // image does not run on this hardware revision
    QUINE_ERR_LAYOUT = -11,    // load address or boot layout differs
    QUINE_ERR_ROLLBACK = -12,  // security counter is lower than the device's
    QUINE_ERR_SIZE = -13,      // image does not fit
    QUINE_ERR_TRUNCATED = -14, // patch ended before the image was whole
    QUINE_ERR_TRAILING = -15,  // bytes follow the end of the patch
    QUINE_ERR_STREAM = -16,    // patch body is malformed
    QUINE_ERR_DIGEST = -17,    // image has not the announced digest
    QUINE_ERR_SIGNATURE = -18, // signature does not verify
    QUINE_ERR_UNSIGNED = -19,  // signed where unsigned is due, or the reverse
    QUINE_ERR_ENCRYPTION = -20, // encrypted where plain is due, or the reverse
    QUINE_ERR_MANIFEST = -21,  // manifest is malformed
    QUINE_ERR_BOOT = -22,      // the boot sector may not change
    QUINE_ERR_ATTEMPTS = -23,  // verification was tried as often as allowed
    QUINE_ERR_STALE = -24,     // staged image is for another running image
    QUINE_ERR_NO_IMAGE = -25,  // nothing to boot and nothing to install
    QUINE_ERR_TAG = -26,       // a piece of an encrypted patch is not what its tag says
};

#endif
