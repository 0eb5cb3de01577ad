"""Dengta (灯塔): from the machine's event to the figure anyone can recompute."""

import os
import sys

__version__ = "0.1.0"

# Compiled kernels are kept where `kernel_cache` says, by whoever loads them; what is not ours, where numba would.
os.environ.setdefault(
    "NUMBA_CACHE_LOCATOR_CLASSES",
    "dengta.kernel_cache.Locator,UserProvidedCacheLocator,InTreeCacheLocator,UserWideCacheLocator",
)
if "numba" in sys.modules:
    sys.modules["numba"].core.config.reload_config()
