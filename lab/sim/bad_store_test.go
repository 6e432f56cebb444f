// SPDX-License-Identifier: BSD-3-Clause

package sim

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"testing"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/image"
)

var faultFlag = flag.String("fault", "", "fault of the store to replay, such as 17-1-busy")

// stagedPair is newPair with the new image staged: slot 1 keeps that.
func stagedPair(t testing.TB, g Geometry, sanitize bool) *pair {
	t.Helper()
	old, new := small(g)
	p := newPair(t, g, sanitize, old, new)
	check(t, p.Receive(Feed{}))
	check(t, p.Zero())
	check(t, p.Save(1))
	return p
}

// store returns what a store holds in which an image is staged.
func (p *pair) store(t *testing.T, base, staged *image.Image) []byte {
	t.Helper()
	s, err := p.StoreInfo()
	check(t, err)
	data := bytes.Repeat([]byte{0xFF}, s.ImageBase)
	copy(data, p.header(t, base, staged))
	var key []byte
	if staged.Boot.Flags&image.BootEncrypted != 0 {
		key = AESKey
	}
	content, err := staged.Stage(key, [12]byte{1, 2, 3})
	check(t, err)
	return append(data, content...)
}

// A storeTest breaks the store of a device that has an image staged.
type storeTest struct {
	*pair
	full   []byte // patch to the new image from any other
	verify int    // last read of the verification; the first one is the header's
	reads  int    // of all that boot does
	most   int    // the largest number of an image that may start
}

// newStoreTest makes one. Other is the image of the store that reads are swapped
// with, if any.
func newStoreTest(t *testing.T, g Geometry, sanitize bool, other *recipe) *storeTest {
	s := &storeTest{pair: stagedPair(t, g, sanitize), most: 1}
	s.full = create(t, nil, s.new)
	s.verify = 1 + len(s.new.Data)/32
	check(t, s.Reset())
	s.boots(t, 1)
	c, err := s.Counts()
	check(t, err)
	s.reads = c.Reads
	if other != nil {
		im := other.image(t, s.Device)
		check(t, s.Remember(2, im.Data))
		check(t, s.SetOther(s.store(t, s.old, im)))
		s.most = 2
	}
	return s
}

// allowed says whether boot may end in b.
func (s *storeTest) allowed(b Boot) error {
	switch {
	case b.Event == Started && (b.Image < 0 || b.Image > s.most):
		return fmt.Errorf("an image that nobody verified starts: %+v", b)
	case b.Event == Started && b.Torn > 0, b.Event == CutOff:
		return fmt.Errorf("boot ends in %+v", b)
	}
	return nil
}

// reason checks what the old image is told when it starts after a fault.
func (s *storeTest) reason(f Fault) error {
	st, err := s.Status()
	if err != nil {
		return err
	}
	ok := st.Reason == quine.CodeDigest || st.Reason == quine.CodeManifest ||
		st.Reason == quine.CodeSignature || st.Reason == quine.CodeRollback
	switch {
	case f.From == 1: // no header has been seen, or a stale one
		ok = ok || st.Reason == 0 || st.Reason == quine.CodeIO
	case f.How == Failing || f.How == Busy:
		ok = st.Reason == quine.CodeIO
	}
	if !ok {
		return fmt.Errorf("the reason is %v", st.Reason)
	}
	return nil
}

// try lets a device with a fault boot at most n times, and again when the store has
// recovered, after a reset or when power was lost. It must come to run an image that
// was verified each time, and at last the new one.
func (s *storeTest) try(f Fault, n int, lost bool) error {
	if err := errors.Join(s.Rewind(1, Cut{Seed: uint32(f.From)}), s.SetFault(f), s.Reset()); err != nil {
		return err
	}
	b, err := s.Boot(n)
	if err == nil {
		err = s.allowed(b)
	}
	if err == nil && b.Event == Reset && n > 1 {
		err = errors.New("boot does not come to an end")
	}
	if err == nil && b.Event == Started && b.Image == 0 {
		if f.From > s.verify {
			return errors.New("the old image starts after its seal was destroyed")
		}
		err = s.reason(f)
	}
	if err == nil && f.Reads == 1 && f.From > s.verify && n > 1 && b.Image != 1 && f.How != Swapped {
		err = fmt.Errorf("one bad read ends the install: %+v", b)
	}
	if err == nil {
		err = s.recovered(lost)
	}
	return err
}

// recovered takes a fault back and brings the new image to run.
func (s *storeTest) recovered(lost bool) error {
	again := s.Reset
	if lost {
		again = s.PowerCycle
	}
	if err := errors.Join(s.SetFault(Fault{}), again()); err != nil {
		return err
	}
	b, err := s.Boot(20)
	if err == nil {
		err = s.allowed(b)
	}
	switch {
	case err != nil || b.Image == 1:
		return err
	case b.Event != Started:
		return fmt.Errorf("the store has recovered, the device has not: %+v", b)
	}
	if err := errors.Join(s.SetPatch(s.full)); err != nil {
		return err
	}
	if err := s.Update(Feed{}); err != ErrReset && err != quine.CodePending {
		return fmt.Errorf("the next update: %w", err)
	}
	if err := s.Reset(); err != nil {
		return err
	}
	if b, err = s.Boot(20); err == nil && b.Image != 1 {
		err = fmt.Errorf("the next update ends in %+v", b)
	}
	return err
}

// all tries faults of every kind that begin at every step-th read of a boot: one
// read, some, and all that follow, for one boot and for many.
func (s *storeTest) all(t *testing.T, step int, kinds ...Wrong) {
	if *faultFlag != "" {
		f, err := ParseFault(*faultFlag)
		check(t, err)
		for _, n := range []int{1, 20} {
			check(t, errors.Join(s.try(f, n, false), s.try(f, n, true)))
		}
		return
	}
	tried := 0
	for i, how := range kinds {
		for from := 1; from <= s.reads; {
			for _, n := range []int{1, 40, 0} {
				f := Fault{from, n, how}
				lost := (from+i)%2 == 0
				err := s.try(f, 20, lost)
				if err == nil && n == 0 {
					err = s.try(f, 1, !lost)
				}
				if err != nil {
					t.Fatalf("fault %v: %v\ngo test ./lab/sim -run '^%s$' -fault %v", f, err, slashes(t), f)
				}
				tried++
			}
			if from < 3 || from > s.reads-3 || from == s.verify {
				from++
			} else {
				from += 1 + (from+i)%(2*step-1)
			}
		}
	}
	t.Logf("%d faults, %d reads, %d of them before the install", tried, s.reads, s.verify)
}

// TestBadStore lets reads of the store go wrong.
func TestBadStore(t *testing.T) {
	kinds := []Wrong{Failing, Busy, Short, Garbled, Flipped, Absent, Zeros}
	tests := []struct {
		name     string
		g        Geometry
		sanitize bool
		step     int
	}{
		{"tiny", Tiny, false, 1},
		{"wide16", Wide16, false, 20},
		{"tiny-sanitized", Tiny, true, 40},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if testing.Short() {
				test.step *= 20
			}
			t.Parallel()
			newStoreTest(t, test.g, test.sanitize, nil).all(t, test.step, kinds...)
		})
	}
}

// TestSwappedStore exchanges the store for one with another image, from every read
// on. Each image is good by itself; a mixture never starts.
func TestSwappedStore(t *testing.T) {
	old, new := small(Tiny)
	like, other, older := new, recipe{App: new.App + 320, Seed: 3, Version: 9, Counter: 5}, old
	like.Changes, like.Version = 9, 3
	older.Counter, older.Version, older.Changes = 4, 0, 2
	tests := []struct {
		name  string
		other recipe
	}{{"like", like}, {"other", other}, {"older", older}}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			step := 2
			if testing.Short() {
				step = 40
			}
			t.Parallel()
			newStoreTest(t, Tiny, false, &test.other).all(t, step, Swapped)
		})
	}
}
