# SPDX-License-Identifier: BSD-3-Clause
# Writes QUINE_FRAGMENT: the linker fragment of QUINE_PORT for a script that has a memory region FLASH of its own
# behind Quine's, as Zephyr's has. What quine.ld puts into FLASH goes to the region QUINE_FLASH, and boot's record to
# QUINE_RAM.
get_filename_component(part ${QUINE_PORT} NAME)
set(port ${CMAKE_CURRENT_LIST_DIR}/../port/${QUINE_PORT})
if(NOT EXISTS ${port}/quine_${part}.ld)
  get_filename_component(port ${QUINE_PORT} ABSOLUTE)
endif()
file(READ ${port}/quine_${part}.ld fragment)
file(READ ${CMAKE_CURRENT_LIST_DIR}/../ld/quine.ld sections)
string(REGEX REPLACE "/[*][^*]*([*][^/][^*]*)*[*]/" "" sections "${sections}")
string(REGEX REPLACE "\\(RAM\\)" "(QUINE_RAM)" sections "${sections}")
string(REGEX REPLACE "> RAM" "> QUINE_RAM" sections "${sections}")
string(REPLACE "INCLUDE quine.ld" "${sections}" fragment "${fragment}")
string(REGEX REPLACE "\\(FLASH\\)" "(QUINE_FLASH)" fragment "${fragment}")
string(REGEX REPLACE "> FLASH" "> QUINE_FLASH" fragment "${fragment}")
file(WRITE ${QUINE_FRAGMENT} "${fragment}")
file(APPEND ${QUINE_FRAGMENT}
  "\nASSERT(quine_app_vectors == ORIGIN(FLASH), \"quine: FLASH must begin where quine_app_vectors is, see the map\")\n")
