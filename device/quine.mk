# SPDX-License-Identifier: BSD-3-Clause
# Quine in an application that is built with make. Before this file is included, set
#   QUINE_PORT    the part: a folder of port/ beside this file, or the path of a port of your own
#   QUINE_STORE   the staging store: a folder of store/ (littlefs asks for more: see its header)
#   QUINE_CPU     the compiler's flags for the core, as -mcpu=cortex-m4 -mthumb
# and, if need be,
#   QUINE_CONFIG  the folder of your quine_config.h, . if it is not set
#   QUINE_OUT     the folder for objects, build if it is not set
#   QUINE_CFLAGS  more flags
#   QUINE_BUILD   signed, if only signed images are to be installed; encrypted, if patches and the store are
#                 encrypted too
#   QUINE_KEYS    for these the C file that `quine pubkey --c` makes; quine_key.h may lie beside it
# Then
#   compile your own files with $(QUINE_INCLUDES)
#   link $(QUINE_OBJECTS) with $(QUINE_LDFLAGS)

ifneq ($(filter-out signed encrypted,$(QUINE_BUILD)),)
$(error QUINE_BUILD is signed, encrypted, or not set, and not $(QUINE_BUILD))
endif

QUINE_CONFIG ?= .
QUINE_OUT ?= build

quine_goal := $(.DEFAULT_GOAL)
quine_dir := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
quine_port := $(firstword $(wildcard $(quine_dir)/port/$(QUINE_PORT)) $(QUINE_PORT))
# A port may serve several parts, each with a folder in that of the port.
quine_ports := $(if $(wildcard $(quine_port)/quine_port_*.c),,$(patsubst %/,%,$(dir $(quine_port)))) $(quine_port)
quine_store := $(quine_dir)/store/$(QUINE_STORE)

# Cortex-M0 alone has no VTOR.
quine_start := $(if $(filter -mcpu=cortex-m0,$(QUINE_CPU)),m0,vtor)

# A file of a build's folder stands in for the one of that name in src/.
quine_folders := $(addprefix $(quine_dir)/,$(if $(filter encrypted,$(QUINE_BUILD)),encrypted) \
	$(if $(QUINE_BUILD),signed) src)
quine_name = $(firstword $(wildcard $(quine_folders:%=%/$(1))))
quine_sources := $(addprefix $(quine_dir)/src/quine_,start_$(quine_start).S leaf.S) \
	$(foreach n,$(sort $(notdir $(wildcard $(quine_folders:%=%/*.c)))),$(call quine_name,$(n))) \
	$(wildcard $(quine_ports:%=%/quine_port_*.c)) $(sort $(wildcard $(quine_store)/*.c))
ifneq ($(QUINE_BUILD),)
# The multiplication of the core: of ARMv6-M, with the DSP extension, or of ARMv7-M.
quine_multiply := $(if $(findstring cortex-m0,$(QUINE_CPU)),m0,$(if $(or $(findstring cortex-m4,$(QUINE_CPU)),$(findstring cortex-m7,$(QUINE_CPU))),m4,m3))
quine_sources += $(addprefix $(quine_dir)/crypto/quine_,sha256.S p256.S p256_$(quine_multiply).S) $(QUINE_KEYS)
endif
ifeq ($(QUINE_BUILD),encrypted)
quine_sources += $(quine_dir)/crypto/quine_aes.S
endif

QUINE_INCLUDES := $(addprefix -I,$(QUINE_CONFIG) $(quine_dir)/include $(quine_folders) $(if $(QUINE_BUILD),$(quine_dir)/crypto $(dir $(QUINE_KEYS))) \
	$(quine_ports) $(quine_store))
# --emit-relocs tells `quine check` which numbers are addresses; the image is the same without it.
QUINE_LDFLAGS := $(addprefix -L,$(quine_dir)/ld $(quine_ports)) -Wl,--emit-relocs

# Boot code is copied to RAM and runs there while flash is being written: these flags are not a matter
# of taste. The last seven of them save boot 100 bytes.
QUINE_CFLAGS := $(QUINE_CFLAGS) -std=gnu11 @$(quine_dir)/quine.flags

quine_object = $(QUINE_OUT)/$(basename $(notdir $(1))).o
QUINE_OBJECTS := $(foreach s,$(quine_sources),$(call quine_object,$(s)))

define quine_rule
$(call quine_object,$(1)): $(1)
	@mkdir -p $$(@D)
	@echo "  cc $(notdir $(1))"
	@$$(CC) $$(QUINE_CPU) $$(QUINE_CFLAGS) $$(QUINE_INCLUDES) -MMD -c $$< -o $$@
endef
$(foreach s,$(quine_sources),$(eval $(call quine_rule,$(s))))
-include $(QUINE_OBJECTS:.o=.d)

# What is made by default is the application's business.
.DEFAULT_GOAL := $(quine_goal)
