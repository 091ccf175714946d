r"""A CT-like volume in Hounsfield units that shows S, I and B.

Slices run from the top of the chest down. Two lungs (-850 HU) in soft tissue (40 HU), a heart and
two pulmonary arteries filled with contrast medium (300 HU).

- S, shared with the EHR: the width of the heart.
- I, in the image only: a filling defect in one artery, of depth 260 Φ(I) HU, from invisible to
  plain (lesions of graded visibility).
- B, the finding that interacts with the history: which lung reaches further down.

Noise is Gaussian with standard deviation 30 HU × image noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from fairfuse_core.cohort.simulate.image import column, pixel_noise, soft_ellipse
from fairfuse_core.cohort.simulate.model import Population

FloatArray = NDArray[np.float32]
ABOUT = {"unit": "Hounsfield units", "axes": "slice, row, column", "order": "head to feet"}

_TISSUE, _AIR, _LUNG, _BLOOD = 40.0, -1000.0, -850.0, 300.0
_DEFECT, _NOISE = 260.0, 30.0


def volumes(
    population: Population, rows: NDArray[np.int64], layout: NDArray[np.float64]
) -> NDArray[np.int16]:
    """Draw volumes, (b, D, H, W); every structure is a section times a profile over slices."""
    depth, h, w = population.dials.image_shape
    y, x = np.meshgrid(
        np.linspace(-1, 1, h, dtype=np.float32), np.linspace(-1, 1, w, dtype=np.float32),
        indexing="ij",
    )  # fmt: skip
    t = np.linspace(0, 1, depth, dtype=np.float32)
    section = _sections(population, rows, layout, y, x)
    profile = _profiles(population, rows, layout, t)
    names = tuple(section)
    over = np.stack([profile[name] for name in names], axis=2)
    flat = np.stack([section[name] for name in names], axis=1).reshape(rows.size, len(names), -1)
    out = np.matmul(over, flat).reshape(rows.size, depth, h, w)
    out += np.float32(_NOISE) * pixel_noise(population, rows, (depth, h, w))
    return np.asarray(np.clip(np.rint(out), -1024, 3071), dtype=np.int16)


def _sections(
    population: Population,
    rows: NDArray[np.int64],
    layout: NDArray[np.float64],
    y: FloatArray,
    x: FloatArray,
) -> dict[str, FloatArray]:
    """Return what each structure adds, in HU, in its fullest section; (b, H, W) each."""
    z = population.latents
    shared = column(np.clip(z.shared[rows], -3, 3))
    my, mx = column(0.03 * layout[:, 0]), column(0.03 * layout[:, 1])
    wide = column(0.92 + 0.02 * np.clip(layout[:, 2], -2, 2))
    body = soft_ellipse(y, x, (my, mx), (wide * 0.78, wide))
    out = {"body": (_AIR + (_TISSUE - _AIR) * body).astype(np.float32)}
    tall, broad = column(0.52 + 0.02 * layout[:, 3]), column(0.30 + 0.015 * layout[:, 4])
    heart = soft_ellipse(y, x, (my - 0.15, mx + 0.05), (_like(my, 0.26), 0.24 + 0.03 * shared))
    lungs = np.zeros_like(heart)
    for name, side in (("left", -1), ("right", 1)):
        lung = soft_ellipse(y, x, (my, mx + side * 0.43), (tall, broad)) * (1 - heart)
        out[name] = np.asarray((_LUNG - _TISSUE) * lung, dtype=np.float32)
        lungs = lungs + lung
    out["heart"] = np.asarray((_BLOOD - _TISSUE) * heart, dtype=np.float32)
    for side in (-1, 1):
        artery = soft_ellipse(
            y, x, (my + 0.15, mx + side * 0.30), (_like(my, 0.09), _like(my, 0.22)), edge=3.0
        )
        around = _TISSUE + (_LUNG - _TISSUE) * lungs + (_BLOOD - _TISSUE) * heart
        out[f"artery {side}"] = np.asarray((_BLOOD - around) * artery, dtype=np.float32)
    place = ndtr(layout[:, 6:9])
    side_of = column(np.where(place[:, 0] < 0.5, -1.0, 1.0))
    cx = mx + side_of * (0.22 + 0.16 * column(place[:, 1]))
    r2 = ((y - my - 0.15) / 0.09) ** 2 + ((x - cx) / 0.14) ** 2
    depth = column(_DEFECT * ndtr(z.image[rows]))
    out["defect"] = np.asarray(-depth * np.exp(-r2 / 2), dtype=np.float32)
    return out


def _like(one: FloatArray, value: float) -> FloatArray:
    return np.full_like(one, value)


def _profiles(
    population: Population,
    rows: NDArray[np.int64],
    layout: NDArray[np.float64],
    t: FloatArray,
) -> dict[str, FloatArray]:
    """Return how much of each structure is in each slice, (b, D) each, in [0, 1]."""
    finding = population.latents.finding[rows, None].astype(np.float32)
    shift = (0.02 * layout[:, 5, None]).astype(np.float32)
    out: dict[str, FloatArray] = {"body": np.ones((rows.size, t.size), dtype=np.float32)}
    for name, side in (("left", -1), ("right", 1)):
        end = 0.80 + 0.08 * (finding == side) + shift
        out[name] = np.asarray(np.clip((end - t) * 15, 0, 1) * np.clip(t * 8, 0, 1))
    out["heart"] = np.exp(-(((t - 0.62 - shift) / 0.18) ** 2) / 2)
    artery = np.exp(-(((t - 0.40 - shift) / 0.07) ** 2) / 2)
    out["artery -1"], out["artery 1"] = artery, artery
    out["defect"] = np.exp(-(((t - 0.40 - shift) / 0.06) ** 2) / 2)
    return {name: value.astype(np.float32) for name, value in out.items()}
