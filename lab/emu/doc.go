// SPDX-License-Identifier: BSD-3-Clause

// Package emu runs Thumb code inside the process: all of ARMv6-M, and of ARMv7-M the
// integer instructions and of ARMv7E-M those that compilers emit without being asked
// to. There are no interrupts and no floating point; what is not known stops with an
// error that names the instruction.
//
// [New] makes a core with flash and RAM. [Core.Run] runs until something happens,
// [Core.Call] calls a function, and [Core.Hook] puts Go code in place of one.
// [Load] makes a core from an ELF file and knows its symbols:
//
//	p, err := emu.Load(elf, nil)
//	if err != nil {
//		return err
//	}
//	result, err := p.Call("quine_crc32", 0, p.Put(data), uint32(len(data)))
//	fmt.Println(result, p.Instructions, p.StackUsed)
//
// Each instruction is decoded once, to a function and its operands, so a core
// executes about a hundred million instructions a second.
//
// Section numbers in comments are those of the ARMv7-M Architecture Reference Manual
// (ARM DDI 0403E); ARMv6-M (DDI 0419) agrees wherever it has the instruction.
package emu
