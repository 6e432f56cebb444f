#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# kernel.sh DIR: puts the source of the FreeRTOS kernel 11.2.0 into DIR, from the package freertos-next of
# crates.io, which carries it unchanged (MIT licence). FREERTOS=/path takes a checkout of your own.
set -eu
dir=$1
[ ! -e "$dir/tasks.c" ] || exit 0
if [ -n "${FREERTOS:-}" ]; then
    mkdir -p "$dir"
    cp -R "$FREERTOS/." "$dir"
    exit 0
fi
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
mkdir "$temp/src"
: >"$temp/src/lib.rs"
cat >"$temp/Cargo.toml" <<TOML
[package]
name = "kernel"
version = "0.0.0"
edition = "2021"

[dependencies]
freertos-next = "=0.12.0"
TOML
(cd "$temp" && cargo vendor --quiet vendor >/dev/null)
mkdir -p "$dir"
cp -R "$temp/vendor/freertos-next/FreeRTOS-Kernel/." "$dir"
