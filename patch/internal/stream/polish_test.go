// SPDX-License-Identifier: BSD-3-Clause

package stream

import "testing"

// TestTrialWork gives up a trial before it reaches the bytes that it would leave out.
func TestTrialWork(t *testing.T) {
	image := madeUpImage(1, 2000, 0)
	e := &encoding{old: image, new: image}
	p := &polisher{enc: e, state: *e.newCodec(&costMeter{}, []operation{{size: 2000}})}
	p.setRange()
	p.estimate(p.state.plan, 0)
	if spent := -p.work; p.skip == 0 || spent < workTrial || spent > 2*workTrial {
		t.Errorf("work %d, left out %d", spent, p.skip)
	}
}
