# SPDX-License-Identifier: BSD-3-Clause
# Chooses what PlatformIO compiles of the library, from platformio.ini:
#
#   lib_deps = symlink://quine
#   board_build.ldscript = link.quine.ld
#   custom_quine_port = stm32g4
#   custom_quine_store = internal
#
# quine_config.h lies in include/.
import glob
import os

Import("env", "projenv")  # noqa: F821

here = Dir(".").srcnode().abspath  # noqa: F821
port = os.path.join(here, "port", env.GetProjectOption("custom_quine_port"))
store = os.path.join(here, "store", env.GetProjectOption("custom_quine_store"))

# A port may serve several parts, each with a folder in that of the port.
ports = [port] if glob.glob(os.path.join(port, "quine_port_*.c")) else [os.path.dirname(port), port]
# Cortex-M0 alone has no VTOR.
start = "m0" if "-mcpu=cortex-m0" in env.subst("$CCFLAGS").split() else "vtor"

chosen = ["src/*.c", "src/quine_start_%s.S" % start]
chosen += [os.path.relpath(os.path.join(d, "*.c"), here) for d in ports + [store]]
env.Replace(SRC_FILTER=["-<*>"] + ["+<%s>" % pattern.replace(os.sep, "/") for pattern in chosen])

paths = [os.path.join(here, "include"), os.path.join(here, "src")] + ports + [store, env.subst("$PROJECT_INCLUDE_DIR")]
for e in (env, projenv):
    e.Append(CPPPATH=paths)
# Boot code is copied to RAM and runs there while flash is being written: these flags are not a matter of taste.
env.Append(CCFLAGS=["@" + os.path.join(here, "quine.flags")])
projenv.Append(LIBPATH=[os.path.join(here, "ld")] + ports, LINKFLAGS=["-Wl,--emit-relocs"])
