// SPDX-License-Identifier: BSD-3-Clause

// Package device gives Go programs the C library in this folder and the data of the
// parts that it is ported to. [Lookup] finds a part by the name of its folder in port/,
// [Files] tells which files an application for it needs, and [ReadFile] reads them.
package device

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// library is all that an application may compile, link or include.
//
//go:embed LICENSE README.md quine.mk quine.flags CMakeLists.txt library.json platformio.py crypto encrypted include ld port signed src store zephyr
var library embed.FS

// ReadFile returns the content of a file of the library; its name is a path relative
// to the library's folder, with slashes.
func ReadFile(name string) ([]byte, error) { return library.ReadFile(name) }

// Ports returns the names of all ports, sorted: folders of port/ with a quine_part.h. A
// port that serves several parts has a name for each, as mps2/an386.
func Ports() []string { return folders("port", "quine_part.h") }

// Stores returns the names of all staging stores, sorted.
func Stores() []string { return folders("store", "quine_store_part.h") }

// folders returns the folders below root that hold a file of that name.
func folders(root, file string) []string {
	var list []string
	for _, name := range walk(root) {
		if path.Base(name) == file {
			list = append(list, strings.TrimPrefix(path.Dir(name), root+"/"))
		}
	}
	return list
}

// walk returns all files below root, sorted.
func walk(root string) []string {
	var list []string
	err := fs.WalkDir(library, root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, name)
		}
		return err
	})
	if err != nil {
		panic(err) // the files are part of the program
	}
	slices.Sort(list)
	return list
}

// Files returns the names of the library's files that an application with the given
// ports and stores needs, sorted. None of a kind stands for all of them.
func Files(ports, stores []string) ([]string, error) {
	if err := known("port", ports, Ports()); err != nil {
		return nil, err
	}
	if err := known("store", stores, Stores()); err != nil {
		return nil, err
	}
	var list []string
	for _, name := range walk(".") {
		if needed(name, "port", ports) && needed(name, "store", stores) {
			list = append(list, name)
		}
	}
	for i := 0; i < len(list); i++ {
		list = append(list, included(list[i])...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

// known returns an error if one of names is not in list.
func known(what string, names, list []string) error {
	for _, name := range names {
		if !slices.Contains(list, name) {
			return fmt.Errorf("no %s is called %s; there are %s", what, strconv.Quote(name), strings.Join(list, ", "))
		}
	}
	return nil
}

// needed reports whether a file serves one of the chosen folders of root: it lies
// outside of root, in the folder, or in one above it.
func needed(file, root string, choice []string) bool {
	dir, inside := strings.CutPrefix(path.Dir(file)+"/", root+"/")
	return len(choice) == 0 || !inside || slices.ContainsFunc(choice, func(name string) bool {
		return strings.HasPrefix(name+"/", dir) || strings.HasPrefix(dir, name+"/")
	})
}

var outside = regexp.MustCompile(`(?m)^#include "(\.\./[^"]+)"`)

// included returns what a file includes by a path from other folders, and the headers
// beside it but for the geometry of the part there.
func included(file string) []string {
	data, err := library.ReadFile(file)
	if err != nil {
		panic(err) // the files are part of the program
	}
	var list []string
	for _, m := range outside.FindAllSubmatch(data, -1) {
		name := path.Join(path.Dir(file), string(m[1]))
		list = append(list, name)
		for _, beside := range walk(path.Dir(name)) {
			if path.Ext(beside) == ".h" && path.Base(beside) != "quine_part.h" {
				list = append(list, beside)
			}
		}
	}
	return list
}
