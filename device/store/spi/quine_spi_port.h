// SPDX-License-Identifier: BSD-3-Clause
// What an integrator provides for a store on an SPI bus: a file quine_spi.h on the include path that
// defines the functions below. Each is compiled twice, into the boot sector and into the application,
// because an application may run with the boot sector of an older release and then finds none of its
// functions where it was linked with them. So they are static and always inlined, call nothing but
// inline functions, and use no constant in flash: boot's copy also runs from RAM, after the boot
// sector has been rewritten.
//
// SPI mode 0 or 3, eight bits a frame, most significant bit first. At most the clock that the chip
// takes for the plain read command 03h.
#ifndef QUINE_SPI_PORT_H
#define QUINE_SPI_PORT_H

#include <stdbool.h>
#include <stdint.h>

#define QUINE_SPI_INLINE static inline __attribute__((always_inline))

// Sets up pins, clock and controller, whatever the application has left there, and deselects the chip:
// the reset may have come in the middle of a frame. Boot calls it; the application does what it needs
// before it calls the update client. Where the application drives the chip over more than one data
// line, this also takes the chip out of that mode (QPI): frames of one line cannot.
// Power loss: nothing to lose.
QUINE_SPI_INLINE void quine_spi_open(void);

// Selects the chip (CS low), or deselects it once the last byte has gone.
// Power loss: a frame that has not ended has changed nothing in flash, and the bytes sent in FRAM.
QUINE_SPI_INLINE void quine_spi_select(bool on);

// Sends one byte to the selected chip and returns the byte that came back meanwhile. Must return
// whether there is a chip or not.
// Power loss: as quine_spi_select.
QUINE_SPI_INLINE uint8_t quine_spi_exchange(uint8_t out);

#include "quine_spi.h"

#endif
