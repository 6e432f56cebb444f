// SPDX-License-Identifier: BSD-3-Clause

package model_test

import (
	"fmt"

	"github.com/quine-fw/quine/lab/model"
)

// Without the rule that an id of all ones is never valid, one cut suffices to
// start an erased application.
func ExampleExplore() {
	protocol := model.Full.Without(model.NoBlankID)
	result := model.Explore(protocol, model.Scenario{Old: 2, New: 2, Cuts: 1})
	fmt.Println(result.Violations[model.Mixed])
	// Output:
	// model: mixed: what starts is not one complete image
	// 	 1. Old starts
	// 	 2. client begins New
	// 	 3. New is staged
	// 	 4. install New
	// 	 5. destroy the seal
	// 	 6. replace sector 2
	// 	 7. replace sector 1; CUT before the program of the head id
	// 	 8. refused: stale header; the application starts
}
