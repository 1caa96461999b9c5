"""Seeded generator of the synthetic demo city: frames, files and the truth behind them.

One module per theme (``streets``, ``commerce`` …) draws from its own random stream; ``city`` puts
them together and ``files`` writes them. Nothing here is a real place, shop or person.
"""

from analyses.demo.city import SEED, Demo, generate, survey
from analyses.demo.files import archives, texts, write

__all__ = ["SEED", "Demo", "archives", "generate", "survey", "texts", "write"]
