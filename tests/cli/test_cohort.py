"""`fairfuse cohort`: lists, builds and describes."""

import json
from dataclasses import dataclass

import pytest

from fairfuse_core.cli import cohort as commands
from fairfuse_core.cohort import open_cohort
from fairfuse_core.cohort.sources import SOURCES, Source, Tables
from fairfuse_core.errors import ConfigError
from tests.cohort.make import small


@dataclass(frozen=True)
class Options:
    n: int = 40
    share: float | None = None
    both: bool = False
    views: tuple[str, ...] = ("PA", "AP")
    name: str = "x"


@pytest.fixture
def source(monkeypatch):
    asked = []

    def build(raw, *, options=None, progress=None):
        asked.append((raw, options))
        progress(0.5, "half way")
        return small((options or Options()).n)

    made = Source(
        "toy", "A toy", "Nobody real.", Tables(("patients",), ("labs",)), "none", "none", build,
        Options,
    )  # fmt: skip
    monkeypatch.setitem(SOURCES, "toy", made)
    return asked


def test_every_source_is_listed_with_what_it_needs(fairfuse, source):
    told = fairfuse("cohort", "sources")
    assert told.status == 0
    for name in SOURCES:
        assert f"{name}: {SOURCES[name].title}" in told.out
    assert "needs: patients" in told.out
    assert "reads, where present: labs" in told.out
    assert "option n=40" in told.out


def test_build_writes_a_cohort_and_says_what_is_in_it(fairfuse, source, tmp_path):
    told = fairfuse("cohort", "build", "toy", "--raw", tmp_path, "--out", tmp_path / "c",
                    "--option", "n=50", "--option", "share=0.5", "--option", "both=yes",
                    "--option", "views=PA|L")  # fmt: skip
    assert told.status == 0, told.err
    assert source == [(tmp_path, Options(50, 0.5, True, ("PA", "L")))]
    assert len(open_cohort(tmp_path / "c", verify=True)) == 50
    assert "small: 50 samples of" in told.out
    assert "task death (binary): 50 known" in told.out
    assert "image (image):" in told.out


def test_describe_repeats_it_and_hides_groups_of_a_few(fairfuse, source, tmp_path):
    small(40).save(tmp_path / "c")
    told = fairfuse("cohort", "describe", tmp_path / "c", "--verify")
    assert told.status == 0
    assert "Unknown fewer than 10" in told.out
    plain = json.loads(fairfuse("cohort", "describe", tmp_path / "c", "--json").out)
    assert plain["samples"] == 40


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build", "nope", "--raw", "r", "--out", "o"], "a source among"),
        (["build", "toy", "--raw", "r", "--out", "o", "--option", "m=1"], "an option of toy"),
        (["build", "toy", "--raw", "r", "--out", "o", "--option", "n=many"], "--option n"),
        (["build", "toy", "--raw", "r", "--out", "o", "--option", "both=perhaps"], "--option both"),
        (["describe", "absent"], "no readable cohort.json"),
    ],
)
def test_bad_input_is_one_sentence(fairfuse, source, arguments, said):
    told = fairfuse("cohort", *arguments)
    assert told.status == 2
    assert said in told.err
    assert "Traceback" not in told.err
    assert told.err.strip().count("\n") == 0


def test_an_option_may_be_none(source):
    assert commands._options(SOURCES["toy"], ("share=none",)).share is None


def test_a_source_without_options_takes_none(monkeypatch):
    bare = Source("bare", "", "", Tables(()), "", "", lambda raw: None)
    assert commands._options(bare, ()) is None
    with pytest.raises(ConfigError, match="no options"):
        commands._options(bare, ("a=1",))


def test_simulated_patients_are_written_and_drawn_again_alike(fairfuse, tmp_path):
    for name in ("a", "b"):
        told = fairfuse(
            "cohort", "simulate", "--preset", "icu", "--n", "80", "--out", tmp_path / name
        )
        assert told.status == 0, told.err
    a, b = (open_cohort(tmp_path / name, verify=True) for name in ("a", "b"))
    assert len(a) == 80
    assert a.fingerprint == b.fingerprint
    refused = fairfuse("cohort", "simulate", "--preset", "ward", "--out", tmp_path / "c")
    assert refused.status == 2
    assert "a preset among" in refused.err
