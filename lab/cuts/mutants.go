// SPDX-License-Identifier: BSD-3-Clause

package main

const (
	bootFile    = "src/quine_boot.c"
	kernelFile  = "src/quine_kernel.c"
	verifyFile  = "src/quine_verify.c"
	updateFile  = "src/quine_update.c"
	stagingFile = "src/quine_update_store.c"
	idFile      = "test/host/quine_id.c"
)

// destroy is where quine_kernel_replace destroys the seal.
const destroy = "    err = unseal(ram);\n"

// A mutant is a bug: text of the device library and what stands there instead, in pairs.
type mutant struct {
	name  string
	hole  string // of the install rules: DESIGN.md
	file  string
	edits []string
}

// mutants lists bugs in installer and client. Left out are those that nothing can tell from
// the rules as they are: skipping sector 1 where it reads equal, which destroying the
// seal implies; skipping equal sectors beyond the installed image's extent, which harms only
// after an attack; the read-back of what was programmed, which the digest repeats; the
// digest of what was staged by the client, which boot repeats; and the check that the seal
// is gone, which needs a worn cell (lab/sim has one).
var mutants = []mutant{
	{"a copied sector brings its seal along", "S1", kernelFile, []string{
		"    if (offset - QUINE_SEAL_OFFSET < (", "    if (source != QUINE_NEW && offset - QUINE_SEAL_OFFSET < ("}},
	{"the manifest is read a second time", "S3", bootFile, []string{
		"    quine_kernel_load();",
		"    quine_kernel_load();\n    (void)quine_boot_store_read(QUINE_STORE_IMAGE + QUINE_MANIFEST_OFFSET, &quine_ram.manifest, 32);"}},
	{"the staged image is not verified", "S3", verifyFile, []string{
		"return quine_digest_check(", "return source == QUINE_STAGED ? QUINE_OK : quine_digest_check(",
		"if (!fits(m))", "if (false && !fits(m))"}},
	{"the installed whole is not verified", "S3", bootFile, []string{
		"err = quine_verify(QUINE_INSTALLED);", "err = QUINE_OK;"}},
	{"the seal is not destroyed", "I1", kernelFile, []string{
		destroy, "    err = QUINE_OK;\n"}},
	{"the seal is destroyed when the sectors are replaced", "I1", kernelFile, []string{
		destroy, "    err = write_units(ram->manifest.size, quine_flash_unit(ram->manifest.size - 1u), extent);\n    if (err == QUINE_OK)\n        err = unseal(ram);\n"}},
	{"the seal is destroyed only if it reads valid", "I2", kernelFile, []string{
		destroy, "    err = quine_complete() ? unseal(ram) : QUINE_OK;\n"}},
	{"the seal is destroyed only if it does not read so", "I2", kernelFile, []string{
		destroy, "    err = *(const uint32_t *)(const void *)QUINE_FLASH(QUINE_SEAL_OFFSET) == (QUINE_SEAL_ERASED ? ERASED_WORD : 0u) ? QUINE_OK : unseal(ram);\n"}},
	{"blank ids are equal", "I3", idFile, []string{
		" || p[i] == 0 || p[i] == -1", ""}},
	{"equal sectors are skipped after a cut", "I4", kernelFile, []string{
		"start == QUINE_APP_OFFSET) || end > extent ||", "start == QUINE_APP_OFFSET) ||"}},
	{"the extent of an incomplete application is believed", "I4", bootFile, []string{
		"quine_kernel_replace)(ram, *extent)", "quine_kernel_replace)(ram, QUINE_RUNNING->size)"}},
	{"what reads blank is not erased", "I5", kernelFile, []string{
		"            if (start > 0u)\n", "            bool full = start == 0u;\n            for (uint32_t i = start; i < end; i += 4u)\n                full = full || *(const uint32_t *)(const void *)QUINE_FLASH(i) != ERASED_WORD;\n            if (start > 0u && full)\n"}},
	{"what is in the extent is not erased", "I5", kernelFile, []string{
		"if (start > 0u)", "if (start > 0u && end > extent)"}},
	{"blank units are programmed, the seal's among them", "I6", kernelFile, []string{
		"!= 0u && !blank(data) &&", "!= 0u &&"}},
	{"repair needs a header", "L1", bootFile, []string{
		"            err = QUINE_OK;", "            err = header_read(ram->header) == 0u ? QUINE_OK : QUINE_ERR_NO_IMAGE;"}},
	{"the header is consumed before the seal", "L2", kernelFile, []string{
		"    if (seal_program(words)", "    (void)quine_boot_store_consume();\n    if (seal_program(words)"}},
	{"an image with the same id is only consumed", "L2", bootFile, []string{
		"    if (!quine_is_running(ram->header + BASE)", "    if (quine_is_running(ram->header + ID)) {\n        (void)quine_boot_store_consume();\n        return QUINE_ERR_STALE;\n    }\n    if (!quine_is_running(ram->header + BASE)"}},
	{"the header is not consumed", "L2", kernelFile, []string{
		"        (void)quine_boot_store_consume();\n", ""}},
	{"begin overwrites a pending image", "L3", updateFile, []string{
		"    if (err != QUINE_OK) {\n        if (u->state", "    if (false) {\n        if (u->state"}},
	{"abort drops an image that boot has seen", "L3", updateFile, []string{
		"u->state == STAGED ? QUINE_OK : pending();", "QUINE_OK;"}},
	{"begin takes a store that does not tell for an empty one", "lab", updateFile, []string{
		"    int err = pending();\n", "    int err = pending() == QUINE_ERR_PENDING ? QUINE_ERR_PENDING : QUINE_OK;\n"}},
	{"boot does not say that it refused", "L3", bootFile, []string{
		"            ram->record.refused = ram->header[CRC];", "            ;"}},
	{"a store that fails is refused", "L3", bootFile, []string{
		"                ram->record.refused = 0;", "                ;"}},
	{"the limit counts installs too", "L4", bootFile, []string{
		"    ram->record.state = 0;", "    ;"}},
	{"there is no limit", "L4", bootFile, []string{
		"if (attempts >= (int32_t)QUINE_ATTEMPTS_MAX)", "if (false)"}},
	{"attempts are not counted", "L4", bootFile, []string{
		"record(&ram->record, attempts + 1);", "record(&ram->record, attempts);"}},
	{"a refusal outlives the next download", "L4", updateFile, []string{
		"    record_clear();\n    for", "    (void)record_clear;\n    for"}},
	{"begin does not erase the header", "L5", stagingFile, []string{
		"    return quine_store_erase(0);", "    return QUINE_OK;"}},
	{"begin erases the header only if it does not read blank", "L5", stagingFile, []string{
		"    return quine_store_erase(0);", "    uint32_t magic = 0;\n    (void)quine_store_read(0, &magic, 4);\n    return magic == QUINE_ERASED * 0x01010101u ? QUINE_OK : quine_store_erase(0);"}},
	{"the store is erased only where it does not read blank", "L5", stagingFile, []string{
		"if (at % quine_store.erase_unit == 0u) {", "uint8_t first[4];\n    (void)quine_store_read(at, first, 4);\n    if (at % quine_store.erase_unit == 0u && (first[0] & first[1] & first[2] & first[3]) != QUINE_ERASED) {"}},
	{"the store's erase units are one page off", "L5", stagingFile, []string{
		"if (at % quine_store.erase_unit == 0u) {", "if ((at + QUINE_UPDATE_PAGE) % quine_store.erase_unit == 0u) {"}},
	{"the header is written first", "client", updateFile, []string{
		"// Decides by the header as soon", "static int header_write(struct quine_update *u);\n\n// Decides by the header as soon",
		"        result = quine_update_body_begin(u);", "        result = quine_update_body_begin(u);\n        if (result == QUINE_OK)\n            result = header_write(u);",
		"    if (result == QUINE_OK)\n        result = header_write(u);\n    u->state", "    u->state"}},
	{"the header is consumed by programming zeros", "L6", kernelFile, []string{
		"        (void)quine_boot_store_consume();", "        static const uint32_t zeros[QUINE_CHUNK / 4u];\n        (void)quine_store_program(0, zeros, QUINE_CHUNK);"}},
	{"a header for another base is believed", "L7", bootFile, []string{
		"        return QUINE_ERR_STALE;", "        (void)0;"}},
	{"a header of the running image is stale", "L7", bootFile, []string{
		" && !quine_is_running(ram->header + ID))", ")"}},
	{"boot starts an incomplete application", "step 3", bootFile, []string{
		"            wait(ram);", "            return;"}},
	{"a failed install is forgotten", "step 3", bootFile, []string{
		"    *extent = 0;\n", "    ;\n"}},
	{"sector 1 is not replaced", "step 5b", kernelFile, []string{
		"while (end > stop &&", "while (end > stop && quine_flash_unit(end - 1u) > stop &&"}},
	{"the last chunk is left out", "step 5b", kernelFile, []string{
		"write_units(ram->manifest.size,", "write_units(ram->manifest.size - QUINE_CHUNK,"}},
	{"the boot sector comes first", "step 5d", kernelFile, []string{
		destroy, destroy + "\n    while (quine_kernel_pass(0, QUINE_BOOT_SIZE) != QUINE_OK) {\n        (void)quine_flash_erase(0);\n        (void)write_units(QUINE_BOOT_SIZE, 0, 0);\n    }\n"}},
	{"an equal boot sector is written", "step 5d", kernelFile, []string{
		"    while (QUINE_BOOT_CHANGE && quine_kernel_pass(0, QUINE_BOOT_SIZE)", "    for (int once = 1; once-- > 0 || quine_kernel_pass(0, QUINE_BOOT_SIZE)",
		" != QUINE_OK) {\n            (void)quine_flash_erase(0);", " != QUINE_OK;) {\n            (void)quine_flash_erase(0);"}},
	{"an ECC fault at the seal is left for the next read", "lab", kernelFile, []string{
		"    return !quine_flash_fault() && same;", "    return same && !quine_flash_fault();"}},
}
