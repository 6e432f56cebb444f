// SPDX-License-Identifier: BSD-3-Clause
// The Simple Management Protocol on the console's UART: mcumgr, smpmgr, smpclient and `quine push`
// send patches with it. Protocol and framing are those of Zephyr's documentation, "SMP Protocol
// Specification" and "SMP over console": a frame is lines of base64, each marked by two bytes that no
// console text has.
//
//     smp.c            frames: marks, base64, length, CRC
//     smp_commands.c   what the commands do
//     cbor.c           the encoding of their arguments
#ifndef SMP_H
#define SMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SMP_FRAME_MAX 384u  // longest request: length, header, arguments, CRC
#define SMP_ANSWER_MAX 256u // longest answer without length and CRC

// Takes a byte from the UART. Runs the command when a frame is complete and its CRC right; what is
// not right is dropped, and the client sends it again.
// Returns false when the byte belongs to no frame, but to the console.
bool smp_take(uint8_t byte);

// Sends an answer of at most SMP_ANSWER_MAX bytes.
void smp_send(const uint8_t *message, size_t n);

// Runs the command in a request of n bytes, any content, and sends the answer.
void smp_run(const uint8_t *request, size_t n);

#endif
