# SPDX-License-Identifier: BSD-3-Clause
# What the boards' Makefiles share. A board sets ROOT, OUT, CC, CPU, PORT, STORE and START before it
# includes this file; also PART, a folder in that of the port, and SHARED, a folder of sources and
# linker scripts, if it has them.

DEVICE := $(ROOT)/device
PORT_DIRS := $(DEVICE)/port/$(PORT) $(PART:%=$(DEVICE)/port/$(PORT)/%)

# What each release is made of.
VERSIONS := v1 v2 v3
FEATURES_v1 := life.c
FEATURES_v2 := morse.c life.c
FEATURES_v3 := morse.c

WARN := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror
# Threaded jumps duplicate code also with -Os: boot is 50 bytes smaller without.
CFLAGS := $(CPU) -std=gnu11 -Os -fno-thread-jumps -g -ffreestanding -ffunction-sections -fdata-sections \
	-fno-common -ffile-prefix-map=$(abspath $(ROOT))=. $(WARN) \
	-I. -I../app -I$(DEVICE)/include -I$(DEVICE)/src $(PORT_DIRS:%=-I%) -I$(DEVICE)/store/$(STORE)
# --emit-relocs tells `quine check` which numbers are addresses; the image is the same without it.
LDFLAGS := $(CPU) -nostartfiles --specs=nano.specs -Wl,--gc-sections -Wl,--no-warn-rwx-segments \
	-Wl,--emit-relocs \
	-L$(DEVICE)/ld $(PORT_DIRS:%=-L%) $(SHARED:%=-L%) -T link.ld

# Quine in an application: these files and the linker fragment.
QUINE := $(addprefix $(DEVICE)/src/,$(START) quine_start.c quine_boot.c quine_kernel.c \
	quine_verify.c quine_image.c quine_crc32.c \
	quine_update.c quine_patch.c) $(wildcard $(DEVICE)/src/quine_stream*.c) \
	$(DEVICE)/port/$(PORT)/quine_port_$(PORT).c $(DEVICE)/store/$(STORE)/quine_store_$(STORE).c
APP := board.c $(addprefix ../app/,console.c transport.c fault.c)

.PHONY: all
all: $(VERSIONS:%=$(OUT)/%.elf)

# Objects are flat in OUT: no two sources share a name.
object = $(addprefix $(OUT)/,$(addsuffix .o,$(basename $(notdir $(1)))))
vpath %.c . $(SHARED) ../app $(DEVICE)/src $(DEVICE)/port/$(PORT) $(DEVICE)/store/$(STORE)
vpath %.S $(DEVICE)/src

$(OUT)/%.o: %.c | $(OUT)
	@echo "  cc $(notdir $<)"
	@$(CC) $(CFLAGS) -MMD -c $< -o $@
$(OUT)/%.o: %.S | $(OUT)
	@echo "  as $(notdir $<)"
	@$(CC) $(CFLAGS) -MMD -c $< -o $@
$(OUT):
	@mkdir -p $@

define release
$(OUT)/$(1).elf: $(call object,$(APP) $(FEATURES_$(1)) ../app/update.c $(QUINE)) link.ld \
		$(wildcard $(DEVICE)/ld/*.ld $(PORT_DIRS:%=%/*.ld) $(SHARED:%=%/*.ld))
	@echo "  ld $(1).elf"
	@$(CC) $(LDFLAGS) $$(filter %.o,$$^) -Wl,-Map=$(OUT)/$(1).map -o $$@
endef
$(foreach v,$(VERSIONS),$(eval $(call release,$(v))))

-include $(wildcard $(OUT)/*.d)
