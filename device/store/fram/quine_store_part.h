// SPDX-License-Identifier: BSD-3-Clause
// Staging store in an SPI FRAM (or MRAM with the same commands). quine_config.h gives
//   QUINE_STORE_OFFSET   first byte of the store in the chip
//   QUINE_STORE_SIZE     its size in bytes
//   QUINE_STORE_UNIT     what counts as an erase unit: a multiple of 64, of which size is a multiple.
//                        The header takes one, so 64 wastes least
//   QUINE_FRAM_CLOCK     the fastest SPI clock that boot or application use, in Hz
// and may give
//   QUINE_FRAM_ADDRESS   bytes of an address: 2 up to 64 KiB, 3 above
//   QUINE_FRAM_PROTECT   bits of the status register that protect the store from being changed; 0
//                        where other parts of the chip are protected on purpose
//
// FRAM is not erased: a byte changes when it is written, whatever it was. To erase a unit here means to
// write ones to it, so that all rules of spec/staging.md stay what they are. They hold:
//
// - A cut leaves the bytes before it written, those behind it as before, and in the one between any
//   value; none reads differently at each read. The first bytes of the header are the magic, so an
//   erase of the header that has begun is as good as done, and a header whose last bytes, the CRC, are
//   not written is none.
// - Nothing needs the ones in the image's units: they cost the time of a second write, and are what
//   makes a store that has lost power look the same as in flash.
//
// A read of FRAM destroys and restores the cell. The chip finishes that by itself if the supply falls
// no faster than its data sheet allows: see to the capacitors.
#ifndef QUINE_STORE_PART_H
#define QUINE_STORE_PART_H

#ifndef QUINE_FRAM_ADDRESS
#define QUINE_FRAM_ADDRESS 3
#endif
#ifndef QUINE_FRAM_PROTECT
#define QUINE_FRAM_PROTECT 0x0Cu // BP1, BP0
#endif

#define QUINE_STORE_IMAGE QUINE_STORE_UNIT
#define QUINE_STORE_IMAGE_MAX (QUINE_STORE_SIZE - QUINE_STORE_UNIT)

_Static_assert(QUINE_STORE_UNIT % 64u == 0u && QUINE_STORE_SIZE % QUINE_STORE_UNIT == 0u &&
                   QUINE_STORE_SIZE > QUINE_STORE_UNIT,
               "store is not made of units");
_Static_assert(QUINE_FRAM_ADDRESS == 3 || (QUINE_FRAM_ADDRESS == 2 &&
                   QUINE_STORE_OFFSET + QUINE_STORE_SIZE <= 0x10000u),
               "2 address bytes reach 64 KiB");

#endif
