// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// A source is a pair of images on disk.
type source struct {
	name             string
	oldPath, newPath string
	old, new         []byte
	peers            map[string]int // bytes by name of the peer
}

// A corpus is what the program measures.
type corpus struct {
	pairs []*source
	peers []string // in the order in which to show them
}

// readCorpus reads the pairs below dir, and dir/peers.csv if it is there.
func readCorpus(dir string) (*corpus, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	c := &corpus{}
	for _, e := range entries {
		if info, err := os.Stat(filepath.Join(dir, e.Name())); err != nil || !info.IsDir() {
			continue
		}
		s := &source{
			name:    e.Name(),
			oldPath: filepath.Join(dir, e.Name(), "old.bin"),
			newPath: filepath.Join(dir, e.Name(), "new.bin"),
		}
		if s.old, err = os.ReadFile(s.oldPath); err == nil {
			s.new, err = os.ReadFile(s.newPath)
		}
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		c.pairs = append(c.pairs, s)
	}
	if len(c.pairs) == 0 {
		return nil, fmt.Errorf("%s has no folder with old.bin and new.bin", dir)
	}
	table, err := os.ReadFile(filepath.Join(dir, "peers.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		return c, nil
	}
	if err == nil {
		err = c.readPeers(table)
	}
	return c, err
}

// notPeers are columns that hold sizes of something else.
var notPeers = []string{"old_size", "new_size"}

// firstPeers are shown before the others.
var firstPeers = []string{"best_mcu", "best_desktop"}

// readPeers reads a table of peers. An empty field or 0 says that a peer failed on
// the pair.
func (c *corpus) readPeers(table []byte) error {
	rows, err := csv.NewReader(bytes.NewReader(table)).ReadAll()
	if err != nil || len(rows) == 0 {
		return fmt.Errorf("peers.csv: %w", err)
	}
	byName := map[string]*source{}
	for _, s := range c.pairs {
		byName[s.name] = s
		s.peers = map[string]int{}
	}
	for i, peer := range rows[0] {
		if i == 0 || slices.Contains(notPeers, peer) || !column(rows[1:], i) {
			continue
		}
		c.peers = append(c.peers, peer)
		for _, row := range rows[1:] {
			if n, _ := strconv.Atoi(row[i]); n > 0 && byName[row[0]] != nil {
				byName[row[0]].peers[peer] = n
			}
		}
	}
	slices.SortStableFunc(c.peers, func(a, b string) int { return rank(a) - rank(b) })
	return nil
}

// column reports whether column i has sizes, and nothing else.
func column(rows [][]string, i int) bool {
	some := false
	for _, row := range rows {
		if _, err := strconv.Atoi(row[i]); err == nil {
			some = true
		} else if row[i] != "" {
			return false
		}
	}
	return some
}

// rank orders peers.
func rank(peer string) int {
	if i := slices.Index(firstPeers, peer); i >= 0 {
		return i
	}
	return len(firstPeers)
}
