// SPDX-License-Identifier: BSD-3-Clause

// Command bench measures the encoder on pairs of firmware images.
//
//	bench -corpus DIR [-effort 1,9] [-o build/bench.json]
//
// Each folder of DIR with the files old.bin and new.bin is a pair. For each pair,
// and for each effort, bench makes the raw patch in a process of its own, applies
// it, and notes bytes, time and peak memory. A file DIR/peers.csv adds what other
// tools need: its first line names the columns, the first of which is the pair, and
// each column that holds nothing but sizes is a peer. If bsdiff is installed it
// runs on the same pair just before, so that times can be compared on a machine
// with other work to do.
//
// A full patch of each new image is compared with heatshrink, as computed by this
// program (see heatshrink.go), and with LZMA, by xz if that is installed.
//
// The growth test joins the images of the corpus to pairs of 1, 2, 4, 8 and 16 MiB
// and tells how time and memory grow when images double. See growth.go.
//
// # Results
//
// The file that -o names holds one JSON object, [Report]; the comments of its type
// are the description of the format. Sizes are in bytes, times in seconds.
package main
