// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A uri is a PKCS#11 URI (RFC 7512) that names one key.
type uri struct {
	token, serial string // of the token, by one of them
	object, id    string // of the key, by one of them or both
	module        string // path of the library
	pinFile       string // "" to ask
}

// parseURI parses a URI. It refuses what it does not know, for an attribute that is
// overlooked could mean another key.
func parseURI(s string) (*uri, error) {
	rest, ok := strings.CutPrefix(s, "pkcs11:")
	if !ok {
		return nil, errors.New("URI is not one of the scheme pkcs11")
	}
	var u uri
	path, query, _ := strings.Cut(rest, "?")
	for _, attribute := range append(strings.Split(path, ";"), strings.Split(query, "&")...) {
		if attribute == "" {
			continue
		}
		name, value, _ := strings.Cut(attribute, "=")
		value, err := url.PathUnescape(value)
		if err != nil {
			return nil, err
		}
		if err := u.set(name, value); err != nil {
			return nil, err
		}
	}
	switch {
	case u.module == "":
		return nil, errors.New("URI does not say where the library of the token is; add ?module-path=…")
	case (u.token == "") == (u.serial == ""):
		return nil, errors.New("URI must name the token by token=… or by serial=…")
	case u.object == "" && u.id == "":
		return nil, errors.New("URI must name the key by object=… or id=…")
	}
	return &u, nil
}

// set sets the part of u that an attribute is about.
func (u *uri) set(name, value string) error {
	switch name {
	case "token":
		u.token = value
	case "serial":
		u.serial = value
	case "object":
		u.object = value
	case "id":
		u.id = value
	case "type":
		if value != "private" {
			return fmt.Errorf("URI names a %s key, not a private one", value)
		}
	case "module-path":
		u.module = value
	case "pin-source":
		u.pinFile = strings.TrimPrefix(strings.TrimPrefix(value, "file://"), "file:")
	case "pin-value":
		return errors.New("a PIN in the URI shows in the list of processes; use pin-source=file:/path")
	default:
		return fmt.Errorf("attribute %q of the URI is not known", name)
	}
	return nil
}
