// SPDX-License-Identifier: BSD-3-Clause

// Package quine holds what the host packages of Quine, a firmware update system
// for ARM Cortex-M, have in common with the device: the error numbers of
// spec/errors.md.
//
// Most programs want package [github.com/quine-fw/quine/image], which seals and
// checks images, and package [github.com/quine-fw/quine/patch], which makes and
// applies patches.
package quine

import (
	"fmt"
	"strings"
)

// A Code is an error number of spec/errors.md. Codes are negative and never
// reused; a Code is itself an error, so that errors.Is(err, quine.CodeBase)
// works on whatever the packages return.
type Code int

// The error numbers. The device returns the same ones.
const (
	CodeIO         Code = -1
	CodeState      Code = -2
	CodePending    Code = -3
	CodeFormat     Code = -4
	CodeProfile    Code = -5
	CodeReserved   Code = -6
	CodeHeader     Code = -7
	CodeBase       Code = -8
	CodeProduct    Code = -9
	CodeHardware   Code = -10
	CodeLayout     Code = -11
	CodeRollback   Code = -12
	CodeSize       Code = -13
	CodeTruncated  Code = -14
	CodeTrailing   Code = -15
	CodeStream     Code = -16
	CodeDigest     Code = -17
	CodeSignature  Code = -18
	CodeUnsigned   Code = -19
	CodeEncryption Code = -20
	CodeManifest   Code = -21
	CodeBoot       Code = -22
	CodeAttempts   Code = -23
	CodeStale      Code = -24
	CodeNoImage    Code = -25
	CodeTag        Code = -26
)

// text is the table of spec/errors.md, by the code's absolute value.
var text = [...]struct{ name, meaning, cure string }{
	1:  {"IO", "flash or store failed, or read back something else", "check the part and its wiring; try again"},
	2:  {"STATE", "function called out of order", "call `begin` first"},
	3:  {"PENDING", "a valid staged image waits to be installed", "reset first"},
	4:  {"FORMAT", "not a Quine patch, or of another container format", "send a patch made by `quine diff`"},
	5:  {"PROFILE", "stream profile this decoder does not have", "use the `quine` that matches the device"},
	6:  {"RESERVED", "reserved bits are set", "use the `quine` that matches the device"},
	7:  {"HEADER", "header checksum wrong", "send the patch again"},
	8:  {"BASE", "patch was made for another running image", "diff against the image the device runs"},
	9:  {"PRODUCT", "image is for another product", "build for this product, or set its number as QUINE_PRODUCT in the configuration of the boot sector"},
	10: {"HARDWARE", "image does not run on this hardware revision", "`quine seal --hardware` with a range that has the device's revision"},
	11: {"LAYOUT", "load address or boot layout differs", "build for the device's part, memory layout and boot ABI"},
	12: {"ROLLBACK", "security counter is lower than the device's", "`quine seal --counter` with at least the number that the device runs"},
	13: {"SIZE", "image does not fit the application region or the store", "make the image smaller, or region and store larger"},
	14: {"TRUNCATED", "patch ended before the image was whole", "send all of it"},
	15: {"TRAILING", "bytes follow the end of the patch", "send only the patch"},
	16: {"STREAM", "patch body is malformed", "send the patch again"},
	17: {"DIGEST", "rebuilt, staged or installed image has not the announced digest", "send the patch again"},
	18: {"SIGNATURE", "signature does not verify", "sign with a key of the device, which `quine inspect` lists"},
	19: {"UNSIGNED", "the device takes only signed, or only unsigned, images", "`quine seal --key` for a device with keys, without it for one that has none"},
	20: {"ENCRYPTION", "the device takes only encrypted, or only plain, patches", "`quine diff --encrypt-key` for a device with a key, without it for one that has none"},
	21: {"MANIFEST", "manifest is malformed; from boot also: not one for this device", "seal the image"},
	22: {"BOOT", "the boot sector may not change on this device", "`quine seal --boot-from`"},
	23: {"ATTEMPTS", "verification was tried as often as allowed", "see why the device resets while it verifies"},
	24: {"STALE", "staged image was made for another running image", "send a patch for the image that runs now"},
	25: {"NO_IMAGE", "no staged image verifies and the application is incomplete", "program a whole image"},
	26: {"TAG", "a piece of an encrypted patch is not what its tag says, or the key is another one", "send the patch again, made with the key of the device"},
}

// Known reports whether c is one of the numbers above.
func (c Code) Known() bool { return c < 0 && int(-c) < len(text) }

// Name returns the name of c in spec/errors.md, such as "BASE", or "" for a
// number that is not in it.
func (c Code) Name() string {
	if !c.Known() {
		return ""
	}
	return text[-c].name
}

// Meaning returns what c says about the patch, image or device, "" when unknown.
func (c Code) Meaning() string {
	if !c.Known() {
		return ""
	}
	return text[-c].meaning
}

// Cure returns what to do about c, "" when there is no general advice.
func (c Code) Cure() string {
	if !c.Known() {
		return ""
	}
	return text[-c].cure
}

// Error returns, for example, "E8 base: patch was made for another running
// image".
func (c Code) Error() string {
	if !c.Known() {
		return fmt.Sprintf("E%d: unknown error number", -int(c))
	}
	return fmt.Sprintf("E%d %s: %s", -int(c), strings.ToLower(c.Name()), c.Meaning())
}

// An Error is a Code with what is known about the place and the cause.
type Error struct {
	Code   Code
	Offset int64  // bytes into the input that is at fault; negative when unknown
	Detail string // what exactly is wrong, without a full stop; may be empty
	Err    error  // the cause; may be nil
}

// Errorf returns an [*Error] with code c at no known offset. The format works as
// in [fmt.Errorf]; an operand of the verb %w becomes the cause.
func Errorf(c Code, format string, args ...any) *Error {
	return errorAt(c, -1, format, args...)
}

// ErrorAt is like [Errorf] for a fault at a known offset.
func ErrorAt(c Code, offset int64, format string, args ...any) *Error {
	return errorAt(c, offset, format, args...)
}

func errorAt(c Code, offset int64, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	e := &Error{Code: c, Offset: offset, Detail: err.Error()}
	if u, ok := err.(interface{ Unwrap() error }); ok {
		e.Err = u.Unwrap()
	}
	return e
}

// Error returns the text of the code, then detail and offset where known.
func (e *Error) Error() string {
	s := e.Code.Error()
	switch {
	case e.Detail != "":
		s += ": " + e.Detail
	case e.Err != nil:
		s += ": " + e.Err.Error()
	}
	if e.Offset >= 0 {
		s += fmt.Sprintf(" (at byte %d)", e.Offset)
	}
	return s
}

// Is reports whether target is the code of e, so that errors.Is works on codes.
func (e *Error) Is(target error) bool {
	c, ok := target.(Code)
	return ok && c == e.Code
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
