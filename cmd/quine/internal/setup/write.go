// SPDX-License-Identifier: BSD-3-Clause

package setup

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/quine-fw/quine/cmd/quine/internal/ldscript"
)

// ScriptName returns the name of the edited linker script: link.quine.ld for link.ld.
func (p *Plan) ScriptName() string {
	base := filepath.Base(p.Script.Name)
	return strings.TrimSuffix(base, filepath.Ext(base)) + ".quine.ld"
}

// Files returns what the plan writes, by file name relative to its folder.
func (p *Plan) Files() (map[string]string, error) {
	files := map[string]string{}
	if p.ProgramUnit > 0 {
		port, err := p.portFiles()
		if err != nil {
			return nil, err
		}
		files = port
	}
	files["quine_config.h"] = p.config()
	files[p.ScriptName()] = p.edit()
	return files, nil
}

// edit returns the linker script with Quine in it.
func (p *Plan) edit() string {
	s := p.Script
	var list []ldscript.Edit
	if length := uint64(p.ImageMax); length != p.Flash.Length {
		list = append(list, ldscript.Edit{At: p.Flash.LengthPlace, Text: size(length) +
			" /* of " + s.Plain(p.Flash.LengthPlace) + "; the staging store lies behind */"})
	}
	if s.Entry != nil {
		list = append(list, ldscript.Edit{At: s.Entry.Place, Text: "quine_entry"})
	} else {
		list = append(list, ldscript.Edit{At: ldscript.Span{Start: s.Memory.Start, End: s.Memory.Start}, Text: "ENTRY(quine_entry)\n\n"})
	}
	aliases := ""
	if s.Region("FLASH") == nil {
		aliases += fmt.Sprintf("\nREGION_ALIAS(\"FLASH\", %s)", p.Flash.Name)
	}
	if s.Region("RAM") == nil {
		aliases += fmt.Sprintf("\nREGION_ALIAS(\"RAM\", %s)", p.RAM.Name)
	}
	if aliases != "" {
		list = append(list, ldscript.Edit{At: ldscript.Span{Start: s.Memory.End, End: s.Memory.End}, Text: "\n" + aliases})
	}
	list = append(list, ldscript.Edit{At: ldscript.Span{Start: s.Body.Start, End: s.Body.Start},
		Text: "\n" + s.Indent(s.Sections[0].Place.Start) + "INCLUDE " + p.fragment() + "\n"})
	list = append(list, p.vectorEdits()...)
	list = append(list, p.secondStageEdits()...)
	return s.Apply(list)
}

// secondStageEdits takes the second stage of an RP2040 out of the script, and what is
// asserted about its output section.
func (p *Plan) secondStageEdits() []ldscript.Edit {
	s := p.Script
	if p.secondStage == nil {
		return nil
	}
	list := []ldscript.Edit{{At: s.Lines(p.secondStage.Place)}}
	for _, assert := range s.Asserts {
		if slices.ContainsFunc(p.secondStage.Statements, func(st ldscript.Statement) bool {
			return st.Symbol != "" && strings.Contains(s.Source(assert), st.Symbol)
		}) {
			list = append(list, ldscript.Edit{At: s.Lines(assert)})
		}
	}
	return list
}

// vectorEdits takes the vector table out of its output section: it goes behind the
// manifest.
func (p *Plan) vectorEdits() []ldscript.Edit {
	s, v := p.Script, p.vectors
	list := []ldscript.Edit{{At: s.Lines(v.statement.Place)}}
	for _, b := range v.before {
		m := isHere.FindStringSubmatchIndex(s.Source(b.Place))
		at := ldscript.Span{Start: b.Place.Start + m[2], End: b.Place.Start + m[3]}
		list = append(list, ldscript.Edit{At: at, Text: "quine_app_vectors"})
	}
	return list
}

// size writes a number of bytes as linker scripts do.
func size(n uint64) string {
	if n%1024 == 0 {
		return fmt.Sprintf("%dK", n/1024)
	}
	return fmt.Sprint(n)
}

// config returns the text of quine_config.h.
func (p *Plan) config() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("// Quine's settings for %s on %s, laid out by quine init. Check each.", p.ELFName, p.Part)
	line("#ifndef QUINE_CONFIG_H\n#define QUINE_CONFIG_H\n")
	line("// The product and the board revision. A device takes no image of another product, so no two products")
	line("// of yours may share the number; quine seal --hardware says which revisions an image runs on.")
	line("#define QUINE_PRODUCT 0x%08Xu\n#define QUINE_HARDWARE 1u\n", p.Product)
	line("// Bytes of flash that an image may fill, boot sector included: LENGTH of FLASH in %s.", p.ScriptName())
	line("#define QUINE_IMAGE_MAX 0x%Xu\n", p.ImageMax)
	line("// Verifications of a staged image that may end in a reset before boot gives it up, at least 2.")
	line("#define QUINE_ATTEMPTS_MAX 3u\n")
	p.storeConfig(line)
	if p.Signed {
		line("\n// Where boot keeps the lowest security counter that it accepts: an erase unit that nothing else may use.")
		line("#define QUINE_FLOOR_OFFSET 0x%Xu\n#define QUINE_FLOOR_SIZE %du", p.FloorOffset, p.FloorSize)
	}
	for _, s := range p.settings() {
		line("\n%s", strings.Join(s.comment, "\n"))
		if s.name == "QUINE_PAGE_SIZE" && p.Page != 0 {
			line("#define QUINE_PAGE_SIZE %du", p.Page)
		} else {
			line("// #define %s %s", s.name, s.value)
		}
	}
	line("\n#endif")
	return b.String()
}

// storeConfig writes the settings of the staging store.
func (p *Plan) storeConfig(line func(string, ...any)) {
	if p.Store == "internal" {
		line("// The staging store, where the new image is rebuilt: the rest of the flash. The first erase unit")
		line("// holds the header, the others an image of up to %d KiB.", p.StoreMax>>10)
	} else {
		line("// The staging store, where the new image is rebuilt: its place in the chip, which your application")
		line("// must leave alone. The first unit holds the header, the others an image of up to %d KiB.", p.StoreMax>>10)
	}
	line("#define QUINE_STORE_OFFSET 0x%Xu", p.StoreOffset)
	line("#define QUINE_STORE_SIZE 0x%Xu", p.StoreSize)
	line("#define QUINE_STORE_UNIT %du", p.StoreUnit)
	clocks := map[string]string{"spinor": "QUINE_SPINOR_CLOCK", "fram": "QUINE_FRAM_CLOCK"}
	if name := clocks[p.Store]; name != "" {
		line("// The fastest SPI clock that boot or application use, in Hz; store/%s/quine_store_part.h has more.", p.Store)
		line("#define %s 8000000u", name)
	}
}

// Units describes the erase units up to an offset, as "4 of 16 KiB, 1 of 64 KiB".
func (p *Plan) Units(end uint32) string {
	var list []string
	for at := uint32(0); at < end; {
		unit, n := p.Geometry.Unit(at), 0
		for ; at < end && p.Geometry.Unit(at) == unit; n++ {
			at += unit
		}
		text := fmt.Sprintf("%d of %d bytes", n, unit)
		if unit%1024 == 0 {
			text = fmt.Sprintf("%d of %d KiB", n, unit>>10)
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

// Vectors says which output section holds the vector table, and in which line.
func (p *Plan) Vectors() (section string, line int) {
	return p.vectors.section.Name, p.Script.Line(p.vectors.statement.Place.Start)
}

// Names returns the names of files, sorted.
func Names(files map[string]string) []string {
	var list []string
	for name := range files {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}
