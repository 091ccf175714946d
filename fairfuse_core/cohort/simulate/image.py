r"""A chest-like X-ray of 8-bit grey values that shows S, I and B.

- S, shared with the EHR: the heart is wider and the lower lungs hazier the larger it is.
- I, in the image only: a nodule of contrast 0.35 Φ(I) at a random place in a random lung, from
  invisible to plain (lesions of graded visibility).
- B, the finding that interacts with the history: which dome of the diaphragm stands higher.

Position, size and exposure vary from image to image. Noise is Gaussian with standard deviation
0.06 × image noise of full scale. An image that is missing is never drawn; the others stay as they
are, bit for bit.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from fairfuse_core.cohort.modalities import Images
from fairfuse_core.cohort.simulate.model import Population
from fairfuse_core.cohort.simulate.storage import allocate
from fairfuse_core.cohort.simulate.streams import stream

FloatArray = NDArray[np.float32]
_BLOCK = 128
_NOISE = 0.06
_NODULE = 0.35
_HEART = np.full((1, 1, 1), 0.36, dtype=np.float32)


def column(values: NDArray[np.float64]) -> FloatArray:
    """Return values of shape (b,) as (b, 1, 1) float32, to spread over pixels."""
    return values.astype(np.float32)[:, None, None]


def soft_ellipse(
    y: FloatArray, x: FloatArray, centre: tuple[FloatArray, FloatArray],
    radius: tuple[FloatArray, FloatArray], *, edge: float = 4.0,
) -> FloatArray:  # fmt: skip
    """Return 1 inside, 0 outside, with a soft edge; (b, H, W)."""
    r2 = ((y - centre[0]) / radius[0]) ** 2 + ((x - centre[1]) / radius[1]) ** 2
    return np.asarray(np.clip(np.float32(0.5) + np.float32(edge) * (1 - r2), 0, 1))


def images(population: Population, folder: Path | None = None) -> Images:
    """Draw the image of every sample that has one, in two or three dimensions as the dials say."""
    from fairfuse_core.cohort.simulate.volume import ABOUT as CT
    from fairfuse_core.cohort.simulate.volume import volumes

    shape = population.dials.image_shape
    flat = len(shape) == 2
    have = np.flatnonzero(~population.missing["image"])
    dtype = np.uint8 if flat else np.int16
    pixels = allocate(folder, "image_pixels", (have.size, *shape), dtype)
    layout = stream(population.seed, "image layout").standard_normal((len(population), 10))
    draw, block = (radiographs, _BLOCK) if flat else (volumes, 16)
    for low in range(0, have.size, block):
        rows = have[low : low + block]
        pixels[low : low + block] = draw(population, rows, layout[rows])
    position = np.full(len(population), -1, dtype=np.int64)
    position[have] = np.arange(have.size)
    about = {"unit": "uint8 grey", "view": "frontal"} if flat else CT
    return Images(pixels, position, about=about)


def pixel_noise(
    population: Population, rows: NDArray[np.int64], shape: tuple[int, ...]
) -> FloatArray:
    """Return standard normal noise of each image, from a stream of its own, scaled by its noise."""
    out = np.empty((rows.size, *shape), dtype=np.float32)
    for k, row in enumerate(rows):
        rng = stream(population.seed, "pixels", int(row))
        rng.standard_normal(dtype=np.float32, out=out[k])
    scale = population.image_noise[rows].astype(np.float32)
    return np.asarray(out * scale.reshape(-1, *([1] * len(shape))))


def radiographs(
    population: Population, rows: NDArray[np.int64], layout: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Draw X-rays, (b, H, W)."""
    h, w = population.dials.image_shape
    y, x = np.meshgrid(
        np.linspace(-1, 1, h, dtype=np.float32), np.linspace(-1, 1, w, dtype=np.float32),
        indexing="ij",
    )  # fmt: skip
    z, j = population.latents, [column(layout[:, k]) for k in range(10)]
    shared = column(np.clip(z.shared[rows], -3, 3))
    finding = column(z.finding[rows])
    top, middle = 0.03 * j[0], 0.03 * j[1]
    lungs = np.zeros((rows.size, h, w), dtype=np.float32)
    for side in (-1, 1):
        dome = 0.62 - 0.10 * (finding == side) + 0.02 * j[2]
        lung = soft_ellipse(
            y, x, (top - 0.1, middle + side * 0.44), (0.72 + 0.03 * j[3], 0.33 + 0.02 * j[4])
        )
        lungs += lung * np.clip((dome - y) * 12, 0, 1)
    heart = soft_ellipse(y, x, (top + 0.25, middle + 0.10), (_HEART, 0.30 + 0.05 * shared))
    ribs = 0.04 * np.sin(16 * (y - top) + 5 * np.abs(x - middle))
    picture = 0.80 - 0.48 * lungs * (1 - 0.8 * heart) + ribs * lungs
    picture += 0.05 * shared * lungs * np.clip(y - top + 0.2, 0, 1)
    picture += _nodule(population, rows, (y, x), layout)
    picture += 0.03 * j[5]
    picture += np.float32(_NOISE) * pixel_noise(population, rows, (h, w))
    return np.asarray(np.clip(picture * 255, 0, 255), dtype=np.uint8)


def _nodule(
    population: Population,
    rows: NDArray[np.int64],
    at: tuple[FloatArray, FloatArray],
    layout: NDArray[np.float64],
) -> FloatArray:
    place = ndtr(layout[:, 6:9])
    side = np.where(place[:, 0] < 0.5, -1, 1)
    cy, cx = column(-0.55 + 0.8 * place[:, 1]), column(side * (0.34 + 0.22 * place[:, 2]))
    contrast = column(_NODULE * ndtr(population.latents.image[rows]))
    size = column(0.09 + 0.012 * np.clip(layout[:, 9], -2, 2))
    return np.asarray(contrast * np.exp(-((at[0] - cy) ** 2 + (at[1] - cx) ** 2) / (2 * size**2)))
