#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the tools that are missing where that takes no password, and names them elsewhere.
set -eu
missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
need cc gcc
need cmake cmake
need arm-none-eabi-gcc gcc-arm-none-eabi
need qemu-system-arm qemu-system-arm
need openssl openssl
need softhsm2-util softhsm2
python3 -c 'import ensurepip' 2>/dev/null || missing="$missing python3-venv"
[ -e /usr/lib/arm-none-eabi/include/newlib.h ] || [ -e /usr/include/newlib/newlib.h ] ||
    { echo '#include <newlib.h>' | arm-none-eabi-gcc -E - >/dev/null 2>&1; } ||
    missing="$missing libnewlib-arm-none-eabi"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing:$missing"
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "quine: missing:$missing" >&2
    echo "quine: install with: sudo apt-get install$missing" >&2
    exit 1
fi
