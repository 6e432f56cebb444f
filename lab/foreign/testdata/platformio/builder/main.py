# SPDX-License-Identifier: BSD-3-Clause
# What the platforms of vendors do, in few lines: tools, flags of the core, linker script.
from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
cpu = ["-mcpu=%s" % env.BoardConfig().get("build.cpu"), "-mthumb"]
tool = "arm-none-eabi-"
env.Replace(AR=tool + "ar", AS=tool + "as", CC=tool + "gcc", CXX=tool + "g++", LINK=tool + "gcc", RANLIB=tool + "ranlib",
            SIZETOOL=tool + "size", PROGSUFFIX=".elf", ARFLAGS=["rc"], ASFLAGS=cpu + ["-x", "assembler-with-cpp"],
            LDSCRIPT_PATH=env.BoardConfig().get("build.ldscript"))
env.Append(CCFLAGS=cpu + ["-O2", "-g"],
           LINKFLAGS=cpu + ["-nostartfiles", "--specs=nano.specs", "-Wl,--gc-sections,--no-warn-rwx-segments"])
Default(env.BuildProgram())
