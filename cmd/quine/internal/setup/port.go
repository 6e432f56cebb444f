// SPDX-License-Identifier: BSD-3-Clause

package setup

import (
	"fmt"
	"math/bits"
	"path"
	"regexp"
	"strings"

	"github.com/quine-fw/quine/device"
	"github.com/quine-fw/quine/image"
)

var portName = regexp.MustCompile(`^[a-z][a-z0-9]*$`)

// newPort takes the geometry of a part that has no port from the options.
func (p *Plan) newPort() error {
	switch {
	case !portName.MatchString(p.Part):
		return problem("use lower case letters and digits", "%q is no name for a port", p.Part)
	case p.Page == 0 || bits.OnesCount32(p.Page) != 1:
		return problem("its reference manual calls it page or sector size; ports of parts with several sizes begin with the smallest",
			"a new port needs the erase unit of the part: --page, a power of two of bytes")
	case bits.OnesCount32(p.ProgramUnit) != 1 || p.ProgramUnit > 32:
		return problem("its reference manual says how many bytes are programmed at once", "the program unit is a power of two from 1 to 32")
	}
	for _, name := range device.Ports() {
		if name == p.Part {
			return problem("leave out --program-unit, or choose another name", "the library has a port %s", p.Part)
		}
	}
	p.Geometry = &device.Part{
		Name: p.Part, Erase: []device.Run{{Unit: p.Page}}, Program: device.Program{Unit: p.ProgramUnit},
	}
	p.AppStart = max(image.BootSize, p.Page)
	p.VectorsAlign = 512 // 112 interrupts
	return nil
}

// portFiles returns the files of a new port, made from the library's template.
func (p *Plan) portFiles() (map[string]string, error) {
	files := map[string]string{}
	for _, name := range []string{"quine_part.h", "quine_port_template.c", "quine_template.ld"} {
		data, err := device.ReadFile(path.Join("port/template", name))
		if err != nil {
			return nil, err
		}
		text := string(data)
		switch path.Ext(name) {
		case ".h":
			text = define(text, "QUINE_FLASH_BASE", fmt.Sprintf("0x%08Xu", p.Flash.Origin))
			text = define(text, "QUINE_PROGRAM_UNIT", fmt.Sprintf("%du", p.ProgramUnit))
			text = define(text, "QUINE_PAGE_SIZE", fmt.Sprintf("%du", p.Page))
			text = define(text, "QUINE_APP_OFFSET", fmt.Sprintf("%du", p.AppStart))
		case ".ld":
			text = assign(text, "quine_app_start", fmt.Sprintf("ORIGIN(FLASH) + %d", p.AppStart))
			text = assign(text, "quine_vectors_align", fmt.Sprint(p.VectorsAlign))
		}
		files[path.Join("port", p.Part, strings.ReplaceAll(name, "template", p.Part))] = text
	}
	return files, nil
}

// define gives a macro of text another value.
func define(text, name, value string) string {
	return regexp.MustCompile(`(?m)^(#define `+name+`) \S+`).ReplaceAllString(text, "$1 "+value)
}

// assign gives a symbol of a linker script another value.
func assign(text, name, value string) string {
	return regexp.MustCompile(`(?m)^`+name+` = .*;$`).ReplaceAllString(text, name+" = "+value+";")
}
