"""Random streams by name: what one dial moves, no other part of the simulation feels."""

from __future__ import annotations

from zlib import crc32

import numpy as np


def stream(seed: int, name: str, *parts: int) -> np.random.Generator:
    """Return a generator of its own for one quantity (common random numbers).

    Every quantity draws as many numbers whatever the dials say, so two simulations with one seed
    that differ in a dial differ in what follows from that dial and in nothing else.

    Parameters
    ----------
    seed : int
        Seed of the simulation, >= 0.
    name : str
        Name of the quantity.
    parts : int
        Further keys, as the number of a block of rows.
    """
    return np.random.default_rng([seed, crc32(name.encode()), *parts])
