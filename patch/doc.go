// SPDX-License-Identifier: BSD-3-Clause

// Package patch makes and applies patches, the files that turn the image a device
// runs into another one. It implements spec/patch.md.
//
// [Create] makes a patch for a device and [Apply] does on the host what the device
// does with it, with the same checks in the same order; [Keys] does so with the keys
// of a device. [ParseHeader] tells what a
// patch announces. [CreateRaw] and [ApplyRaw] are the same codec for any two
// binaries.
//
// # Errors
//
// An error that is about a patch is a [*quine.Error] and has the number that a
// device would return; its offset counts bytes of the patch.
//
// # Determinism
//
// The same images, options and version of this package give the same patch; of an
// encrypted one only the size, for it has a new nonce each time.
package patch
