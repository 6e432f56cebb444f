# SPDX-License-Identifier: BSD-3-Clause
# What the boards' Makefiles share. A board sets ROOT, OUT, CC, CPU, PORT and STORE before it includes
# this file; also SHARED, a folder of sources and linker scripts, if it has one.

# What each release is made of.
VERSIONS := v1 v2 v3
FEATURES_v1 := life.c
FEATURES_v2 := morse.c life.c
FEATURES_v3 := morse.c

WARN := -g -ffile-prefix-map=$(abspath $(ROOT))=. -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Werror

# Quine in an application: these lines, and QUINE_INCLUDES, QUINE_OBJECTS and QUINE_LDFLAGS below.
QUINE_PORT := $(PORT)
QUINE_STORE := $(STORE)
QUINE_CPU := $(CPU)
QUINE_OUT := $(OUT)
QUINE_CFLAGS := $(WARN)
include $(ROOT)/device/quine.mk

CFLAGS := $(CPU) -std=gnu11 -Os -ffreestanding -ffunction-sections -fdata-sections -fno-common $(WARN) \
	$(QUINE_INCLUDES) -I../app
LDFLAGS := $(CPU) -nostartfiles --specs=nano.specs -Wl,--gc-sections -Wl,--no-warn-rwx-segments \
	$(QUINE_LDFLAGS) $(SHARED:%=-L%) -T link.ld

.PHONY: all
all: $(VERSIONS:%=$(OUT)/%.elf)

APP := board.c $(addprefix ../app/,start.c console.c smp.c smp_commands.c cbor.c fault.c)

# Objects are flat in OUT: no two sources share a name.
object = $(addprefix $(OUT)/,$(addsuffix .o,$(basename $(notdir $(1)))))
vpath %.c . $(SHARED) ../app

$(OUT)/%.o: %.c | $(OUT)
	@echo "  cc $(notdir $<)"
	@$(CC) $(CFLAGS) -MMD -c $< -o $@
$(OUT):
	@mkdir -p $@

define release
$(OUT)/$(1).elf: $(call object,$(APP) $(FEATURES_$(1)) ../app/update.c) $(QUINE_OBJECTS) link.ld \
		$(wildcard $(ROOT)/device/ld/*.ld $(quine_ports:%=%/*.ld) $(SHARED:%=%/*.ld))
	@echo "  ld $(1).elf"
	@$(CC) $(LDFLAGS) $$(filter %.o,$$^) -Wl,-Map=$(OUT)/$(1).map -o $$@
endef
$(foreach v,$(VERSIONS),$(eval $(call release,$(v))))

# A header that is no more makes what included it stale, not the build fail.
%.h: ;
-include $(wildcard $(OUT)/*.d)
