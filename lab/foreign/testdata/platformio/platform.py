# SPDX-License-Identifier: BSD-3-Clause
from platformio.public import PlatformBase


class BenchPlatform(PlatformBase):
    pass
