"""Images: 2-D or 3-D arrays of one shape, memory-mapped, for the samples that have one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from fairfuse_core.cohort.modalities.base import BoolArray, Modality, RowIndex, write_array
from fairfuse_core.digest import digest_arrays


class Images(Modality):
    """Images of some of the samples: nothing is stored for a sample without one.

    Parameters
    ----------
    pixels : ndarray, shape (M, H, W) or (M, D, H, W)
        The M images, uint8, int16 or float32.
    position : ndarray of int64, shape (N,)
        Row of ``pixels`` for each sample, -1 where it has no image.
    about : dict
        Scale and meaning of pixel values ("uint8 grey", "Hounsfield units").
    index : ndarray, optional
        Samples of this view.
    """

    kind: ClassVar[str] = "image"

    def __init__(
        self,
        pixels: np.ndarray,
        position: RowIndex,
        *,
        about: dict[str, Any] | None = None,
        index: RowIndex | None = None,
    ) -> None:
        if pixels.ndim not in (3, 4):
            raise ValueError(f"images must be (M, H, W) or (M, D, H, W), not {pixels.shape}")
        if position.size and position.max() >= pixels.shape[0]:
            raise ValueError("a position points past the last image")
        super().__init__(np.arange(position.shape[0]) if index is None else index)
        self.pixels, self.position, self.about = pixels, position, dict(about or {})

    @property
    def available(self) -> BoolArray:
        """True for samples with an image."""
        return np.asarray(self.position[self.index] >= 0)

    def take(self, rows: RowIndex) -> Images:
        """Return a view of some samples."""
        return Images(self.pixels, self.position, about=self.about, index=self.index[rows])

    def load(self, rows: RowIndex) -> np.ndarray:
        """Read the images of some samples of this view into memory.

        Raises
        ------
        ValueError
            If one of them has none: ask ``available`` first; there is no image of zeros.
        """
        at = self.position[self.index[rows]]
        if (at < 0).any():
            raise ValueError("some of these samples have no image; select by `available` first")
        return np.asarray(self.pixels[at])

    def write(self, folder: Path) -> dict[str, Any]:
        """Write the images of these samples, each once."""
        at = self.position[self.index]
        used, inverse = np.unique(at[at >= 0], return_inverse=True)
        write_array(
            folder / "pixels.npy",
            (used.size, *self.pixels.shape[1:]),
            self.pixels.dtype,
            (self.pixels[used[low : low + 64]] for low in range(0, used.size, 64)),
        )
        position = np.full(len(self), -1, dtype=np.int64)
        position[at >= 0] = inverse
        np.save(folder / "position.npy", position)
        return {"about": self.about}

    @classmethod
    def read(cls, folder: Path, header: dict[str, Any]) -> Images:
        """Open memory-mapped, read-only."""
        pixels = np.load(folder / "pixels.npy", mmap_mode="r", allow_pickle=False)
        position = np.load(folder / "position.npy", allow_pickle=False)
        return cls(pixels, position, about=header.get("about"))

    def digest(self) -> str:
        """SHA-256 over every available image and who has one."""
        have = self.available
        parts: list[tuple[str, np.ndarray | None]] = [("available", have)]
        rows = np.flatnonzero(have)
        parts += [(f"p{low}", self.load(rows[low : low + 64])) for low in range(0, rows.size, 64)]
        return digest_arrays(parts, note=repr(sorted(self.about.items())))
