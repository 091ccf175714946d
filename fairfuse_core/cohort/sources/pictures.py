"""Picture files to one array of grey images, in memory or in a memory-mapped cache."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.cohort.modalities import Images
from fairfuse_core.cohort.sources.base import Progress, silent
from fairfuse_core.digest import digest_json
from fairfuse_core.errors import InputError

_EIGHT_BIT = frozenset({"1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"})


def inside(folder: Path, name: str) -> Path:
    """Return the path of a file named in a table, never one outside ``folder``.

    Raises
    ------
    InputError
        If the name is absolute, climbs out with ``..``, or follows a link out of the folder.
    """
    root = folder.resolve()
    try:
        path = (root / name).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(f"a file name in {folder.name}", f"{name!r} ({error})", _MEND) from error
    if Path(name).is_absolute() or not path.is_relative_to(root) or path == root:
        raise InputError(f"files inside the folder {folder}", f"{name!r}", _MEND)
    return path


_MEND = "Name files relative to that folder; links out of it are not followed."


def read_grey(path: Path, size: int) -> NDArray[np.uint8]:
    """Read a picture as 8-bit grey, fitted into a square with black borders.

    Parameters
    ----------
    path : path
        Any format that Pillow reads, of 8 bits a channel.
    size : int
        Side of the square in pixels. A picture of this size is kept as it is.

    Returns
    -------
    ndarray of uint8, shape (size, size)

    Raises
    ------
    InputError
        If the file is no picture, is cut off, has more than 8 bits or too many pixels.
    """
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                if picture.mode not in _EIGHT_BIT:
                    raise InputError(
                        f"a picture of 8 bits a channel in {path.name}",
                        f"mode {picture.mode}",
                        "Convert it to 8-bit grey with a window that you choose.",
                    )
                grey = picture.convert("L")
    except InputError:
        raise
    # Pillow raises SyntaxError for broken PNG chunks, and others by format.
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from error
    except Image.DecompressionBombWarning as error:
        raise _unreadable(path, error) from error
    if grey.size != (size, size):
        grey = ImageOps.pad(grey, (size, size), color=0)
    return np.asarray(grey, dtype=np.uint8)


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        f"a picture in {path.name}",
        f"{type(error).__name__}: {error}",
        "Fetch the file again, or leave its name empty: the sample then has no image.",
    )


def load_pictures(
    paths: Sequence[Path | None],
    *,
    size: int,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Images:
    """Read one picture a sample.

    Parameters
    ----------
    paths : sequence of path or None, length n
        None, or a file that is not there: the sample has no image. A file named twice is
        stored once.
    size : int
        Side in pixels.
    cache : path, optional
        Folder for the pixels: a ``.npy`` that is memory-mapped, written whole or not at all, and
        used again as long as no picture changes. Without it the pixels stay in memory,
        ``size`` squared bytes an image: 50 MB a thousand images of 224 × 224.
    progress : callable, optional
        Told the share done.
    """
    tell = progress or silent
    found = {p: p.is_file() for p in dict.fromkeys(paths) if p is not None}
    files = [p for p, there in found.items() if there]
    number = {p: k for k, p in enumerate(files)}
    position = np.array([-1 if p is None else number.get(p, -1) for p in paths], dtype=np.int64)
    about = {"unit": "grey, 0 black to 255 white", "size": size}
    if cache is None:
        pixels = np.zeros((len(files), size, size), dtype=np.uint8)
        for k, picture in enumerate(_read_all(files, size, tell)):
            pixels[k] = picture
        return Images(pixels, position, about=about)
    return Images(_cached(cache, files, size, tell), position, about=about)


def _read_all(files: list[Path], size: int, tell: Progress) -> Iterator[NDArray[np.uint8]]:
    for k, path in enumerate(files):
        if k % 64 == 0:
            tell(k / len(files), f"reading image {k + 1:,} of {len(files):,}")
        yield read_grey(path, size)


def _cached(cache: Path, files: list[Path], size: int, tell: Progress) -> NDArray[np.uint8]:
    try:
        stats = [(str(p.resolve()), p.stat()) for p in files]
        key = digest_json([size, *([n, s.st_size, s.st_mtime_ns] for n, s in stats)])
        path = cache / f"images-{size}-{key[:24]}.npy"
        if files and not path.exists():
            cache.mkdir(parents=True, exist_ok=True)
            _write(path, files, size, tell)
        if not files:
            return np.zeros((0, size, size), dtype=np.uint8)
        mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"room and permission to keep images in {cache}",
            f"{type(error).__name__}: {error}",
            "Free space or name another folder; nothing half-written was kept.",
        ) from error
    return mapped


def _write(path: Path, files: list[Path], size: int, tell: Progress) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    shape = (len(files), size, size)
    try:
        # Written, not mapped: a full disk is then an error and not the end of the process.
        with draft.open("wb") as stream:
            np.lib.format.write_array_header_1_0(
                stream, {"descr": "|u1", "fortran_order": False, "shape": shape}
            )
            for picture in _read_all(files, size, tell):
                stream.write(picture.tobytes())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
