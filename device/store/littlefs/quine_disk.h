// SPDX-License-Identifier: BSD-3-Clause
// Names of a store that serves as the disk below a file system. The functions are those of
// quine_port.h, with offsets from the start of the disk.
#ifndef QUINE_DISK_H
#define QUINE_DISK_H

#define quine_boot_store_open quine_boot_disk_open
#define quine_boot_store_read quine_boot_disk_read
#define quine_boot_store_consume quine_boot_disk_consume
#define quine_store quine_disk
#define quine_store_read quine_disk_read
#define quine_store_erase quine_disk_erase
#define quine_store_program quine_disk_program

#endif
