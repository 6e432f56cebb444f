// SPDX-License-Identifier: BSD-3-Clause

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// hostReport is the part of lab.json that this command writes under "host".
type hostReport struct {
	Size           string        `json:"size"`
	Seconds        float64       `json:"seconds"`        // of this run, if it went on with another
	CPUSeconds     float64       `json:"cpu_seconds"`    // of all devices
	Left           int           `json:"scenarios_left"` // by -for
	Cuts           int           `json:"cuts"`           // distinct ones; each has taken place
	Runs           int           `json:"runs"`
	Known          int           `json:"runs_known"` // of these: not made, since their end was known
	Bricks         int           `json:"bricks"`
	BootSectorLost int           `json:"boot_sector_lost"` // cuts inside the one window that is allowed to
	Boots          int           `json:"boots_to_recover"` // most
	Builds         []buildReport `json:"builds"`
	Failures       []string      `json:"failures,omitempty"`
}

type buildReport struct {
	Name           string  `json:"name"`
	Scenarios      int     `json:"scenarios"`
	Cuts           int     `json:"cuts"`
	Boots          int     `json:"boots_to_recover"`
	FlashErases    int     `json:"flash_erases"`     // most of one unit, without a cut
	FlashErasesCut int     `json:"flash_erases_cut"` // and with
	BootSectorLost int     `json:"boot_sector_lost"`
	Window         int     `json:"window_operations"`
	WindowTyp      float64 `json:"window_typ_ms,omitempty"` // by the part's data sheet
	WindowMax      float64 `json:"window_max_ms,omitempty"`
}

// report sums up, prints and writes what was found.
func (t *tally) report(z *size, name string) error {
	r := hostReport{Size: z.name, Seconds: time.Since(t.started).Seconds(), Bricks: len(t.failures), Failures: t.failures, Left: t.left}
	builds := map[string]*buildReport{}
	scenarios := map[string]bool{}
	for _, one := range t.results {
		b := builds[one.build.Name]
		if b == nil {
			b = &buildReport{Name: one.build.Name}
			builds[one.build.Name] = b
			if p := one.build.part; p != nil {
				typ, most := p.Window(4096)
				b.WindowTyp, b.WindowMax = typ.Seconds()*1000, most.Seconds()*1000
			}
		}
		if pair := one.build.Name + "/" + one.scenario.name; !scenarios[pair] {
			scenarios[pair] = true
			b.Scenarios++
		}
		b.Cuts += one.Deepest
		b.Boots = max(b.Boots, one.Boots)
		b.FlashErases = max(b.FlashErases, one.FlashErases)
		b.FlashErasesCut = max(b.FlashErasesCut, one.FlashErasesCut)
		b.BootSectorLost += one.Lost
		b.Window = max(b.Window, one.Window)
		r.Runs += one.Runs
		r.Known += one.Known
		r.CPUSeconds += one.CPU.Seconds()
	}
	var unseen error
	for _, b := range builds {
		r.Cuts += b.Cuts
		r.BootSectorLost += b.BootSectorLost
		r.Boots = max(r.Boots, b.Boots)
		r.Builds = append(r.Builds, *b)
		if scenarios[b.Name+"/boot-sector"] && b.BootSectorLost == 0 {
			unseen = fmt.Errorf("%s: no cut has lost the boot sector, though some must", b.Name)
		}
	}
	slices.SortFunc(r.Builds, func(a, b buildReport) int { return slices.Index(names(t), a.Name) - slices.Index(names(t), b.Name) })
	r.print()
	if err := writePart(name, "host", r); err != nil {
		return err
	}
	if len(t.failures) > 0 {
		return errors.New("a device did not recover")
	}
	return unseen
}

// names returns the builds in the order of the matrix.
func names(t *tally) []string {
	list, err := builds()
	if err != nil {
		return nil
	}
	var order []string
	for _, b := range list {
		order = append(order, b.Name)
	}
	return order
}

// print prints the table.
func (r *hostReport) print() {
	fmt.Printf("%-18s %9s %10s %6s %12s %12s %8s  %s\n", "device", "scenarios", "cuts", "boots", "erases of", "boot sector", "window", "the part's time for it")
	fmt.Printf("%-18s %9s %10s %6s %12s %12s %8s  %s\n", "", "", "", "most", "a unit, cut", "lost in it", "operations", "typ and max, ms")
	for _, b := range r.Builds {
		fmt.Printf("%-18s %9d %10d %6d %6d, %4d %12d %8d", b.Name, b.Scenarios, b.Cuts, b.Boots, b.FlashErases, b.FlashErasesCut, b.BootSectorLost, b.Window)
		if b.WindowMax > 0 {
			fmt.Printf("  %.0f %.0f", b.WindowTyp, b.WindowMax)
		}
		fmt.Println()
	}
	if r.Left > 0 {
		fmt.Printf("%d scenarios were left out by -for\n", r.Left)
	}
	fmt.Printf("%d distinct cuts tried, each took place; %d bricks; %d cuts lost the boot sector in the window of its deliberate change\n",
		r.Cuts, r.Bricks, r.BootSectorLost)
	fmt.Printf("%d runs, of which %d did not have to be made: their end was known; %.0f cuts in a second, %.0f in a second of a core\n",
		r.Runs, r.Known, float64(r.Cuts)/r.Seconds, float64(r.Cuts)/max(r.CPUSeconds, 1e-3))
}

// writePart writes one part of the lab's results and leaves the others as they are.
func writePart(name, key string, part any) error {
	all := map[string]any{}
	if data, err := os.ReadFile(name); err == nil {
		if err := json.Unmarshal(data, &all); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	all[key] = part
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	return os.WriteFile(name, append(data, '\n'), 0o666)
}
