// SPDX-License-Identifier: BSD-3-Clause
// The contract between the boot sector and the application linked with it.
//
// The application reaches boot code only through the record below, never by symbol: a release may
// carry the boot sector of an older one (`quine seal --boot-from`), where functions lie elsewhere.
// The layout is spec/image.md section 3. Whoever changes a field or the meaning of a function
// raises QUINE_BOOT_ABI.
#ifndef QUINE_BOOT_H
#define QUINE_BOOT_H

#include <stdint.h>

#define QUINE_BOOT_ABI 1u
#define QUINE_BOOT_SIZE 4096u // bytes of flash that hold all boot code
#define QUINE_MANIFEST_SIZE 128u
#define QUINE_ID_SIZE 8u
#define QUINE_DIGEST_SIZE 32u // SHA-256

#define QUINE_BOOT_SIGNED 0x0001u    // only signed images are installed
#define QUINE_BOOT_ENCRYPTED 0x0002u // the staged image is encrypted
#define QUINE_BOOT_FIXED 0x0004u     // an update never changes the boot sector
#define QUINE_BOOT_ERASED_0 0x0008u  // erased cells read 0x00
#define QUINE_BOOT_INTERNAL 0x0010u  // the staging store lies in the flash that holds the image

// Reads n bytes of an image from offset into data. Returns QUINE_OK or QUINE_ERR_IO.
typedef int (*quine_read_fn)(uint32_t offset, void *data, uint32_t n);

// Constants of this device and the functions the boot sector lends to the application. All
// offsets count from the flash base, all sizes are bytes.
struct quine_boot_info {
    uint8_t magic[8]; // "QUINEBT1"
    uint16_t boot_abi;
    uint16_t flags;
    uint32_t load_address;
    uint32_t manifest_offset;
    uint32_t seal_offset;
    uint16_t seal_size;
    uint16_t hardware;
    uint32_t image_max; // largest image the application region takes
    uint32_t store_max; // largest image the staging store takes
    uint32_t product;
    uint16_t attempts_max;
    uint16_t program_unit;
    uint32_t store_offset; // of a store that is not internal: in its own memory
    uint32_t image_base;   // of the staged image in the store

    // The application's vector table, where boot starts it: the same in every release that carries
    // this boot sector.
    const void *app_vectors;

    // What boot left for the application to read: in RAM, kept over a reset.
    struct quine_record *record;

    // CRC-32 (IEEE 802.3); start with crc = 0, or continue with the value returned before.
    uint32_t (*crc32)(uint32_t crc, const void *data, uint32_t n);

    // Internal flash, see quine_port.h.
    int (*flash_erase)(uint32_t offset);
    int (*flash_program)(uint32_t offset, const void *data, uint32_t n);

    // Resets the part.
    void (*reset)(void);
};

// What boot remembers over a reset. Lost with power, which only makes boot check once more.
struct quine_record {
    uint32_t running; // its own address while boot code runs, on cores without VTOR: a fault then resets
    uint32_t refused; // CRC of the staging header that boot refused, 0 when none
    int32_t state;    // above 0: verifications begun since the last one that ended
                      // below 0: enum quine_error, why the last staged image was not installed
    int32_t check;    // ~state; anything else when RAM was lost
};

// The boot sector's record in flash. Its contents are hidden from the optimiser on purpose: the
// boot sector that a device runs may be an older one than the one linked here.
extern const struct quine_boot_info quine_boot_info;

static inline const struct quine_boot_info *quine_boot(void)
{
    const struct quine_boot_info *info = &quine_boot_info;
    __asm__("" : "+r"(info));
    return info;
}

#endif
