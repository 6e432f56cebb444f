// SPDX-License-Identifier: BSD-3-Clause

// Train makes all constants of the delta stream:
//
//	train [-root DIR] [-without NAME] PAIRS ARCHIVE...
//	train -leave-one-out PAIRS
//
// PAIRS is a directory of folders with old.bin and new.bin, from which come the start
// values of cells and the prior of changed bytes; pairs.md lists those used. Literals
// are counted in the Thumb code of the archives, which are those of newlib and
// libstdc++ in Debian 12's libnewlib-arm-none-eabi and libstdc++-arm-none-eabi-newlib:
//
//	cd /usr/lib/arm-none-eabi/newlib/thumb
//	ls {v6-m/nofp,v7-m/nofp,v7e-m+fp/hard}/lib{c,stdc++}_nano.a
//
// Both only count; the other tables are formulas. Train writes the tables of the
// codecs in Go and in C below the root of the repository.
//
// With -leave-one-out it encodes each pair with tables trained without it and
// prints how large that makes it.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"

	"github.com/quine-fw/quine/patch/internal/stream"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("train: ")
	root := flag.String("root", ".", "root of the repository, where the tables are written")
	without := flag.String("without", "", "leave out pairs whose names begin so")
	leaveOneOut := flag.Bool("leave-one-out", false, "measure each pair with tables trained without it")
	flag.Parse()
	var err error
	switch {
	case *leaveOneOut && flag.NArg() == 1:
		err = measure(os.Stdout, flag.Arg(0))
	case !*leaveOneOut && flag.NArg() > 1:
		err = train(*root, *without, flag.Arg(0), flag.Args()[1:])
	default:
		flag.Usage()
		os.Exit(2)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// train writes the tables.
func train(root, without, dir string, archives []string) error {
	pairs, err := readPairs(dir)
	if err != nil {
		return err
	}
	t := trainPairs(keep(pairs, without))
	if t.Literal, err = trainLiterals(archives); err != nil {
		return err
	}
	for name, text := range files(t) {
		if err := os.WriteFile(filepath.Join(root, name), text, 0o666); err != nil {
			return err
		}
	}
	return nil
}

// files are the files made of the tables, by name.
func files(t stream.Tables) map[string][]byte {
	return map[string][]byte{
		"patch/internal/stream/tables.go":  goFormulas(),
		"patch/internal/stream/trained.go": goTrained(t),
		"device/src/quine_stream_tables.c": cTables(t),
	}
}
