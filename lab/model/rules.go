// SPDX-License-Identifier: BSD-3-Clause

package model

import (
	"fmt"
	"math/bits"
)

// Rule is one rule of the install protocol, a single bit of a [Protocol].
type Rule uint64

// The rules, in the order of the holes they close.
const (
	// FixedSeal (S1): boot finds the seal at an address that is a constant of
	// sector 0. Without it the seal is a tail found through the installed
	// manifest's size, so whoever chooses that manifest chooses the seal.
	FixedSeal Rule = 1 << iota

	// CopySparesSeal (S1): the copy loop leaves the seal's unit blank whatever
	// the store says. Without it a store plants the seal that its image needs.
	CopySparesSeal

	// CounterApart (S2): the security counter's floor lies outside every sector
	// an install replaces. Without it an older image passes while the installed
	// manifest is erased.
	CounterApart

	// UnreadableIsUnwritten (S2): an entry of the floor that is not whole counts
	// as not written. Without it, an entry that a cut tore forbids every image
	// for ever.
	UnreadableIsUnwritten

	// RunningCounts (S2): an image is refused, too, when a complete application
	// has a higher counter. Without it a device from the factory, whose floor is
	// blank, takes an older one.
	RunningCounts

	// FloorOld (S2): before the seal of a complete application is destroyed the
	// floor is raised to its counter. Without it nothing keeps an older image
	// out once an install of a newer one has been broken off.
	FloorOld

	// FloorBeforeSeal (S2): the floor is raised to the new image's counter
	// before its seal is written, not after. Without it a seal that a cut left
	// weak starts the new image now and lets an older one in later.
	FloorBeforeSeal

	// FloorTwice (S2): a raise ends when two entries say so. Without it an entry
	// that a cut left weak is relied on alone.
	FloorTwice

	// FloorAppends (S2): entries are added behind the last that does not read
	// blank. Without it an entry that a cut left weak, and that reads blank in a
	// later raise, is programmed with another counter: it then reads as either,
	// or, after another cut, as one that neither image has.
	FloorAppends

	// FloorLeavesOne (S2): one more entry is left blank before those that a raise
	// adds. Without it the last of a raise, if a cut left it weak, has the same
	// done to it.
	FloorLeavesOne

	// FloorOnlyBlank (S2): an entry that reads torn is not programmed again.
	FloorOnlyBlank

	// FloorAllowsEqual (S2): an image with the floor's counter is taken. Without
	// it a cut between the raise and the seal refuses the new image for ever.
	FloorAllowsEqual

	// FloorAsksFault (S2): on parts with ECC flash is asked about a fault after
	// the read of each entry. Without it a torn entry costs the next one.
	FloorAsksFault

	// VerifyFirst (step 4): nothing is installed before it verified.
	VerifyFirst

	// UseHashedCopy (S3): size, id and digest come from the copy in RAM that was
	// hashed. Without it a store that answers the second read differently has
	// its own digest confirmed.
	UseHashedCopy

	// DigestInstalled (step 5c): the installed whole must match the digest
	// that was verified before it is sealed. Without it a store that serves
	// other sectors during the copy has them sealed.
	DigestInstalled

	// BootSectorLast (step 5d): sector 0 is replaced only after the
	// installed whole verified. Without it the unprotected window is opened for
	// an install that may never finish.
	BootSectorLast

	// BootSectorIfDifferent (step 5d): an identical sector 0 is not touched.
	BootSectorIfDifferent

	// LastSectorFirst (step 5b): sectors are replaced from the last to the
	// first. It closes no hole of its own; it keeps the installed manifest
	// readable as long as possible.
	LastSectorFirst

	// DestroySeal (I1): the seal is destroyed before the first erase. Without it
	// a torn erase leaves the old seal readable over a mixed application.
	DestroySeal

	// DestroyAlways (I2): it is destroyed whatever it reads. Without it a seal
	// that a cut left weak reads destroyed now and valid later.
	DestroyAlways

	// NoBlankID (I3): an id of all zeros or all ones is never valid. Without it
	// an erased head id equals an erased seal.
	NoBlankID

	// SkipOnlySealed (I4): equal sectors are skipped only in a session that
	// began with a valid seal. Without it a sector that a cut left weak reads
	// equal once and stays weak for ever.
	SkipOnlySealed

	// SkipInExtent (I4): they are skipped only inside the installed image's
	// extent; beyond it a former attempt may have left weak sectors.
	SkipInExtent

	// EraseAlways (I5): a sector is erased before it is programmed even if it
	// reads blank. Without it a weak blank is programmed a second time.
	EraseAlways

	// RewriteSealSector (I6): sector 1 is never skipped. Without it a shared seal
	// is programmed over its own zeros.
	RewriteSealSector

	// SelfDescribing (L1): an incomplete application is repaired from the staged
	// image by the image's own manifest, whatever the header reads. Without it
	// a header that a cut left weak loses a whole image.
	SelfDescribing

	// SealThenConsume (L2): the header is consumed after the seal is set.
	// Without it a weak seal is left with nothing to repair it from.
	SealThenConsume

	// ReinstallSame (L2): a staged image with the installed id is installed
	// again. Without it a release whose id collides is dropped.
	ReinstallSame

	// BeginRefused (L3): the client begins no download while a header is pending
	// unless boot refused that header. Without it the client overwrites the
	// only image that can repair a weak seal.
	BeginRefused

	// RecordRefusal (L3): boot tells the application, anew in every session, that
	// it refused the pending header. Without it no download can begin ever again.
	RecordRefusal

	// RefuseOnlyLive (L3): a verification that fails because the store fails is an
	// attempt, no refusal; boot tells the two apart by reading the header again.
	// Without it a store that dies for one session makes boot refuse the only
	// image that can repair a weak seal.
	RefuseOnlyLive

	// LimitVerifyOnly (L4): the attempts limit counts verifications and is
	// cleared when one succeeds. Without it, cuts during the install exhaust
	// the limit and the application runs under a weak seal.
	LimitVerifyOnly

	// EraseHeaderFirst (L5): every begin and every resume erases the header's
	// unit first, whatever it reads. Without it a header that a cut left weak
	// comes back in the middle of a download.
	EraseHeaderFirst

	// ResumeRewrites (L5): a resumed download rewrites everything behind its
	// checkpoint. Without it a weak sector that reads equal once is kept.
	ResumeRewrites

	// HeaderLast (client): the header is the very last write of a download.
	// Without it an image is installed that a cut left weak in the store.
	HeaderLast

	// ConsumeByErase (L6): consuming a header erases its unit. Without it, a
	// mark that a cut left weak is programmed twice.
	ConsumeByErase

	// BaseID (L7): a complete application refuses a header made for another
	// base. Without it a leftover header reverts a device to an older release.
	BaseID

	// OrOwnID (L7): it accepts a header whose image is the installed one.
	// Without it a cut between seal and consume strands the device.
	OrOwnID

	numRules = iota
)

// Protocol is the set of rules that boot and client follow.
type Protocol Rule

// Full is the protocol with every rule.
const Full = Protocol(1<<numRules - 1)

// Without returns p with the rules taken out.
func (p Protocol) Without(rules ...Rule) Protocol {
	for _, r := range rules {
		p &^= Protocol(r)
	}
	return p
}

func (p Protocol) has(r Rule) bool { return p&Protocol(r) != 0 }

// Rules returns every rule.
func Rules() []Rule {
	rules := make([]Rule, numRules)
	for i := range rules {
		rules[i] = 1 << i
	}
	return rules
}

var ruleNames = [numRules]struct{ name, hole string }{
	{"FixedSeal", "S1"},
	{"CopySparesSeal", "S1"},
	{"CounterApart", "S2"},
	{"UnreadableIsUnwritten", "S2"},
	{"RunningCounts", "S2"},
	{"FloorOld", "S2"},
	{"FloorBeforeSeal", "S2"},
	{"FloorTwice", "S2"},
	{"FloorAppends", "S2"},
	{"FloorLeavesOne", "S2"},
	{"FloorOnlyBlank", "S2"},
	{"FloorAllowsEqual", "S2"},
	{"FloorAsksFault", "S2"},
	{"VerifyFirst", "step 4"},
	{"UseHashedCopy", "S3"},
	{"DigestInstalled", "step 5c"},
	{"BootSectorLast", "step 5d"},
	{"BootSectorIfDifferent", "step 5d"},
	{"LastSectorFirst", "step 5b"},
	{"DestroySeal", "I1"},
	{"DestroyAlways", "I2"},
	{"NoBlankID", "I3"},
	{"SkipOnlySealed", "I4"},
	{"SkipInExtent", "I4"},
	{"EraseAlways", "I5"},
	{"RewriteSealSector", "I6"},
	{"SelfDescribing", "L1"},
	{"SealThenConsume", "L2"},
	{"ReinstallSame", "L2"},
	{"BeginRefused", "L3"},
	{"RecordRefusal", "L3"},
	{"RefuseOnlyLive", "L3"},
	{"LimitVerifyOnly", "L4"},
	{"EraseHeaderFirst", "L5"},
	{"ResumeRewrites", "L5"},
	{"HeaderLast", "client"},
	{"ConsumeByErase", "L6"},
	{"BaseID", "L7"},
	{"OrOwnID", "L7"},
}

// String returns the rule's name.
func (r Rule) String() string {
	if i, ok := r.index(); ok {
		return ruleNames[i].name
	}
	return fmt.Sprintf("Rule(%#x)", uint64(r))
}

// Hole returns the name that DESIGN.md gives to the hole that the rule closes,
// or the step that states the rule.
func (r Rule) Hole() string {
	if i, ok := r.index(); ok {
		return ruleNames[i].hole
	}
	return ""
}

func (r Rule) index() (int, bool) {
	i := bits.TrailingZeros64(uint64(r))
	return i, i < numRules && r == 1<<i
}
