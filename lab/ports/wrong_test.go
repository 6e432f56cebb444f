// SPDX-License-Identifier: BSD-3-Clause

package ports

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/quine-fw/quine/internal/need"
)

// A mistake is what someone may get wrong in a driver: text of the driver, what
// stands there instead, and what the model must say to it.
type mistake struct {
	name, old, new string
	complaint      string
}

// Mistakes in the STM32 drivers, whose controllers are cousins.
var stm32 = []mistake{
	{"no keys", "quine_write32(keyr, 0x45670123u);\n        quine_write32(keyr, 0xCDEF89ABu);", "", "while LOCK"},
	{"keys in the wrong order", "quine_write32(keyr, 0x45670123u);\n        quine_write32(keyr, 0xCDEF89ABu);",
		"quine_write32(keyr, 0xCDEF89ABu);\n        quine_write32(keyr, 0x45670123u);", "wrong key sequence"},
	{"keys without a look at LOCK", "if ((quine_read32(cr) & lock) != 0u)", "if (true)", "wrong key sequence"},
	{"flags not cleared before", "    quine_write32(FLASH_SR, SR_FLAGS);\n    return wait_ready();", "    return wait_ready();", "flags of an application: "},
	{"flags not cleared at open", "    quine_write32(FLASH_SR, SR_FLAGS);\n    ", "    ", "open: "},
	{"not locked", "        quine_write32(cr, locks);\n", "", "not locked"},
	{"end of an erase not awaited", "        err = wait_ready();\n", "        err = QUINE_OK;\n", "left"},
	{"end of a program not awaited", "        err = wait_ready();\n    }\n    ", "        err = QUINE_OK;\n    }\n    ", "busy"},
	{"errors not looked at", "(status & (busy | errors)) == 0u", "(status & busy) == 0u", "program without erase"},
	{"watchdog not fed", "        stm32_feed();\n        status", "        status", "watchdog not fed"},
	{"watchdog fed with another key", "quine_write32(0x40003000u, 0xAAAAu)", "quine_write32(0x40003000u, 0x5555u)", "IWDG_KR"},
	{"wait without an end", "&& --loops > 0u", "", "without an end"},
}

var mistakes = map[string][]mistake{
	"stm32f4": append([]mistake{
		{"PSIZE not set", "quine_write32(FLASH_CR, CR_PG | CR_PSIZE_X32)", "quine_write32(FLASH_CR, CR_PG)", "with PSIZE 0"},
		{"half-words", "quine_write32(to, *from++)", "quine_write16(to, (uint16_t)*from++)", "2 bytes wide with PSIZE 2"},
		{"PG not set", "quine_write32(FLASH_CR, CR_PG | CR_PSIZE_X32)", "", "without PG"},
		{"STRT together with SER", "        quine_write32(FLASH_CR, cr);\n", "", "STRT without SER"},
		{"SNB of bank 2", "16u : 0u;", "12u : 0u;", "does not exist"},
		{"sectors as if all were of 16 KiB", "in_bank < 0x10000u", "in_bank < 0x100000u", "erase"},
		{"caches on", "quine_write32(FLASH_ACR, off);\n        quine_write32(FLASH_CR, cr);", "quine_write32(FLASH_CR, cr);", "caches on"},
		{"cache reset while on", "off | ACR_ICRST", "acr | ACR_ICRST", "cache reset while it is on"},
		{"protection of one sector only", "(2u << last) - 1u", "1u", "open with a protected sector"},
		{"bank 2 not asked", "if (last >= 16u &&", "if (0 && last >= 16u &&", "open with a protected sector"},
		{"PCROP taken for WRP", "optcr & OPTCR_SPRMOD) != 0u", "optcr & 0u) != 0u", "open"},
		{"dual bank of 1 MiB not asked", " | OPTCR_DB1M", "", "other geometry"},
		{"PVD not on", " | pvde", "", "PVDO read without PVD"},
		{"PWR without clock", "quine_write32(rcc_apb1enr, enr | pwren);", "", "without its clock"},
		{"supply not looked at", "protected(size) || stm32_supply_low(RCC_APB1ENR, PVD_2V7, PVD_LOOPS)", "protected(size)", "open at low supply"},
	}, without(stm32, "errors not looked at")...),
	"stm32l4": append([]mistake{
		{"one word only", "        quine_write32(to + 4u, from[1]);\n", "", "left busy"},
		{"words in the wrong order", "quine_write32(to, from[0]);\n        quine_write32(to + 4u, from[1]);",
			"quine_write32(to + 4u, from[1]);\n        quine_write32(to, from[0]);", "two words of one double word"},
		{"PG not set", "quine_write32(FLASH_CR, CR_PG);", "", "without PG"},
		{"STRT together with PER", "        quine_write32(FLASH_CR, cr);\n", "", "STRT without PER"},
		{"BKER not set", "        cr |= QUINE_CR_BKER;\n", "", "erase"},
		{"caches on", "acr & ~QUINE_ACR_CACHES);\n    stm32_unlock", "acr);\n    stm32_unlock", "caches on"},
		{"cache reset while on", "off | QUINE_ACR_RESETS", "acr | QUINE_ACR_RESETS", "cache reset while it is on"},
		{"caches not turned on again", "    quine_write32(FLASH_ACR, acr);\n", "", "caches left changed"},
		{"second area not asked", "|| wrp_meets(FLASH_WRP1BR + bank, first, size)", "", "open with a protected sector"},
		{"bank 2 not asked", "(size > QUINE_BANK_SIZE &&", "(false &&", "open with a protected sector"},
		{"PCROP not asked", "pcrop_meets(FLASH_PCROP1SR + bank, size) ||", "false ||", "open with a PCROP area"},
		{"empty flag not set", "        quine_flash_mark_empty(true);\n", "        ;\n", "empty flag"},
		{"empty flag not cleared", "    if (offset == 0u && err == QUINE_OK)\n        quine_flash_mark_empty(false);\n", "", "empty flag"},
		{"ECCD not cleared", "    quine_write32(at, eccr & ~ECCR_ECCC); // cleared by writing 1 (RM 3.7.7)\n", "", "double ECC error"},
		{"NMI of others swallowed", "        quine_reset();\n    quine_flash_fault_record", "        ;\n    quine_flash_fault_record", "no reset on an NMI"},
		{"writes SR back", "quine_write32(FLASH_SR, SR_FLAGS);", "quine_write32(FLASH_SR, 0xFFFFFFFFu);", "empty flag"},
	}, stm32...),
	"stm32g0": {
		{"second PCROP area not asked", "(QUINE_PCROP_AREAS == 2 &&", "(false &&", "open with a PCROP area"},
		{"CFGBSY not awaited", "(status & busy) != 0u && --loops", "(status & 0x10000u) != 0u && --loops", "program"},
	},
	"stm32g0 two banks": {
		{"page number of bank 2 from 0 on", " - QUINE_BANK2_PAGE * QUINE_PAGE_SIZE", "", "does not exist"},
		{"option bytes not asked", "(quine_read32(FLASH_OPTR) & QUINE_OPTR_MASK) != QUINE_OPTR_WANT ||", "", "other geometry"},
		{"ECC of bank 2 not asked", "QUINE_FLASH_ECC2R != QUINE_FLASH_ECCR &&", "false &&", "double ECC error: reset"},
		{"PCROP of bank 2 not asked", "pcrop_meets(FLASH_PCROP1SR + bank, size)", "pcrop_meets(FLASH_PCROP1SR, size)", "open with a PCROP area"},
	},
	"stm32f1 fixed boot sector": {
		{"kept sectors asked", " >> kept << kept", "", "protected boot sector: open"},
		{"no sector asked", "<< others != 0u", "<< others == 1u", "open with a protected sector"},
	},
	"stm32f4 fixed boot sector": {
		{"kept sectors asked", " & ~kept)", ")", "protected boot sector: open"},
	},
	"stm32l0 fixed boot sector": {
		{"kept sectors asked", "~first_bits(QUINE_FIRST_WRITTEN / WRPROT_SECTOR)", "0xFFFFFFFFu", "protected boot sector: open"},
	},
	"stm32l4 fixed boot sector": {
		{"kept pages asked", "end >= first / QUINE_PAGE_SIZE", "true", "protected boot sector: open"},
	},
	"samd21 fixed boot sector": {
		{"BOOTPROT of any size refused", " && BOOTPROT_MOST >> bootprot > QUINE_FIRST_WRITTEN", "", "protected boot sector: open"},
	},
	"stm32g4": {
		{"page number beyond the bank", "        page -= QUINE_BANK_SIZE - QUINE_BANK2_PAGE * QUINE_PAGE_SIZE;\n", "", "erase: erase at 0x40000"},
		{"QUINE_BANK_SIZE left at 512 KiB", "if (page >= QUINE_BANK_SIZE)", "if (page >= 0x80000u)", "erase: erase at 0x40000"},
		{"option bytes not asked", "(quine_read32(FLASH_OPTR) & QUINE_OPTR_MASK) != QUINE_OPTR_WANT ||", "", "other geometry"},
	},
	"stm32f1": append([]mistake{
		{"words", "quine_write16(to + n, ", "quine_write32((to + n) & ~3u, ", "4 bytes wide: hard fault"},
		{"PG not set", "quine_write32(FLASH_CR, CR_PG);", "", "without PG"},
		{"AR not set", "            quine_write32(FLASH_AR, to);\n", "", "AR 0x"},
		{"AR before PER unlocked", "    (void)wait_ready();\n", "    (void)wait_ready();\n    if (from == NULL)\n        quine_write32(FLASH_AR, to);\n", "AR written while"},
		{"flags not cleared before", "    quine_write32(FLASH_SR, SR_FLAGS);\n    err = wait_ready();", "    err = wait_ready();", "flags of an application: "},
		{"end of a program not awaited", "                err = wait_ready();\n", "                err = QUINE_OK;\n", "while BSY"},
		{"last bit of WRPR forgotten", "31u - last : 0u;", "31u - last : 1u;", "open with a protected sector"},
		{"sectors beyond the image asked", "31u - last : 0u;", "0u : 0u;", "open"},
		{"WRPR read as active high", "(~quine_read32(FLASH_WRPR)", "(quine_read32(FLASH_WRPR)", "open"},
		{"supply not looked at", "|| stm32_supply_low(RCC_APB1ENR, PVD_2V2, PVD_LOOPS)", "", "open at low supply"},
	}, without(stm32, "flags not cleared before", "end of a program not awaited")...),
	"stm32l0": append([]mistake{
		{"PRGLOCK not opened", "    quine_write32(FLASH_PRGKEYR, 0x8C9DAEBFu);\n    quine_write32(FLASH_PRGKEYR, 0x13141516u);\n", "", "while locked"},
		{"no keys", "    quine_write32(FLASH_PEKEYR, 0x89ABCDEFu);\n    quine_write32(FLASH_PEKEYR, 0x02030405u);\n", "", "wrong key sequence"},
		{"open PECR not looked for", "    if ((quine_read32(FLASH_PECR) & PECR_PELOCK) == 0u)\n        quine_write32(FLASH_PECR, PECR_LOCKED);\n", "", "wrong key sequence"},
		{"ERASE without PROG", "PECR_ERASE | PECR_PROG", "PECR_ERASE", "ERASE without PROG"},
		{"erase by ones", "quine_write32(QUINE_FLASH_BASE + offset, 0);", "quine_write32(QUINE_FLASH_BASE + offset, 0xFFFFFFFFu);", "another value than 0"},
		{"half-words", "quine_write32(to, *from++)", "quine_write16(to, (uint16_t)*from++)", "2 bytes wide"},
		{"read buffers on", "acr | ACR_DISAB_BUF", "acr", "read buffers on"},
		{"WPRMOD not asked", "(optr & OPTR_WPRMOD) != 0u", "(optr & 0u) != 0u", "PCROP"},
		{"BFB2 not asked", "|| (optr & OPTR_BFB2) != 0u", "", "other geometry"},
		{"sectors above 32 not asked", "if (sectors > 32u)", "if (0)", "open with a protected sector"},
		{"supply not looked at", "(optr & OPTR_BOR_ON) == 0u && stm32_supply_low(RCC_APB1ENR, PVD_1V9, PVD_LOOPS) ? QUINE_ERR_IO : QUINE_OK", "QUINE_OK", "open at low supply"},
	}, without(stm32, "no keys", "keys in the wrong order", "keys without a look at LOCK")...),
	"nrf52": {
		{"WEN not set", "offset, CONFIG_WEN", "offset, CONFIG_REN", "without WEN"},
		{"EEN not set", "ERASEPAGE, CONFIG_EEN", "ERASEPAGE, CONFIG_REN", "without EEN"},
		{"WEN for an erase", "ERASEPAGE, CONFIG_EEN", "ERASEPAGE, CONFIG_WEN", "without EEN"},
		{"CONFIG left", "        quine_write32(NVMC_CONFIG, CONFIG_REN);\n", "        ;\n", "CONFIG left"},
		{"end of a write not awaited", "        err = wait_ready();\n    }", "    }", "while busy"},
		{"bytes", "quine_write32(address, value)", "address >= NVMC_READY ? quine_write32(address, value) : quine_write8(address, (uint8_t)value)", "1 bytes wide: hard fault"},
		{"page number for its address", "change(QUINE_FLASH_BASE + offset", "change(offset / QUINE_PAGE_SIZE", "ERASEPAGE ="},
		{"watchdog not fed", "--loops > 0u)\n        quine_watchdog();", "--loops > 0u)\n        ;", "watchdog not fed"},
		{"one reload register forgotten", "rr = WDT_RR0;", "rr = WDT_RR0 + 4u;", "not every reload register"},
		{"wait without an end", "&& --loops > 0u", "", "without an end"},
	},
	"rp2040": {
		{"flash not connected", "op->function[0] = rom(CONNECT_INTERNAL_FLASH)", "op->function[0] = rom(FLASH_EXIT_XIP)", "out of order"},
		{"XIP cache not flushed", "op->function[3] = rom(FLASH_FLUSH_CACHE)", "op->function[3] = rom(FLASH_ENTER_CMD_XIP)", "out of order"},
		{"XIP left off", "i < 5u; i++)\n        (void)quine_call(op", "i < 4u; i++)\n        (void)quine_call(op", "XIP left off"},
		{"interrupts on", "primask = quine_interrupts_off();", "primask = 0;", "interrupts on while XIP goes off"},
		{"interrupts left off", "    quine_interrupts_restore(primask);\n", "", "interrupts left off"},
		{"interrupts turned on", "quine_interrupts_restore(primask)", "quine_interrupts_restore(0)", "interrupts left on"},
		{"program of half a page", "op.argument[2] = PAGE;", "op.argument[2] = 128;", "RP of 128 bytes"},
		{"page not aligned", "op.argument[0] = first;", "op.argument[0] = offset;", "RP of 256 bytes at"},
		{"address for offset", "op.argument[0] = offset;", "op.argument[0] = QUINE_FLASH_BASE + offset;", "RE of"},
		{"rest of the page zero", "uint32_t word = 0xFFFFFFFFu;", "uint32_t word = 0;", "program"},
		{"reset into RAM", "    quine_write32(WATCHDOG_SCRATCH4, 0);\n", "", "does not reset into flash"},
	},
	"samd21": {
		{"command without key", "#define CMD_ER 0xA502u", "#define CMD_ER 0x0002u", "without key"},
		{"page buffer not cleared", "        err = command(CMD_PBC, err);\n", "", "without being cleared"},
		{"automatic page writes", " | CTRLB_MANW", "", "automatic page writes"},
		{"bytes", "quine_write32(to, *from++)", "quine_write8(to, (uint8_t)*from++)", "one byte wide"},
		{"ADDR in bytes", "(QUINE_FLASH_BASE + offset) / 2u", "(QUINE_FLASH_BASE + offset)", "erase"},
		{"whole unit not written", "        err = command(CMD_WP, err);\n", "", "program: write"},
		{"end not awaited", "    return wait_ready();\n}\n\nstatic QUINE_KERNEL_CODE void clear", "    return QUINE_OK;\n}\n\nstatic QUINE_KERNEL_CODE void clear", "erase of a protected sector"},
		{"cache not invalidated", "    (void)command(CMD_INVALL, wait_ready());\n", "", "read cache left stale"},
		{"flags not cleared before", "    clear_errors();\n    return wait_ready();", "    return wait_ready();", "flags of an application: "},
		{"flags not cleared after", "    clear_errors();\n    (void)command", "    (void)command", "error flags left"},
		{"BOOTPROT not asked", "bootprot != BOOTPROT_NONE &&", "false &&", "protected boot sector: open"},
		{"locks not asked", "(lock & 1u) == 0u", "0", "open with a protected sector"},
		{"BOD33 not asked", "if ((quine_read32(SYSCTRL_BOD33) & BOD33_ENABLE) == 0u)", "if (0)", "open at low supply"},
		{"CLEAR while SYNCBUSY", "(quine_read8(WDT_STATUS) & WDT_STATUS_SYNCBUSY) == 0u", "true", "SYNCBUSY"},
		{"watchdog not fed", "--loops > 0u)\n        quine_watchdog();", "--loops > 0u)\n        ;", "watchdog not fed"},
		{"STATUS as 32 bits", "quine_write16(NVMCTRL_STATUS", "quine_write32(NVMCTRL_STATUS", "4 bytes wide"},
		{"wait without an end", "&& --loops > 0u", "", "without an end"},
	},
}

// without returns the list without some mistakes.
func without(list []mistake, names ...string) []mistake {
	var kept []mistake
	for _, m := range list {
		if !strings.Contains(strings.Join(names, "\n")+"\n", m.name+"\n") {
			kept = append(kept, m)
		}
	}
	return kept
}

// The model sees every mistake: it is the model that this test tests.
func TestWrongDrivers(t *testing.T) {
	need.Program(t, "cc", "cc")
	if testing.Short() {
		t.Skip("compiles a hundred drivers")
	}
	for _, p := range ports {
		list, ok := mistakes[p.test()]
		if !ok {
			continue
		}
		t.Run(p.test(), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			objects := p.hostObjects(t, dir)
			text := p.text(t)
			for _, m := range list {
				p.wrong(t, m, text, dir, objects)
			}
		})
	}
}

// text returns the driver, and in it what drivers of cousins share.
func (p port) text(t *testing.T) string {
	text, err := os.ReadFile(p.source())
	if err != nil {
		t.Fatal(err)
	}
	shared, err := os.ReadFile(filepath.Join(library, "port/stm32/quine_stm32.h"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(text), "#include \"../stm32/quine_stm32.h\"\n", string(shared), 1)
}

// wrong builds the driver with one mistake and sees that it is found.
func (p port) wrong(t *testing.T, m mistake, text, dir string, objects []string) {
	if !strings.Contains(text, m.old) {
		t.Errorf("%s: the driver has no %q", m.name, m.old)
		return
	}
	driver := filepath.Join(dir, "wrong.c")
	if err := os.WriteFile(driver, []byte(strings.ReplaceAll(text, m.old, m.new)), 0o666); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "wrong")
	p.hostProgram(t, driver, program, objects)
	args := []string{"quick"}
	if m.complaint == "without an end" {
		args = nil
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), m.complaint) {
		t.Errorf("%s: %v, and nothing says %q:\n%.600s", m.name, err, m.complaint, out)
	}
}
