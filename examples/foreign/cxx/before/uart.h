// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <stdint.h>

// A thing that text goes to.
class Output {
public:
    virtual void put(char c) = 0;

    Output &operator<<(const char *text)
    {
        while (*text != '\0')
            put(*text++);
        return *this;
    }
};

// The UART of the CMSDK.
class Uart final : public Output {
public:
    explicit Uart(uintptr_t base);
    void put(char c) override;
    int get(); // -1 when nothing has come

private:
    volatile uint32_t *const registers;
};

extern Uart uart;
