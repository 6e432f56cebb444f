# SPDX-License-Identifier: BSD-3-Clause
# Chooses what PlatformIO compiles of the library, from platformio.ini:
#
#   lib_deps = symlink://quine
#   board_build.ldscript = link.quine.ld
#   custom_quine_port = stm32g4
#   custom_quine_store = internal
#   custom_quine_build = signed        ; or encrypted, for devices that take only such images
#
# quine_config.h lies in include/, the C file of the keys in src/.
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

chosen = ["src/*.c", "src/quine_leaf.S", "src/quine_start_%s.S" % start]
chosen += [os.path.relpath(os.path.join(d, "*.c"), here) for d in ports + [store]]

# A file of a build's folder stands in for the one of that name in src/.
build = env.GetProjectOption("custom_quine_build", "")
folders = {"": [], "signed": ["signed"], "encrypted": ["encrypted", "signed"]}[build]
seen = set()
for folder in folders:
    for name in sorted(os.listdir(os.path.join(here, folder))):
        if name.endswith(".c") and name not in seen:
            seen.add(name)
            chosen.append(folder + "/" + name)
replaced = ["src/" + name for name in seen]
if build:
    cpu = env.subst("$CCFLAGS")
    multiply = "m0" if "cortex-m0" in cpu else "m4" if "cortex-m4" in cpu or "cortex-m7" in cpu else "m3"
    chosen += ["crypto/quine_sha256.S", "crypto/quine_p256.S", "crypto/quine_p256_%s.S" % multiply]
    folders = folders + ["crypto"]
if build == "encrypted":
    chosen.append("crypto/quine_aes.S")
env.Replace(SRC_FILTER=["-<*>"] + ["+<%s>" % pattern.replace(os.sep, "/") for pattern in chosen] +
            ["-<%s>" % name for name in replaced])

paths = [os.path.join(here, name) for name in ["include"] + folders + ["src"]] + ports + [store, env.subst("$PROJECT_INCLUDE_DIR")]
for e in (env, projenv):
    e.Append(CPPPATH=paths)
# Boot code is copied to RAM and runs there while flash is being written: these flags are not a matter of taste.
env.Append(CCFLAGS=["@" + os.path.join(here, "quine.flags")])
projenv.Append(LIBPATH=[os.path.join(here, "ld")] + ports, LINKFLAGS=["-Wl,--emit-relocs"])
