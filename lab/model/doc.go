// SPDX-License-Identifier: BSD-3-Clause

// Package model is an explicit-state model of the install protocol: the rules of
// DESIGN.md, install rules, that boot, the installer and the update client
// follow. [Explore] visits every state that a device can reach in a [Scenario]
// and returns the shortest trace to each kind of [Violation]. The [Full]
// protocol has none within the bounds of the tests; taking a [Rule] out brings
// back the hole it closes. A rule may change only together with this model.
//
// # What is modelled
//
// A device has a boot sector and up to three application sectors of four program
// units, a store for a staged image and its header, a client that downloads one
// or two updates, and a record in RAM.
//
// A unit of flash is a cell: the set of values that a read may return. A cell
// with one value is solid, one with several is weak, and every single read of a
// weak cell picks again. Power may be cut before and inside every operation. A
// torn program leaves {before, target, junk}; a torn erase leaves {before,
// blank, junk} in every unit of the sector. Only an erase, or zeros over a seal
// that allows it, makes a weak cell solid again. Programming a unit twice
// between erases is a violation, in the store too; there is one exception, the
// seal that shares sector 1, which is destroyed by programming zeros. The other
// form of the seal has an erase unit of its own and is destroyed by erasing it.
//
// The store may be dead for a session, or die in it when boot verifies, copies
// or consumes; it is alive again after the next reset, or when the client runs.
// With Scenario.Attack the store is the attacker: it announces any image, and
// serves each sector of the copy from the verified image, from an older genuine
// one, or from images of its own that have an id planted in every unit.
//
// With Scenario.Floor, a device that takes only signed images keeps the floor of the
// security counter in entries that no erase reaches. A torn one is a weak cell; it may
// read blank, be programmed again and stay weak, and two counters torn in one entry
// may read as a third. With Scenario.ECC reading it may raise a fault, and it is never
// programmed again.
//
// A device must start one whole, solid, genuine image. It must neither install nor
// start one with a counter below that of any whose seal was written, or below one that
// the floor was ever raised to; spec/image.md section 6 states the exception. It must
// not drop a pending image, refuse downloads for ever, or open the unprotected window
// of sector 0 without need; and with a live store it must start something within three
// sessions after the last cut.
//
// # Bounds
//
// The protocol is clean for one update with four cuts, for two updates with two
// cuts and a store that fails twice, in both forms of the seal, and under attack
// with two cuts, or three if the floor's entries are left out. These things are known
// not to hold, and tests find them:
//   - Three cuts over two updates can leave a device waiting though its image is
//     whole: header and seal are both weak, and five reads go the wrong way.
//   - A cut while the seal is destroyed, then as many failed verifications as the
//     attempts limit allows, then a cut in the next download do the same. A limit
//     of one is therefore too small: one failure of the store is enough.
//   - Two cuts in programs of entries with one counter, or an area without room, lose
//     the raise and those behind it, and a third cut can leave an entry that refuses
//     the new image. Scenario.Strict makes no exception for these.
//
// # What is not modelled
//
// Cuts inside the announced window of sector 0 and several erase units in it;
// encryption; what a checkpoint holds; store erase units of another size than
// the image's sectors; a store that programs wrongly, wears or decays; fault
// injection; timing; faults of the flash controller; a client that aborts
// a finished download. A weak header that always reads pending in the client and
// always blank in boot would keep begin refused for ever; that is not counted.
package model
