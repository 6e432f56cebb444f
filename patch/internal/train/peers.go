// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
)

// peer holds the sizes in bytes of the best patches that others make of a pair.
type peer struct{ mcu, desktop float64 }

// readPeers reads the peers of pairs by name. A file that is not there says nothing.
func readPeers(name string) (map[string]peer, error) {
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	peers := map[string]peer{}
	if len(rows) == 0 {
		return peers, nil
	}
	mcu, desktop := slices.Index(rows[0], "best_mcu"), slices.Index(rows[0], "best_desktop")
	if mcu < 0 || desktop < 0 {
		return nil, fmt.Errorf("%s: no columns best_mcu and best_desktop", name)
	}
	for _, row := range rows[1:] {
		m, errMCU := strconv.ParseFloat(row[mcu], 64)
		d, errDesktop := strconv.ParseFloat(row[desktop], 64)
		if err := errors.Join(errMCU, errDesktop); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, row[0], err)
		}
		peers[row[0]] = peer{m, d}
	}
	return peers, nil
}
