// SPDX-License-Identifier: BSD-3-Clause

// The smallest firmware that can be sealed: a boot sector without any code that
// boots, and an application with initialised data, so that physical and virtual
// addresses differ. Never run, only read.

#include <stdint.h>

extern uint32_t stack_top[];

struct boot_info {
    uint8_t magic[8];
    uint16_t boot_abi, flags;
    uint32_t load_address, manifest_offset, seal_offset;
    uint16_t seal_size, hardware;
    uint32_t image_max, store_max, product;
    uint16_t attempts_max, program_unit;
    uint32_t store_offset, image_base;
    uint32_t app_vectors, record;
};

__attribute__((section(".boot.info"), used)) static const struct boot_info info = {
    .magic = {'Q', 'U', 'I', 'N', 'E', 'B', 'T', '1'},
    .boot_abi = 1,
    .flags = 0x10,
    .load_address = 0x08000000,
    .manifest_offset = 0x10C0,
    .seal_offset = 0x1140,
    .seal_size = 8,
    .hardware = 2,
    .image_max = 0x8000,
    .store_max = 0x8000,
    .product = 0x424C4E4B,
    .attempts_max = 8,
    .program_unit = 4,
    .store_offset = 0x8000,
    .image_base = 0x400,
    .app_vectors = 0x08001000,
    .record = 0x20000000,
};

__attribute__((section(".quine.manifest"), used)) static const uint8_t manifest[128] = {0};

static volatile uint32_t interval = 0x1FFF; // has a load address of its own

static void reset(void)
{
    volatile uint32_t *const led = (volatile uint32_t *)0x48000014;
    for (uint32_t count = 0;; count++)
        if ((count & interval) == 0)
            *led ^= 1u;
}

__attribute__((section(".boot.vectors"), used)) static const void *const boot_vectors[] = {
    stack_top, (const void *)reset};

__attribute__((section(".vectors"), used)) static const void *const vectors[48] = {
    stack_top, (const void *)reset};
