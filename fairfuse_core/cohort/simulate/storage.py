"""Arrays in memory, or on disk where a folder is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from fairfuse_core.errors import InputError


def allocate(
    folder: Path | None, name: str, shape: tuple[int, ...], dtype: DTypeLike
) -> NDArray[Any]:
    """Return an array to be filled: memory-mapped in ``folder/name.npy``, or in memory.

    Raises
    ------
    InputError
        If the file cannot be made.
    """
    if folder is None or 0 in shape:
        return np.zeros(shape, dtype=dtype)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # A new file rather than the old one overwritten: whoever maps that one keeps it whole.
        (folder / f"{name}.npy").unlink(missing_ok=True)
        made: NDArray[Any] = np.lib.format.open_memmap(
            folder / f"{name}.npy", mode="w+", dtype=dtype, shape=shape
        )
    except OSError as error:
        raise InputError(
            f"room and permission to write in {folder}", str(error), "Name another folder."
        ) from error
    return made
