// SPDX-License-Identifier: BSD-3-Clause

package image

import (
	"errors"

	"github.com/quine-fw/quine"
)

// shift moves the offset of err, which counts from the start of a part of the
// input, by the part's own offset.
func shift(err error, by int64) error {
	var e *quine.Error
	if errors.As(err, &e) && e.Offset >= 0 {
		moved := *e
		moved.Offset += by
		return &moved
	}
	return err
}
