// SPDX-License-Identifier: BSD-3-Clause

// Package report tells where the bytes of a patch go: by kind, by place of the new
// image, and by causes that a developer can remove.
//
// [New] makes a [Report] of two images and the patch between them; the report can
// write itself as text and as a page of HTML, and marshals to JSON.
//
// A patch is a stream of coded decisions, each of which costs the binary logarithm
// of how unlikely the decoder held it. The sum of these fractions of bits is the
// size of the patch, but for the rounding at its end. Each is charged to the place
// of the new image that it is about; what it costs to say where a copy begins and
// ends is charged to the place where it begins.
package report
