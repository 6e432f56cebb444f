// SPDX-License-Identifier: BSD-3-Clause
// The file system in which the staged image is a file. lfs.h is that of your littlefs (version 2).
#ifndef QUINE_LFS_H
#define QUINE_LFS_H

#include "lfs.h"

// The application formats and mounts it with this configuration before it calls the update client,
// and uses it for its own files as it likes.
extern const struct lfs_config quine_lfs_config;
extern lfs_t quine_lfs;

#endif
