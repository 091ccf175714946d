"""Pictures are read as grey squares; paths stay inside their folder; a cache is whole or absent."""

import os

import numpy as np
import pytest
from PIL import Image

from fairfuse_core.cohort.sources import pictures
from fairfuse_core.cohort.sources.pictures import inside, load_pictures, read_grey
from fairfuse_core.errors import InputError


def put(folder, name, *, value=100, size=(8, 8), mode="L"):
    folder.mkdir(exist_ok=True)
    Image.new(mode, size, value).save(folder / name)
    return folder / name


def test_a_picture_of_the_right_size_is_kept_pixel_for_pixel(tmp_path):
    pixels = np.arange(64, dtype=np.uint8).reshape(8, 8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (read_grey(tmp_path / "a.png", 8) == pixels).all()


def test_another_shape_gets_black_borders_not_a_squeeze(tmp_path):
    made = read_grey(put(tmp_path, "wide.png", value=200, size=(16, 8)), 8)
    assert made.shape == (8, 8)
    assert (made[2:6] == 200).all()
    assert (made[:2] == 0).all()
    assert (made[6:] == 0).all()


def test_colours_become_their_luminance(tmp_path):
    made = read_grey(put(tmp_path, "red.png", value=(255, 0, 0), mode="RGB"), 8)
    assert set(np.unique(made)) == {76}  # 0.299 × 255, ITU-R 601


def test_more_than_8_bits_are_refused_rather_than_clipped(tmp_path):
    Image.fromarray(np.full((8, 8), 40_000, dtype=np.uint16)).save(tmp_path / "deep.png")
    with pytest.raises(InputError, match=r"deep\.png.*I;16"):
        read_grey(tmp_path / "deep.png", 8)


@pytest.mark.parametrize("keep", [0, 20, 60, -400])
def test_a_picture_cut_off_is_refused_by_name(tmp_path, keep):
    rng = np.random.default_rng(0)
    path = tmp_path / "cut.png"
    Image.fromarray(rng.integers(0, 255, (64, 64), dtype=np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match=r"cut\.png"):
        read_grey(path, 8)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_refused_by_name(tmp_path, content):
    (tmp_path / "x.png").write_bytes(content)
    with pytest.raises(InputError, match=r"x\.png"):
        read_grey(tmp_path / "x.png", 8)


@pytest.mark.parametrize("limit", [20, 40])
def test_too_many_pixels_are_refused(tmp_path, monkeypatch, limit):
    path = put(tmp_path, "huge.png")  # 64 pixels: Pillow warns above its limit, fails above twice
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(InputError, match=r"huge\.png"):
        read_grey(path, 8)


def test_a_missing_file_is_no_image_and_a_file_named_twice_is_stored_once(tmp_path):
    here = put(tmp_path, "a.png")
    made = load_pictures([here, None, tmp_path / "gone.png", here], size=8)
    assert made.available.tolist() == [True, False, False, True]
    assert made.pixels.shape == (1, 8, 8)


@pytest.mark.parametrize(
    "name", ["../a.png", "/etc/passwd", "x/../../a.png", "..", ".", "", "a\0.png", "out/a.png"]
)
def test_paths_out_of_the_folder_are_refused(tmp_path, name):
    folder = tmp_path / "images"
    put(tmp_path, "a.png")
    folder.mkdir()
    os.symlink(tmp_path, folder / "out")
    with pytest.raises(InputError):
        inside(folder, name)
    assert inside(folder, "sub/a.png") == folder / "sub" / "a.png"


def test_the_cache_is_mapped_used_again_and_renewed_when_a_picture_changes(tmp_path, monkeypatch):
    paths = [put(tmp_path, f"{k}.png", value=k) for k in range(5)]
    cache = tmp_path / "cache" / "deep"
    made = load_pictures(paths, size=8, cache=cache)
    assert isinstance(made.pixels, np.memmap)
    plain = load_pictures(paths, size=8)
    assert made.digest() == plain.digest()
    (file,) = cache.iterdir()
    before = file.stat().st_mtime_ns
    load_pictures(paths, size=8, cache=cache)
    assert file.stat().st_mtime_ns == before
    put(tmp_path, "3.png", value=250, size=(9, 9))
    renewed = load_pictures(paths, size=8, cache=cache)
    assert renewed.load(np.array([3])).max() == 250
    assert made.load(np.array([3])).max() == 3


def test_a_build_that_stops_half_way_leaves_nothing(tmp_path):
    paths = [put(tmp_path, "0.png"), tmp_path / "1.png"]
    paths[1].write_bytes(b"broken")
    with pytest.raises(InputError, match=r"1\.png"):
        load_pictures(paths, size=8, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_full_disk_is_one_clear_message(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pictures.os, "replace", full)
    with pytest.raises(InputError, match="No space left"):
        load_pictures([put(tmp_path, "0.png")], size=8, cache=tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_damaged_cache_is_refused(tmp_path):
    paths = [put(tmp_path, "0.png")]
    load_pictures(paths, size=8, cache=tmp_path / "cache")
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(InputError, match="cache"):
        load_pictures(paths, size=8, cache=tmp_path / "cache")


def test_no_pictures_at_all_are_no_error(tmp_path):
    for cache in (None, tmp_path / "cache"):
        made = load_pictures([None, tmp_path / "gone.png"], size=8, cache=cache)
        assert not made.available.any()
        assert made.take(np.array([1])).digest()
