// SPDX-License-Identifier: BSD-3-Clause

// Command quine seals, compares, patches and inspects firmware images for devices
// that carry the Quine boot sector.
//
// Data goes to standard output, everything said to people about errors to standard
// error. The exit status is 0 for success, 1 if something was refused or failed,
// and 2 for a wrong command line.
package main

import "os"

func main() {
	os.Exit(newConsole().run(os.Args[1:]))
}
