// SPDX-License-Identifier: BSD-3-Clause

package power

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/quine-fw/quine"
	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
	"github.com/quine-fw/quine/lab/emu"
	"github.com/quine-fw/quine/patch"
)

// A Config says what update is to be tried on what device.
type Config struct {
	Old, New *image.Image
	Part     *device.Part

	// OldELF and NewELF are the files that the images were made of, or nil. With them the
	// update client runs too and its operations are cut as well; without, the new image is
	// staged from the start. Stores that are not mapped need them.
	OldELF, NewELF []byte

	// Key is the AES key of a device whose store is encrypted, and must not be given otherwise.
	Key []byte

	// Cuts is about how many cuts are tried: fewer than there are operations and ways to
	// cut them, evenly spread, or more, of which the others come in pairs: a second one
	// hits the recovery from the first. 0 tries each operation in every way.
	Cuts int

	// Replay, if not empty, is the one trial to make: see [Result.Failures].
	Replay string

	// Progress, if set, is called now and then, by one goroutine at a time.
	Progress func(done, total int)
}

// A lab is a device that is ready for an update.
type lab struct {
	Config
	layout *layout
	client *client // nil if the image is staged from the start
	ready  *machine

	factory   [2][]byte // what runs: old, new
	patchSize int

	timeline []Step // of the update without a cut
	download int    // its first operations, which the client does
	windowed bool   // the update changes the boot sector
	booted   uint64 // instructions of the boots, less what is computed here

	instructions uint64 // of the boots, all of them

	done  atomic.Int64
	total int
}

// Run tries the update, again and again, with power cuts. Bricks are no error but part of
// the result.
func Run(cfg Config) (*Result, error) {
	l := &lab{Config: cfg}
	if err := l.prepare(); err != nil {
		return nil, err
	}
	if err := l.record(); err != nil {
		return nil, fmt.Errorf("the update fails without any cut: %w", err)
	}
	if cfg.Replay != "" {
		return l.replay()
	}
	return l.tryAll()
}

// prepare makes the device, with the old image in flash and, without a client, the new
// one in the store.
func (l *lab) prepare() error {
	if l.Old.Manifest.ID == l.New.Manifest.ID {
		return errors.New("old and new image are the same")
	}
	switch encrypted := l.Old.Boot.Flags&image.BootEncrypted != 0; {
	case encrypted && l.Key == nil:
		return quine.Errorf(quine.CodeEncryption, "the device encrypts its store; its key fills it (--encrypt-key)")
	case !encrypted && l.Key != nil:
		return quine.Errorf(quine.CodeEncryption, "the device does not encrypt its store, so it has no key")
	}
	// A staged image is one that the client of the old one has taken as a patch.
	delta, err := patch.Create(l.Old, l.New, &patch.Options{AllowBootChange: true, Key: l.Key, Rand: rand.NewChaCha8([32]byte{})})
	if err != nil {
		return err
	}
	l.patchSize = len(delta)
	program, err := l.programOf(l.Old, l.OldELF, "old")
	if err != nil {
		return err
	}
	if l.layout, err = newLayout(l.Old, l.Part, program); err != nil {
		return err
	}
	l.factory = [2][]byte{l.Old.Factory(), l.New.Factory()}
	l.windowed = !bytes.Equal(l.factory[0][:image.BootSize], l.factory[1][:image.BootSize])
	next, err := l.programOf(l.New, l.NewELF, "new")
	if err != nil {
		return err
	}
	l.layout.know(next)
	for _, f := range l.factory {
		if l.layout.external != nil && l.layout.symbols(f[:image.BootSize]) == nil {
			return errors.New("a store that is not mapped needs the ELF files of both images, and the one that each boot sector comes from")
		}
	}
	m := newMachine(l.layout)
	m.flash.put(0, l.factory[0])
	m.compareCRC()
	l.ready = m
	if program == nil {
		return m.stage(l.Old, l.New, l.Key)
	}
	l.client, err = newClient(l.layout, program, delta)
	return err
}

// programOf loads the ELF file of an image, if there is one.
func (l *lab) programOf(im *image.Image, elf []byte, which string) (*emu.Program, error) {
	if elf == nil {
		return nil, nil
	}
	raw, err := image.Read(elf)
	if err != nil {
		return nil, err
	}
	if at := l.differs(raw.Data, im); at >= 0 {
		return nil, fmt.Errorf("the ELF file is not that of the %s image: they differ at 0x%x", which, at)
	}
	return emu.Load(elf, nil)
}

// differs returns the first offset behind the boot sector, which may be an older release's,
// at which an image is not what the linker wrote, manifest and seal apart; -1 if there is none.
func (l *lab) differs(raw []byte, im *image.Image) int {
	data := im.Blank()
	b := &im.Boot
	for _, gap := range [][2]uint32{
		{b.ManifestOffset, b.ManifestOffset + image.ManifestSize}, {b.SealOffset, b.SealOffset + uint32(b.SealSize)},
	} {
		if int(gap[1]) <= len(raw) {
			copy(data[gap[0]:gap[1]], raw[gap[0]:gap[1]])
		}
	}
	for at := image.BootSize; at < len(raw); at++ {
		if at >= len(data) || raw[at] != data[at] {
			return at
		}
	}
	return -1
}

// fresh returns a device of its own like the one that is ready.
func (l *lab) fresh() *machine {
	m := newMachine(l.layout)
	m.native, m.limit = l.ready.native, l.ready.limit
	m.copyFrom(l.ready)
	m.powerLost()
	return m
}

// update updates a device that is ready: as far as the client comes, then boot after boot.
func (l *lab) update(m *machine) event {
	if l.client != nil {
		if e := m.boot(1); e != started {
			return e
		}
		if e := l.client.run(m); e != reset {
			return e
		}
	}
	return m.boot(8)
}

// record makes the update without a cut and notes its operations.
func (l *lab) record() error {
	m := l.fresh()
	m.watch = func(op Operation, _ []byte) {
		if !m.booting {
			l.download++
		}
		l.timeline = append(l.timeline, Step{Operation: op, Boot: m.booting})
	}
	clear(m.flash.erases)
	e := l.update(m)
	l.booted = m.bootTime
	err := l.settled(m, e)
	if errors.Is(err, errNotErased) {
		err = fmt.Errorf("%w: do the erase units of %s differ from those that the image was built for?", err, l.Part.Name)
	}
	if err != nil {
		return err
	}
	if l.running(m) != 1 {
		return errors.New("the old image starts instead of the new one")
	}
	if l.instructions, err = l.measure(); err != nil {
		return err
	}
	// Four installs and the first wait must fit into a boot that does not hang.
	l.ready.limit = 4*m.core.Instructions() + 1<<24
	return nil
}

// measure makes the update once more, with nothing computed here that boot computes, and
// returns how many instructions boot takes.
func (l *lab) measure() (uint64, error) {
	m := l.fresh()
	m.native, m.emulateAll, m.sector = false, true, nil
	err := l.settled(m, l.update(m))
	return m.bootTime, err
}

// settled returns what is wrong with a device on which an application should run.
func (l *lab) settled(m *machine, e event) error {
	switch e {
	case started:
	case dead:
		return errors.New("the device has no boot sector")
	case hung:
		return errors.New("boot starts no application")
	case broken:
		return m.err
	default:
		return errors.New("power was lost")
	}
	i := l.running(m)
	if i < 0 {
		return errors.New("what starts is neither the old image nor the new one")
	}
	if n := m.flash.tornIn(0, uint32(len(l.factory[i]))&^31); n > 0 {
		return fmt.Errorf("an image starts with %d torn units", n)
	}
	return nil
}

// running returns which image is in flash: 0 for the old one, 1 for the new one, else -1.
func (l *lab) running(m *machine) int {
	for i, f := range l.factory {
		if l.sameImage(m.flash.cells[:len(f)], f) {
			return i
		}
	}
	return -1
}

// sameImage compares flash with an image. What is blank in a seal may read as erased.
func (l *lab) sameImage(cells, factory []byte) bool {
	at := l.layout.sealOffset + 8
	end := l.layout.sealOffset + l.layout.sealSize
	return bytes.Equal(cells[:at], factory[:at]) && bytes.Equal(cells[end:], factory[end:])
}

// tryAll shares the trials out among workers. Each makes the update without a cut on a
// device of its own, and cuts the power of another one before each operation that is its.
func (l *lab) tryAll() (*Result, error) {
	r := l.newResult()
	l.total = l.planned()
	parts := make([]*Result, runtime.GOMAXPROCS(0))
	var group sync.WaitGroup
	for w := range parts {
		group.Go(func() { parts[w] = l.newWorker(w, len(parts)).work() })
	}
	stop := l.reportProgress()
	group.Wait()
	stop()
	for _, part := range parts {
		r.add(part)
	}
	r.All = r.Single >= len(l.timeline)*len(distinct)
	r.finish(l)
	return r, nil
}
