"""`fairfuse data get`: shows the licence, asks, downloads, and says what to do by hand."""

import hashlib
import re
from dataclasses import replace

import click
import pytest

from fairfuse_core.cli import data as command
from fairfuse_core.cohort.download import DATASETS, RemoteFile
from tests.cohort.server import Server

BODY = b"subject_id\n1\n"


@pytest.fixture
def served(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("FAIRFUSE_DATA_MIRROR", raising=False)
    server = Server()
    file = RemoteFile("patients.csv", hashlib.sha256(BODY).hexdigest())
    made = replace(DATASETS["mimic-iv-demo"], base=server.url, files=(file,))
    monkeypatch.setitem(DATASETS, "mimic-iv-demo", made)
    server.files["/patients.csv"] = BODY
    yield server
    server.close()


def test_the_licence_is_shown_and_yes_accepts_it(fairfuse, served, tmp_path):
    ran = fairfuse("data", "get", "mimic-iv-demo", "--out", tmp_path / "raw", "--yes")
    assert ran.status == 0, ran.err
    assert (tmp_path / "raw" / "patients.csv").read_bytes() == BODY
    told = " ".join(ran.out.split())
    dataset = DATASETS["mimic-iv-demo"]
    assert f"Licence: {dataset.licence}, {dataset.licence_url}" in told
    assert dataset.terms in told
    assert dataset.citation in told
    assert f"fairfuse cohort build mimic_iv --raw '{tmp_path / 'raw'}'" in told
    assert max(map(len, ran.out.splitlines()[:8])) <= 80


@pytest.mark.parametrize(("answer", "accepted"), [(True, True), (False, False)])
def test_without_yes_it_asks(fairfuse, served, tmp_path, monkeypatch, answer, accepted):
    asked = []
    monkeypatch.setattr(click, "confirm", lambda text, **more: asked.append(text) or answer)
    ran = fairfuse("data", "get", "mimic-iv-demo", "--out", tmp_path / "raw")
    assert len(asked) == 1
    assert "licence" in asked[0]
    assert (ran.status == 0) == accepted
    assert bool(served.asked) == accepted
    assert (tmp_path / "raw").exists() == accepted


def test_nobody_to_answer_is_no(fairfuse, served, tmp_path, monkeypatch):
    def nobody(text, **more):
        raise click.Abort

    monkeypatch.setattr(click, "confirm", nobody)
    ran = fairfuse("data", "get", "mimic-iv-demo", "--out", tmp_path / "raw")
    assert ran.status == 2
    assert "give --yes; nothing was downloaded" in ran.err
    assert served.asked == []


def test_the_folder_is_named_after_the_data_set(fairfuse, served, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert fairfuse("data", "get", "mimic-iv-demo", "--yes").status == 0
    assert (tmp_path / "data" / "mimic-iv-demo" / "patients.csv").read_bytes() == BODY


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_mirror_by_option_or_environment(fairfuse, served, tmp_path, monkeypatch, by):
    served.files = {"/m/mimic-iv-demo/patients.csv": BODY}
    more = ["--mirror", f"{served.url}/m"] if by == "option" else []
    if by == "environment":
        monkeypatch.setenv("FAIRFUSE_DATA_MIRROR", f"{served.url}/m")
    ran = fairfuse("data", "get", "mimic-iv-demo", "--out", tmp_path, "--yes", *more)
    assert ran.status == 0, ran.err
    assert (tmp_path / "patients.csv").read_bytes() == BODY


def test_a_failure_is_one_sentence_after_what_to_fetch_by_hand(fairfuse, served, tmp_path):
    served.faults["/patients.csv"] = [("status", 404)]
    ran = fairfuse("data", "get", "mimic-iv-demo", "--out", tmp_path, "--yes")
    assert ran.status == 2
    lines = ran.err.splitlines()
    assert lines[-1].startswith("Error: expected the file http://127.0.0.1")
    assert "no such file there (HTTP 404)" in lines[-1]
    assert [line for line in lines if line.startswith("Error")] == lines[-1:]
    assert "Traceback" not in ran.err
    for part in (f"{served.url}/patients.csv", f"to {tmp_path / 'patients.csv'}",
                 f"sha256 {hashlib.sha256(BODY).hexdigest()}"):  # fmt: skip
        assert any(part in line for line in lines[:-1])


def test_an_unknown_name_is_told_the_known_ones(fairfuse):
    ran = fairfuse("data", "get", "mimic", "--yes")
    assert ran.status == 2
    assert all(name in ran.err for name in DATASETS)


def test_the_help_names_every_data_set(fairfuse):
    named = re.search(r"\{(.+)\}", command.get.params[0].metavar)
    assert named[1].split("|") == list(DATASETS)
    assert "data" in fairfuse("--help").out
