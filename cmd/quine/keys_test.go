// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

// A typist answers questions, and keeps them.
type typist struct {
	answers []string
	asked   strings.Builder
}

func (p *typist) ask(prompt string) ([]byte, error) {
	p.asked.WriteString(prompt)
	if len(p.answers) == 0 {
		return nil, errors.New("nothing typed")
	}
	answer := p.answers[0]
	p.answers = p.answers[1:]
	return []byte(answer), nil
}

// TestPassphrase makes and opens keys with passphrases that are typed.
func TestPassphrase(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key.pem")
	tests := []struct {
		name    string
		args    []string
		answers []string
		want    string // what is said about an error; "" for success
		asked   string
	}{
		{"different", []string{"keygen", "-o", key, "--passphrase"}, []string{"one", "other"}, "passphrases differ", "passphrase: once more: "},
		{"empty", []string{"keygen", "-o", key, "--passphrase"}, []string{""}, "passphrase is empty", "passphrase: "},
		{"make", []string{"keygen", "-o", key, "--passphrase"}, []string{"one", "one"}, "", "passphrase: once more: "},
		{"open", []string{"pubkey", key, "-o", filepath.Join(dir, "key.pub")}, []string{"one"}, "", "passphrase: "},
		{"wrong", []string{"pubkey", key}, []string{"other"}, "passphrase is wrong", "passphrase: "},
		{"none", []string{"pubkey", key}, nil, "nothing typed", "passphrase: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			person := typist{answers: tt.answers}
			c := &console{in: bytes.NewReader(nil), out: &out, err: &errs, ask: person.ask}
			code := c.run(tt.args)
			if (code == exitOK) != (tt.want == "") || !strings.Contains(errs.String(), tt.want) {
				t.Errorf("exit code %d, errors:\n%s", code, &errs)
			}
			if person.asked.String() != tt.asked {
				t.Errorf("asked %q, want %q", person.asked.String(), tt.asked)
			}
		})
	}
}
