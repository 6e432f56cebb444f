// Quine's settings for app.elf on mps2/an386, laid out by quine init. Check each.
#ifndef QUINE_CONFIG_H
#define QUINE_CONFIG_H

// The product and the board revision. A device takes no image of another product, so no two products
// of yours may share the number; quine seal --hardware says which revisions an image runs on.
#define QUINE_PRODUCT 0x53494D43u
#define QUINE_HARDWARE 1u

// Bytes of flash that an image may fill, boot sector included: LENGTH of FLASH in link.quine.ld.
#define QUINE_IMAGE_MAX 0x20000u

// Verifications of a staged image that may end in a reset before boot gives it up, at least 2.
#define QUINE_ATTEMPTS_MAX 3u

// The staging store, where the new image is rebuilt: the rest of the flash. The first erase unit
// holds the header, the others an image of up to 128 KiB.
#define QUINE_STORE_OFFSET 0x20000u
#define QUINE_STORE_SIZE 0x40000u
#define QUINE_STORE_UNIT 131072u

// Where boot keeps the lowest security counter that it accepts: an erase unit that nothing else may use.
#define QUINE_FLOOR_OFFSET 0x60000u
#define QUINE_FLOOR_SIZE 4096u

#endif
