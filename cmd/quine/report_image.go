// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/quine-fw/quine/image"
)

// A bootReport tells about a boot info record.
type bootReport struct {
	ABI            uint16   `json:"boot_abi"`
	Flags          []string `json:"flags"`
	LoadAddress    uint32   `json:"load_address"`
	ManifestOffset uint32   `json:"manifest_offset"`
	SealOffset     uint32   `json:"seal_offset"`
	SealSize       uint16   `json:"seal_size"`
	Hardware       uint16   `json:"hardware"`
	ImageMax       uint32   `json:"image_max"`
	StoreMax       uint32   `json:"store_max"`
	Product        uint32   `json:"product"`
	AttemptsMax    uint16   `json:"attempts_max"`
	ProgramUnit    uint16   `json:"program_unit"`
	StoreOffset    uint32   `json:"store_offset"`
	ImageBase      uint32   `json:"image_base"`

	Keys []keyReport `json:"keys,omitempty"`
}

// A keyReport tells about a public key in a boot sector.
type keyReport struct {
	ID          uint8  `json:"id"`
	Fingerprint string `json:"fingerprint"`
}

// bootFlagNames are the names of the bits of [image.BootFlags], lowest first.
var bootFlagNames = []string{"signed", "encrypted", "boot_fixed", "erased_zero", "internal_store"}

// newBootReport reports on the boot info of an image.
func newBootReport(b *image.BootInfo, data []byte) bootReport {
	r := bootReport{
		ABI: b.ABI, Flags: []string{}, LoadAddress: b.LoadAddress,
		ManifestOffset: b.ManifestOffset, SealOffset: b.SealOffset, SealSize: b.SealSize,
		Hardware: b.Hardware, ImageMax: b.ImageMax, StoreMax: b.StoreMax, Product: b.Product,
		AttemptsMax: b.AttemptsMax, ProgramUnit: b.ProgramUnit, StoreOffset: b.StoreOffset, ImageBase: b.ImageBase,
	}
	for i, name := range bootFlagNames {
		if b.Flags>>i&1 != 0 {
			r.Flags = append(r.Flags, name)
		}
	}
	for _, k := range image.Keys(data) {
		if print, err := fingerprint(k.Public); err == nil {
			r.Keys = append(r.Keys, keyReport{k.ID, print})
		}
	}
	return r
}

func (r *bootReport) write(w io.Writer) {
	flags := "none"
	if len(r.Flags) > 0 {
		flags = strings.Join(r.Flags, ", ")
	}
	field(w, "device", "product 0x%08x, hardware %d, boot ABI %d, flags %s", r.Product, r.Hardware, r.ABI, flags)
	field(w, "flash", "from 0x%08x, image up to %d bytes, program unit %d bytes", r.LoadAddress, r.ImageMax, r.ProgramUnit)
	place := fmt.Sprintf("from 0x%x of a memory of its own", r.StoreOffset)
	if slices.Contains(r.Flags, "internal_store") {
		place = fmt.Sprintf("from 0x%08x of the same flash", r.LoadAddress+r.StoreOffset)
	}
	field(w, "staging", "%s, image up to %d bytes, %d verification attempts", place, r.StoreMax, r.AttemptsMax)
	field(w, "layout", "manifest at 0x%x, seal of %d bytes at 0x%x", r.ManifestOffset, r.SealSize, r.SealOffset)
	for _, k := range r.Keys {
		field(w, "key", "%d, fingerprint %s", k.ID, k.Fingerprint)
	}
}

// A manifestReport tells what a manifest says about its image.
type manifestReport struct {
	ID          string `json:"id"`
	Version     string `json:"version"`
	Size        uint32 `json:"size"`
	Counter     uint32 `json:"counter"`
	Product     uint32 `json:"product"`
	HardwareMin uint16 `json:"hardware_min"`
	HardwareMax uint16 `json:"hardware_max"`
	LoadAddress uint32 `json:"load_address"`
	BootABI     uint16 `json:"boot_abi"`
	BootCRC     uint32 `json:"boot_crc"`
	Signed      bool   `json:"signed"`
	KeyID       uint8  `json:"key_id"`
	Signature   string `json:"signature,omitempty"`
	Salt        uint16 `json:"salt"`
	BuildID     string `json:"build_id,omitempty"`
}

func newManifestReport(m *image.Manifest) manifestReport {
	r := manifestReport{
		ID: m.ID.String(), Version: m.Version.String(), Size: m.Size, Counter: m.Counter,
		Product: m.Product, HardwareMin: m.HardwareMin, HardwareMax: m.HardwareMax,
		LoadAddress: m.LoadAddress, BootABI: m.BootABI, BootCRC: m.BootCRC,
		Signed: m.Signed(), KeyID: m.KeyID, Salt: m.Salt,
	}
	if m.Signed() {
		r.Signature = hex.EncodeToString(m.Signature[:])
	}
	if m.BuildID != [8]byte{} {
		r.BuildID = hex.EncodeToString(m.BuildID[:])
	}
	return r
}

// write writes the report with prefix in front of every name.
func (r *manifestReport) write(w io.Writer, prefix string) {
	field(w, prefix+"version", "%s", r.Version)
	field(w, prefix+"id", "%s", r.ID)
	field(w, prefix+"size", "%d bytes", r.Size)
	field(w, prefix+"counter", "%d", r.Counter)
	hardware := strconv.Itoa(int(r.HardwareMin))
	if r.HardwareMax != r.HardwareMin {
		hardware += " to " + strconv.Itoa(int(r.HardwareMax))
	}
	field(w, prefix+"runs on", "product 0x%08x, hardware %s, at 0x%08x, boot ABI %d", r.Product, hardware, r.LoadAddress, r.BootABI)
	signed := "no"
	if r.Signed {
		signed = fmt.Sprintf("with key %d", r.KeyID)
	}
	field(w, prefix+"signed", "%s", signed)
	if r.Signed {
		field(w, prefix+"signature", "%s", r.Signature)
	}
	if r.BuildID != "" {
		field(w, prefix+"build id", "%s", r.BuildID)
	}
	field(w, prefix+"boot crc", "0x%08x", r.BootCRC)
	field(w, prefix+"salt", "%d", r.Salt)
}

// An imageReport tells about a sealed image.
type imageReport struct {
	Kind   string `json:"kind"` // "image"
	Valid  bool   `json:"valid"`
	Error  string `json:"error,omitempty"`
	Seal   string `json:"seal"`
	Digest string `json:"digest"`
	manifestReport
	Boot bootReport `json:"boot"`

	err error
}

func newImageReport(im *image.Image) *imageReport {
	d := im.Digest()
	r := &imageReport{
		Kind: "image", Valid: true, Seal: im.SealState().String(), Digest: hex.EncodeToString(d[:]),
		manifestReport: newManifestReport(&im.Manifest), Boot: newBootReport(&im.Boot, im.Data), err: im.Verify(),
	}
	if r.err != nil {
		r.Valid, r.Error = false, message(r.err)
	}
	return r
}

func (r *imageReport) verdict() error { return r.err }

func (r *imageReport) write(w io.Writer) {
	valid := "whole and unaltered"
	if !r.Valid {
		valid = "DAMAGED"
	}
	field(w, "image", "%s, seal %s", valid, r.Seal)
	r.manifestReport.write(w, "")
	field(w, "digest", "%s", r.Digest)
	r.Boot.write(w)
}

// A firmwareReport tells about firmware that is not sealed.
type firmwareReport struct {
	Kind    string     `json:"kind"` // "firmware"
	Size    int        `json:"size"`
	BuildID string     `json:"build_id,omitempty"`
	Outside []extent   `json:"outside,omitempty"`
	Boot    bootReport `json:"boot"`
}

// An extent is content outside the application region.
type extent struct {
	Address uint32 `json:"address"`
	Size    uint32 `json:"size"`
}

func newFirmwareReport(raw *image.Raw) *firmwareReport {
	r := &firmwareReport{Kind: "firmware", Size: len(raw.Data), Boot: newBootReport(&raw.Boot, raw.Data)}
	if !bytes.Equal(raw.BuildID[:], make([]byte, 8)) {
		r.BuildID = hex.EncodeToString(raw.BuildID[:])
	}
	for _, e := range raw.Outside {
		r.Outside = append(r.Outside, extent{e.Address, e.Size})
	}
	return r
}

func (r *firmwareReport) verdict() error { return nil }

func (r *firmwareReport) write(w io.Writer) {
	field(w, "firmware", "not sealed yet")
	field(w, "size", "%d bytes", r.Size)
	if r.BuildID != "" {
		field(w, "build id", "%s", r.BuildID)
	}
	for _, e := range r.Outside {
		field(w, "outside", "%d bytes at 0x%08x are not part of an image", e.Size, e.Address)
	}
	r.Boot.write(w)
}
