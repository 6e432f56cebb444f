// SPDX-License-Identifier: BSD-3-Clause
// What the models of the flash controllers share, and what each of them provides.
//
// A model answers every register and flash access of a driver, keeps the flash array, raises the
// errors that the controller raises, and complains about what no right driver does: an access of a
// wrong width, a register written out of order, a flag left set. Operations take time: the controller
// stays busy for a number of polls, and the cells hold junk until it is done.
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

// What a controller does with a unit that is programmed without having been erased.
enum model_overwrite {
    MODEL_ANDS,    // clears bits; the model complains unless only zeros are written
    MODEL_REFUSES, // raises an error unless only zeros are written
    MODEL_NEVER,   // raises an error
};

struct model {
    uint32_t flash_size; // bytes modelled
    enum model_overwrite overwrite;
    void (*power_on)(void);
    uint32_t (*read)(uint32_t address, unsigned width);
    void (*write)(uint32_t address, unsigned width, uint32_t value);
    void (*at_rest)(void);            // complains if a mode, a flag or an operation is left
    void (*protect)(uint32_t offset); // write-protects the sector of offset, NULL if none can be
    void (*protect_code)(uint32_t offset); // PCROP, likewise; one of two areas by turns
    void (*protect_boot)(void);       // write-protects the boot sector alone; NULL if the part cannot
    void (*other_geometry)(void);     // sets option bytes that the driver does not do; NULL if none
    void (*leave_flags)(void);        // what an application may leave: error flags, caches on
    void (*leave_unlocked)(void);     // likewise; NULL if there is no lock
    void (*supply_low)(void);         // NULL if the driver need not look
    void (*hang)(void);               // the next operation never ends; NULL if waits are unbounded
    void (*double_error)(void);       // a read has met a double ECC error; NULL without ECC
    void (*nmi)(void);                // the port's handler of that, likewise
};
extern const struct model model;

// A breach of the manual. Counted and printed, unless a test expects this text.
void model_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The driver has reset the part by other means than AIRCR.
void model_has_reset(void) __attribute__((noreturn));

// The watchdog was fed.
void model_fed(void);

// Start of an operation that keeps the controller busy for polls of its status. Cells hold junk
// until model_poll has said that it is over.
void model_start_erase(uint32_t offset, uint32_t n, uint32_t polls);
void model_start_program(uint32_t offset, uint32_t n, const uint8_t *data, uint32_t polls);
bool model_poll(void);
bool model_busy(void);
void model_stick(void); // the next operation never ends

// Whether n bytes at offset are erased, or data is all zeros.
bool model_erased(uint32_t offset, uint32_t n);
bool model_zeros(const uint8_t *data, uint32_t n);

// The first word of flash, and whether it has been erased or programmed since power-on.
uint32_t model_word0(void);
bool model_word0_touched(void);

// The offset in flash of an access, or false when it lies elsewhere.
bool model_in_flash(uint32_t address, uint32_t *offset);

// Stores the bytes of value, lowest first.
void model_bytes(uint8_t *to, unsigned width, uint32_t value);

#endif
