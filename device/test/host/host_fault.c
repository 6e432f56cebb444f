// SPDX-License-Identifier: BSD-3-Clause
// The faults of host_fault.h.
#include "host_fault.h"

#include "host_flash.h"
#include "quine_error.h"
#include "quine_port.h"

#include <string.h>

static struct {
    uint32_t from; // reads until the first one that fails, 0 for no plan
    uint32_t left; // reads that fail, 0 for all
    enum host_fault how;
} plan;

static uint8_t other[QUINE_STORE_SIZE];

void host_fault_plan(uint32_t from, uint32_t n, enum host_fault how)
{
    plan.from = how == HOST_FAULT_NONE ? 0 : from;
    plan.left = n;
    plan.how = how;
}

void host_fault_other(const uint8_t *data, uint32_t n)
{
    if (n > sizeof other)
        host_fatal("the other store is larger");
    memset(other, QUINE_ERASED, sizeof other);
    memcpy(other, data, n);
}

void host_keep_fault(void)
{
    host_keep(&plan, sizeof plan);
}

// Says what befalls the next read.
static enum host_fault next(void)
{
    if (plan.from == 0u)
        return HOST_FAULT_NONE;
    if (plan.from > 1u) {
        plan.from--;
        return HOST_FAULT_NONE;
    }
    if (plan.left > 0u && --plan.left == 0u)
        plan.from = 0;
    return plan.how;
}

bool host_fault_dead(void)
{
    return plan.from == 1u && (plan.how == HOST_FAULT_ERROR || plan.how == HOST_FAULT_BUSY ||
                               plan.how == HOST_FAULT_ONES || plan.how == HOST_FAULT_ZEROS);
}

static void junk(uint8_t *data, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        data[i] = (uint8_t)host_chance();
}

int host_fault(uint32_t offset, const uint8_t *found, uint8_t *data, uint32_t n)
{
    enum host_fault how = next();

    host_stats.reads++;
    switch (how) {
    case HOST_FAULT_ERROR:
    case HOST_FAULT_GARBLED:
        junk(data, n);
        break;
    case HOST_FAULT_BUSY:
        break;
    case HOST_FAULT_SHORT:
        memcpy(data, found, n / 2u);
        break;
    case HOST_FAULT_ONES:
    case HOST_FAULT_ZEROS:
        memset(data, how == HOST_FAULT_ONES ? 0xFF : 0, n);
        break;
    case HOST_FAULT_OTHER:
        memcpy(data, other + offset, n);
        break;
    case HOST_FAULT_NONE:
    case HOST_FAULT_FLIPPED:
        memcpy(data, found, n);
        break;
    }
    if (how == HOST_FAULT_FLIPPED)
        data[host_chance() % n] ^= (uint8_t)(1u << host_chance() % 8u);
    return how == HOST_FAULT_ERROR || how == HOST_FAULT_BUSY ? QUINE_ERR_IO : QUINE_OK;
}
