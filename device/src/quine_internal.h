// SPDX-License-Identifier: BSD-3-Clause
// What the files of the boot sector share. Nothing here is for the application.
#ifndef QUINE_INTERNAL_H
#define QUINE_INTERNAL_H

#include "quine_boot.h"
#include "quine_port.h"

#include <quine_digest.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUINE_CHUNK 32u // bytes of an image handled at a time; each size is a multiple

_Static_assert(QUINE_MANIFEST_OFFSET % QUINE_CHUNK == 0 && QUINE_SEAL_OFFSET % QUINE_CHUNK == 0,
               "manifest and seal lie at the start of a chunk");

// Where flash is read at an offset.
#if defined(__arm__)
#define QUINE_FLASH(offset) ((const uint8_t *)(QUINE_FLASH_BASE + (offset)))
#else
#define QUINE_FLASH(offset) ((const uint8_t *)quine_flash + (offset))
#endif

// The start of a manifest, spec/image.md section 2: all that boot decides by.
struct quine_manifest {
    uint32_t magic;
    uint32_t format; // and flags and boot ABI
    uint32_t id[2];
    uint32_t size;
    uint32_t load_address;
    uint32_t product;
    uint16_t hardware_min, hardware_max;
    uint32_t rest[(QUINE_DIGEST_KEPT - 32u) / 4u];
};

#define QUINE_RUNNING ((const struct quine_manifest *)(const void *)QUINE_FLASH(QUINE_MANIFEST_OFFSET))

// What boot has in RAM but its stack. Only the record means anything before boot has run; the rest is the
// application's once that has started. One struct, so that one address reaches all of it.
struct quine_ram {
    struct quine_record record;
    uint32_t header[8];                     // of the staging store, while the application is complete
    uint32_t feeds;                         // of the watchdog in the last wait of boot
    uint32_t seal[8];                       // what is programmed over the seal, in whole units
    struct quine_manifest manifest;         // the copy that was verified; no other is believed
    uint32_t sector0[QUINE_BOOT_SIZE / 4u]; // the boot sector that was verified
    uint32_t chunk[QUINE_CHUNK / 4u];       // one other chunk at a time, right behind
};

extern struct quine_ram quine_ram; // the linker fragment places it

// Its address in a register: without the line of assembler the compiler makes a constant of the address
// of each member.
static inline __attribute__((always_inline)) struct quine_ram *quine_ram_here(void)
{
    struct quine_ram *ram = &quine_ram;
    __asm__("" : "+r"(ram));
    return ram;
}

// What quine_fetch takes a chunk of an image from.
enum quine_source {
    QUINE_STAGED,    // the store; what belongs to sector 0 stays in quine_ram.sector0
    QUINE_NEW,       // sector 0 from there, the rest from the store
    QUINE_INSTALLED, // sector 0 from there, the rest from flash
};

// Whether quine_fetch may fail: not where all is in flash that has no ECC.
#if defined(QUINE_STORE_MAPPED) && defined(QUINE_FLASH_NO_ECC)
#define QUINE_FETCH_FAILS 0
#else
#define QUINE_FETCH_FAILS 1
#endif

// Gets the chunk at offset, with the seal blank. Feeds the watchdog.
// Returns where the chunk lies until the next call, or NULL when it cannot be read.
uint32_t *quine_fetch(uint32_t offset, enum quine_source source);

// Copies n bytes, not 0; all three are multiples of 4.
void quine_copy(void *to, const void *from, uint32_t n);

// The same with a chunk.
void quine_copy_chunk(void *to, const void *from);

// Says whether two ids are the same and may be a head id: none of the four halves is 0x0000 or 0xFFFF
// (spec/image.md section 4), so a blank, a zeroed or a half programmed unit is never one.
bool quine_same_id(const void *a, const void *b);

// Says whether an id is that of the application, and may be a head id.
bool quine_is_running(const void *id);

// Complete means that boot has verified the whole installed image: the seal holds its id.
bool quine_complete(void);

// Reads the staged or the installed image once and decides whether it is the one that the manifest
// announces: the manifest that it meets in the staged image and keeps in quine_ram, after it was
// checked against this device, or the one that was kept before. Its size, in quine_ram, reaches behind the manifest's
// first chunk when it is called.
// Returns QUINE_OK, QUINE_ERR_MANIFEST, QUINE_ERR_DIGEST, or QUINE_ERR_IO when a read fails.
int quine_verify(enum quine_source source);

// The RAM kernel: what runs while flash is busy or while sector 0 is gone. QUINE_IN_RAM is the copy of
// one of its functions that quine_kernel_load puts into RAM.
int quine_kernel_pass(uint32_t start, uint32_t end);
int quine_kernel_replace(struct quine_ram *ram, uint32_t extent);
void quine_kernel_finish(struct quine_ram *ram) __attribute__((noreturn));

#if defined(__arm__)
// The linker fragment places code and copy. It knows addresses only, so the Thumb bit is set here.
extern const uint32_t quine_kernel_start[], quine_kernel_size[];
extern uint32_t quine_kernel_ram[];
extern const uint8_t quine_kernel_replace_ram[], quine_kernel_finish_ram[];
#define QUINE_IN_RAM(function) ((__typeof__(&function))((uintptr_t)function##_ram + 1u))

static inline __attribute__((always_inline)) void quine_kernel_load(void)
{
    quine_copy(quine_kernel_ram, quine_kernel_start, (uint32_t)quine_kernel_size);
    // What was stored is fetched from here on (ARMv7-M ARM A3.7); the cores of ARMv6-M have nothing between.
    // Caches need no more than that: a reset has turned them off, whatever the application had
    // enabled (B2.2).
#if !defined(__ARM_ARCH_6M__)
    __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
}
#else
#define QUINE_IN_RAM(function) function
static inline void quine_kernel_load(void)
{
}
#endif

// A store that can be read as memory needs no code of its own.
#if defined(QUINE_STORE_MAPPED)
static inline __attribute__((always_inline)) void quine_boot_store_open(void)
{
}

static inline __attribute__((always_inline)) int
quine_boot_store_read(uint32_t offset, void *data, uint32_t n)
{
    (void)n;
    quine_copy_chunk(data, QUINE_FLASH(QUINE_STORE_MAPPED + offset));
    return QUINE_OK;
}

static inline __attribute__((always_inline)) int quine_boot_store_consume(void)
{
    return quine_flash_erase(QUINE_STORE_MAPPED);
}
#endif

// Given by the core's start file and the linker fragment.
extern const uint8_t quine_app_vectors[];

// Decides what to run; entered from the reset vector with interrupts off. Returns when the application
// is to be started.
void quine_boot_main(struct quine_ram *ram);

#endif
