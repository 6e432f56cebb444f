// SPDX-License-Identifier: BSD-3-Clause

// Package suit describes images and patches in the manifests of IETF SUIT, for
// services that distribute updates by them. It follows draft-ietf-suit-manifest-37 of
// June 2026, which is no RFC yet. Devices with Quine need none of this.
//
// The manifest has one component, the firmware, whose digest and size are those of the
// image as it is staged. A payload is fetched into it; or, if that is a patch, into a
// second component, from which the firmware is made: the installer that a copy of the
// patch to the firmware stands for is Quine's.
package suit

import (
	"crypto"
	"crypto/rand"
	"crypto/sha256"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/uuid"
	"github.com/veraison/go-cose"
)

// A Digest is the SHA-256 and the size of a file.
type Digest struct {
	SHA256 [sha256.Size]byte
	Size   uint64
}

// Of returns the digest of data.
func Of(data []byte) Digest { return Digest{sha256.Sum256(data), uint64(len(data))} }

// An Update is what an envelope is about.
type Update struct {
	Sequence uint64 // rises with each release
	Domain   string // of the vendor
	Model    string // of the product
	Version  string
	URI      string // of the payload: Patch if there is one, Firmware otherwise

	Firmware Digest
	Patch    *Digest
}

// Numbers of the draft's section 11 and appendix A.
const (
	tagEnvelope     = 107
	algorithmSHA256 = -16

	envelopeAuthentication = 2
	envelopeManifest       = 3

	manifestVersion  = 1
	manifestSequence = 2
	manifestCommon   = 3
	manifestValidate = 7
	manifestInstall  = 20
	manifestText     = 23

	commonComponents = 2
	commonSequence   = 4

	conditionVendor = 1
	conditionClass  = 2
	conditionImage  = 3

	directiveComponent  = 12
	directiveParameters = 20
	directiveFetch      = 21
	directiveCopy       = 22

	parameterVendor = 1
	parameterClass  = 2
	parameterDigest = 3
	parameterSize   = 14
	parameterURI    = 21
	parameterSource = 22

	textDomain  = 3
	textModel   = 4
	textVersion = 6

	reportAlways  = 15 // success and failure, each with what is known
	reportFailure = 2
)

// The components, by index.
var components = [][][]byte{{[]byte("firmware")}, {[]byte("patch")}}

// encoder encodes deterministically, by RFC 8949 section 4.2.1.
var encoder = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // the options are constant
	}
	return mode
}()

// wrap returns v encoded within a byte string.
func wrap(v any) ([]byte, error) { return encoder.Marshal(v) }

type (
	sequence []any
	table    map[int]any
)

// Envelope returns the envelope of an update, signed with an ECDSA P-256 key. Without
// a signer it is not authenticated, for another party to sign.
func Envelope(u *Update, signer crypto.Signer) ([]byte, error) {
	manifest, err := u.manifest()
	if err != nil {
		return nil, err
	}
	digest, err := wrap(sequence{algorithmSHA256, hash(manifest)})
	if err != nil {
		return nil, err
	}
	authentication := sequence{digest}
	if signer != nil {
		block, err := sign(digest, signer)
		if err != nil {
			return nil, err
		}
		authentication = append(authentication, block)
	}
	wrapper, err := wrap(authentication)
	if err != nil {
		return nil, err
	}
	return encoder.Marshal(cbor.Tag{Number: tagEnvelope, Content: table{
		envelopeAuthentication: wrapper,
		envelopeManifest:       manifest,
	}})
}

func hash(encoded []byte) []byte {
	// The digest covers the byte string with its head (draft, section 8.3).
	whole, err := encoder.Marshal(encoded)
	if err != nil {
		panic(err) // a byte string can always be encoded
	}
	sum := sha256.Sum256(whole)
	return sum[:]
}

// sign returns COSE_Sign1 over the digest, which is not repeated in it.
func sign(digest []byte, signer crypto.Signer) ([]byte, error) {
	s, err := cose.NewSigner(cose.AlgorithmES256, signer)
	if err != nil {
		return nil, err
	}
	m := cose.NewSign1Message()
	m.Headers.Protected.SetAlgorithm(cose.AlgorithmES256)
	m.Payload = digest
	if err := m.Sign(rand.Reader, nil, s); err != nil {
		return nil, err
	}
	m.Payload = nil
	return m.MarshalCBOR()
}

// manifest returns the encoded manifest.
func (u *Update) manifest() ([]byte, error) {
	list := components[:1]
	if u.Patch != nil {
		list = components
	}
	parts := map[int]sequence{manifestInstall: u.install(), manifestValidate: {
		directiveComponent, 0,
		conditionImage, reportAlways,
	}}
	m := table{manifestVersion: 1, manifestSequence: u.Sequence}
	for key, commands := range parts {
		encoded, err := wrap(commands)
		if err != nil {
			return nil, err
		}
		m[key] = encoded
	}
	shared, err := u.shared()
	if err != nil {
		return nil, err
	}
	if m[manifestCommon], err = wrap(table{commonComponents: list, commonSequence: shared}); err != nil {
		return nil, err
	}
	if m[manifestText], err = u.text(); err != nil {
		return nil, err
	}
	return wrap(m)
}

// shared returns the commands that come before all others: what every component is.
func (u *Update) shared() ([]byte, error) {
	vendor := uuid.NewSHA1(uuid.NameSpaceDNS, []byte(u.Domain))
	class := uuid.NewSHA1(vendor, []byte(u.Model))
	firmware, err := u.Firmware.parameters()
	if err != nil {
		return nil, err
	}
	firmware[parameterVendor], firmware[parameterClass] = vendor[:], class[:]
	commands := sequence{
		directiveComponent, 0,
		directiveParameters, firmware,
		conditionVendor, reportAlways,
		conditionClass, reportAlways,
	}
	if u.Patch != nil {
		patch, err := u.Patch.parameters()
		if err != nil {
			return nil, err
		}
		commands = append(commands, directiveComponent, 1, directiveParameters, patch)
	}
	return wrap(commands)
}

// parameters returns those that say what a component has to be.
func (d *Digest) parameters() (table, error) {
	digest, err := wrap(sequence{algorithmSHA256, d.SHA256[:]})
	return table{parameterDigest: digest, parameterSize: d.Size}, err
}

// install returns the commands that get the payload and install it.
func (u *Update) install() sequence {
	payload := 0
	if u.Patch != nil {
		payload = 1
	}
	commands := sequence{
		directiveComponent, payload,
		directiveParameters, table{parameterURI: u.URI},
		directiveFetch, reportFailure,
		conditionImage, reportAlways,
	}
	if u.Patch != nil {
		commands = append(commands,
			directiveComponent, 0,
			directiveParameters, table{parameterSource: payload},
			directiveCopy, reportFailure,
			conditionImage, reportAlways)
	}
	return commands
}

// text returns what people may want to know.
func (u *Update) text() ([]byte, error) {
	component, err := wrap(components[0])
	if err != nil {
		return nil, err
	}
	// A map whose key is an array, which Go's maps cannot have.
	about, err := wrap(table{textDomain: u.Domain, textModel: u.Model, textVersion: u.Version})
	if err != nil {
		return nil, err
	}
	const mapOfOne = 0xA1
	return wrap(map[string]any{"en": cbor.RawMessage(append(append([]byte{mapOfOne}, component...), about...))})
}
