// SPDX-License-Identifier: BSD-3-Clause
// What the models tell the tests.
#ifndef TEST_PORT_H
#define TEST_PORT_H

#include <stdint.h>

#define TEST_FLASH_SIZE 0x200000u

void model_reset(void); // of everything but the cells, as by power-on

void test_complaint(const char *text);
void test_reset(void) __attribute__((noreturn)); // the driver has reset the part

void test_give_up(void) __attribute__((noreturn)); // nothing more can be tested

#endif
