// SPDX-License-Identifier: BSD-3-Clause

package main

import "testing"

func TestParseURI(t *testing.T) {
	const good = "pkcs11:token=my%20token;object=firmware;id=%01%ff;type=private?module-path=/lib/x.so&pin-source=file:/pin"
	u, err := parseURI(good)
	if want := (uri{token: "my token", object: "firmware", id: "\x01\xff", module: "/lib/x.so", pinFile: "/pin"}); err != nil || *u != want {
		t.Errorf("got %+v, %v", u, err)
	}
	for _, bad := range []string{
		"", "token=a;object=b?module-path=c", "pkcs11:", "pkcs11:token=a;object=b",
		"pkcs11:object=b?module-path=c", "pkcs11:token=a?module-path=c", "pkcs11:token=a;serial=1;object=b?module-path=c",
		"pkcs11:token=a;object=b?module-path=c&pin-value=1234", "pkcs11:token=%zz;object=b?module-path=c",
		"pkcs11:token=a;object=b;type=public?module-path=c", "pkcs11:token=a;object=b;libary=d?module-path=c",
	} {
		if u, err := parseURI(bad); err == nil {
			t.Errorf("%q is taken: %+v", bad, u)
		}
	}
}
