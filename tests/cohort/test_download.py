"""Downloads of open data: whole, checked and official, or not at all."""

import gzip
import hashlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from fairfuse_core.cohort.download import DATASETS, DownloadError, Patience, RemoteFile, by_hand
from fairfuse_core.cohort.download import get as download
from fairfuse_core.cohort.sources import SOURCES
from fairfuse_core.cohort.sources.reading import find_table
from fairfuse_core.errors import ConfigError
from tests.cohort.real import ROOT, real_folder
from tests.cohort.server import Server

QUICK = Patience(attempts=4, first_wait=0.01, longest_wait=0.02, timeout=5.0)
BODY = random.Random(0).randbytes(300_000)
SMALL = b"RecordID,SAPS-I\n1,2\n"


def sha(content):
    return hashlib.sha256(content).hexdigest()


def packed_tar(names):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as pack:
        for name, content in names.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            pack.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def packed_zip(names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        for name, content in names.items():
            pack.writestr(name, content)
    return out.getvalue()


@pytest.fixture
def server(monkeypatch):
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1")
    made = Server()
    yield made
    made.close()


@pytest.fixture
def toy(server, monkeypatch):
    """A data set of one small and one large file on the server; returns how to get it."""
    made = replace(
        DATASETS["mimic-iv-demo"], name="toy", base=f"{server.url}/files",
        files=(RemoteFile("first.txt", sha(SMALL)), RemoteFile("hosp/big.csv.gz", sha(BODY))),
    )  # fmt: skip
    monkeypatch.setitem(DATASETS, "toy", made)
    server.files |= {"/files/first.txt": SMALL, "/files/hosp/big.csv.gz": BODY}
    return made


BIG = "/files/hosp/big.csv.gz"


def get(folder, **more):
    return download("toy", folder, **{"patience": QUICK, **more})


def ranges(server, path=BIG):
    return [wanted for asked, wanted in server.asked if asked == path]


def leftovers(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.part"))


def fails(folder, **more):
    """Fail to get it, and see that the large file is not there; return the error."""
    with pytest.raises(DownloadError) as caught:
        get(folder, **more)
    assert not (folder / "hosp" / "big.csv.gz").exists()
    assert not (folder / "ATTRIBUTION.txt").exists()
    # What to do by hand names the address, the file and the checksum, of the missing file alone.
    told = caught.value.by_hand
    assert DATASETS["toy"].base + "/hosp/big.csv.gz" in told
    assert f"to {folder / 'hosp' / 'big.csv.gz'}" in told
    assert sha(BODY) in told
    assert ("first.txt" in told) == (not (folder / "first.txt").exists())
    return str(caught.value)


# What goes well


def test_a_data_set_comes_whole_and_says_whose_it_is(toy, server, tmp_path):
    seen = []
    folder = get(tmp_path / "new" / "toy", progress=lambda share, text: seen.append((share, text)))
    assert (folder / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert (folder / "first.txt").read_bytes() == SMALL
    notice = (folder / "ATTRIBUTION.txt").read_text()
    assert toy.licence in notice
    assert toy.licence_url in notice
    assert toy.citation in notice
    assert leftovers(folder) == []
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any("hosp/big.csv.gz, 0.3 of 0.3 MB" in text for _, text in seen)


def test_what_is_there_is_checked_and_not_fetched_again(toy, server, tmp_path):
    get(tmp_path)
    server.asked.clear()
    get(tmp_path)
    assert server.asked == []


def test_a_file_put_there_by_hand_needs_no_network(toy, server, tmp_path):
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "big.csv.gz").write_bytes(BODY)
    (tmp_path / "first.txt").write_bytes(SMALL)
    get(tmp_path, mirror="http://127.0.0.1:9")
    assert server.asked == []


def test_a_foreign_file_of_the_same_name_is_neither_taken_nor_overwritten(toy, tmp_path):
    (tmp_path / "first.txt").write_bytes(b"mine")
    with pytest.raises(DownloadError, match=f"sha256 {sha(b'mine')}.*Move that file away"):
        get(tmp_path)
    assert (tmp_path / "first.txt").read_bytes() == b"mine"


def test_a_mirror_is_asked_below_the_name_of_the_data_set(toy, server, tmp_path):
    server.files = {"/far/toy/first.txt": SMALL, "/far/toy/hosp/big.csv.gz": BODY}
    get(tmp_path, mirror=f"{server.url}/far/")
    assert {path for path, _ in server.asked} == set(server.files)


@pytest.mark.parametrize("mirror", ["file:///etc", "ftp://127.0.0.1/x", "nothing", "https://"])
def test_a_mirror_is_a_web_address(toy, tmp_path, mirror):
    with pytest.raises(ConfigError, match="https://"):
        get(tmp_path, mirror=mirror)


def test_an_unknown_data_set_is_told_the_known_ones(tmp_path):
    with pytest.raises(ConfigError, match="diabetes130"):
        download("mimic", tmp_path)


# What fails and heals


def test_a_connection_cut_half_way_goes_on_where_it_stopped(toy, server, tmp_path):
    server.faults[BIG] = [("cut", 100_000), ("cut", 50_000)]
    get(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert ranges(server) == [None, "bytes=100000-", "bytes=150000-"]


def test_the_next_run_resumes_what_a_failed_one_left(toy, server, tmp_path):
    server.faults[BIG] = [("cut", 100_000), *[("status", 503)] * 3]
    assert "HTTP status 503, 4 times in a row" in fails(tmp_path)
    assert leftovers(tmp_path) == ["hosp/big.csv.gz.part"]
    server.asked.clear()
    get(tmp_path)
    assert server.asked == [(BIG, "bytes=100000-")]
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert leftovers(tmp_path) == []


def test_a_server_that_ignores_range_starts_the_file_anew(toy, server, tmp_path):
    server.faults[BIG] = [("cut", 100_000), ("whole",)]
    get(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert ranges(server) == [None, "bytes=100000-"]


def test_a_server_that_sends_another_range_is_not_believed(toy, server, tmp_path):
    server.faults[BIG] = [("cut", 100_000), ("shift",)]
    get(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert ranges(server) == [None, "bytes=100000-", None]


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
def test_a_busy_server_is_asked_again(toy, server, tmp_path, status):
    server.faults[BIG] = [("status", status), ("status", status)]
    get(tmp_path)
    assert len(ranges(server)) == 3


def test_a_partial_file_of_something_else_is_thrown_away(toy, server, tmp_path):
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "big.csv.gz.part").write_bytes(b"x" * 1000)
    get(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert ranges(server) == ["bytes=1000-", None]


def test_a_partial_file_longer_than_the_file_is_thrown_away(toy, server, tmp_path):
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "big.csv.gz.part").write_bytes(BODY + b"x")
    get(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY


def test_a_partial_file_that_is_whole_only_gets_its_name(toy, server, tmp_path):
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "big.csv.gz.part").write_bytes(BODY)
    get(tmp_path)
    assert ranges(server) == []
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY


def test_a_reply_without_a_length_that_ends_early_is_fetched_again(toy, server, tmp_path):
    server.faults[BIG] = [("unsized", 120_000)]
    get(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY
    assert ranges(server) == [None, None]


def test_a_server_that_falls_silent_is_asked_again(toy, server, tmp_path):
    server.faults[BIG] = [("stall", 2.0)]
    get(tmp_path, patience=replace(QUICK, timeout=0.2))
    assert len(ranges(server)) == 2


def test_a_slow_server_is_waited_for(toy, server, tmp_path):
    server.faults[BIG] = [("drip", 0.03)]  # 0.45 s in all, more than the limit for one silence
    get(tmp_path, patience=replace(QUICK, timeout=0.4))
    assert ranges(server) == [None]


def test_the_waits_double_and_end(toy, server, tmp_path, monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    server.faults[BIG] = [("status", 500)] * 9
    fails(tmp_path, patience=Patience(attempts=6, first_wait=1.0, longest_wait=5.0))
    assert [s for s in slept if s] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert len(ranges(server)) == 6


# What fails for good


@pytest.mark.parametrize(
    ("status", "words"), [(404, "no such file"), (403, "refuses"), (401, "login"), (410, "gone")]
)
def test_a_refusal_is_final(toy, server, tmp_path, status, words):
    server.faults[BIG] = [("status", status)]
    said = fails(tmp_path)
    assert words in said
    assert f"HTTP {status}" in said
    assert len(ranges(server)) == 1


def test_content_with_another_checksum_is_thrown_away(toy, server, tmp_path):
    server.files[BIG] = BODY[:-1] + b"x"
    said = fails(tmp_path)
    assert f"sha256 {sha(server.files[BIG])} instead of {sha(BODY)}" in said
    assert leftovers(tmp_path) == []
    assert len(ranges(server)) == 1


def test_a_login_page_in_the_place_of_data_is_called_one(toy, server, tmp_path):
    server.faults[BIG] = [("page",)]
    assert "web page (HTML)" in fails(tmp_path)
    assert leftovers(tmp_path) == []


def test_a_login_page_does_not_cost_what_was_there(toy, server, tmp_path):
    server.faults[BIG] = [("cut", 100_000), ("page",)]
    assert "web page (HTML)" in fails(tmp_path)
    assert (tmp_path / "hosp" / "big.csv.gz.part").read_bytes() == BODY[:100_000]


def test_a_page_that_calls_itself_data_is_called_one(toy, server, tmp_path):
    server.files[BIG] = b"\n<HTML>Please log in</HTML>"
    assert "web page (HTML)" in fails(tmp_path)
    assert leftovers(tmp_path) == []


def test_no_network_is_said_after_a_bounded_number_of_attempts(toy, server, tmp_path):
    server.close()
    said = fails(tmp_path)
    assert "no connection (Connection refused), 4 times in a row" in said
    assert "network" in said


def test_a_disk_too_small_is_found_before_a_byte_is_written(toy, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")(10, 10, 100_000)
    monkeypatch.setattr("shutil.disk_usage", lambda where: usage)
    said = fails(tmp_path)
    assert "0.3 MB of room" in said
    assert "full disk" in said
    assert leftovers(tmp_path) == []


def test_a_disk_that_fills_up_is_said(toy, tmp_path):
    (tmp_path / "hosp").mkdir()
    (tmp_path / "hosp" / "big.csv.gz.part").symlink_to("/dev/full")
    assert "full disk" in fails(tmp_path)


def test_a_folder_that_is_a_file_is_said(toy, tmp_path):
    (tmp_path / "hosp").write_text("in the way")
    with pytest.raises(DownloadError, match="folder to write") as caught:
        get(tmp_path)
    assert "hosp/big.csv.gz" in caught.value.by_hand


def test_a_second_download_into_the_same_folder_is_kept_out(toy, server, tmp_path):
    seen = []

    def meanwhile(share, text):
        if not seen:
            seen.append(share)
            with pytest.raises(DownloadError, match="another download"):
                get(tmp_path)

    get(tmp_path, progress=meanwhile)
    assert seen
    get(tmp_path)  # the lock is gone with the first


# Killed


_RUN = """
import sys
from dataclasses import replace
from pathlib import Path
from fairfuse_core.cohort.download import DATASETS, RemoteFile, get
base, sha256, folder = sys.argv[1:]
DATASETS["toy"] = replace(DATASETS["mimic-iv-demo"], name="toy", base=base,
                          files=(RemoteFile("hosp/big.csv.gz", sha256),))
get("toy", Path(folder))
"""


def test_killed_half_way_only_a_part_is_left_and_the_next_run_goes_on(toy, server, tmp_path):
    server.faults[BIG] = [("drip", 0.3)]
    command = [sys.executable, "-c", _RUN, toy.base, sha(BODY), str(tmp_path)]
    part = tmp_path / "hosp" / "big.csv.gz.part"
    with subprocess.Popen(command, cwd=ROOT) as process:
        end = time.monotonic() + 20
        while not (part.exists() and part.stat().st_size) and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    had = part.stat().st_size
    assert 0 < had < len(BODY)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [part.name]
    assert find_table(tmp_path, "hosp/big") is None  # no source reads it
    get(tmp_path)
    assert ranges(server) == [None, f"bytes={had}-"]
    assert (tmp_path / "hosp" / "big.csv.gz").read_bytes() == BODY


# Archives and lists of checksums


STAYS = {f"set-a/{n}.txt": f"Time,Parameter,Value\n00:00,RecordID,{n}\n".encode() for n in (1, 2)}


@pytest.fixture
def challenge(server, monkeypatch):
    content = packed_tar({**STAYS, "../outside.txt": b"x", "set-a/../../up.txt": b"x"})
    made = replace(
        DATASETS["physionet2012"], base=server.url,
        files=(RemoteFile("set-a.tar.gz", sha(content), "set-a"),),
    )  # fmt: skip
    monkeypatch.setitem(DATASETS, "physionet2012", made)
    server.files["/set-a.tar.gz"] = content
    return made


def test_a_folder_is_unpacked_whole_and_nothing_outside_it(challenge, server, tmp_path):
    folder = tmp_path / "in" / "here"
    (folder / "set-a.part").mkdir(parents=True)
    (folder / "set-a.part" / "9.txt").write_text("left by a run that was killed")
    download("physionet2012", folder, patience=QUICK)
    found = {f"set-a/{p.name}": p.read_bytes() for p in (folder / "set-a").iterdir()}
    assert found == STAYS
    written = {p.name for p in tmp_path.rglob("*.txt")}
    assert written == {"1.txt", "2.txt", "ATTRIBUTION.txt"}
    assert leftovers(folder) == []
    server.asked.clear()
    (folder / "set-a.tar.gz").unlink()
    download("physionet2012", folder, patience=QUICK)
    assert server.asked == []


def test_an_archive_put_there_by_hand_is_unpacked(challenge, server, tmp_path):
    (tmp_path / "set-a.tar.gz").write_bytes(server.files["/set-a.tar.gz"])
    download("physionet2012", tmp_path, patience=QUICK)
    assert server.asked == []
    assert len(list((tmp_path / "set-a").iterdir())) == 2


def test_an_archive_of_something_else_is_said(challenge, server, tmp_path, monkeypatch):
    content = packed_tar({"other/1.txt": b"x"})
    file = RemoteFile("set-a.tar.gz", sha(content), "set-a")
    monkeypatch.setitem(DATASETS, "physionet2012", replace(challenge, files=(file,)))
    server.files["/set-a.tar.gz"] = content
    with pytest.raises(DownloadError, match="an archive without set-a"):
        download("physionet2012", tmp_path, patience=QUICK)
    assert not (tmp_path / "set-a").exists()


ZIP = DATASETS["diabetes130"].files[0].path
TABLE = b"encounter_id\n1\n"


@pytest.fixture
def diabetes(server, monkeypatch):
    file = replace(DATASETS["diabetes130"].files[0], makes_sha256=sha(TABLE))
    made = replace(DATASETS["diabetes130"], base=server.url, files=(file,))
    monkeypatch.setitem(DATASETS, "diabetes130", made)
    server.files[f"/{ZIP}"] = packed_zip({"d/diabetic_data.csv": TABLE, "d/IDs_mapping.csv": b""})
    return made


def test_the_table_in_a_zip_is_checked_before_the_zip_is_trusted(diabetes, server, tmp_path):
    good = server.files[f"/{ZIP}"]
    for content, words in (
        (packed_zip({"diabetic_data.csv": b"encounter_id\n2\n"}), f"instead of {sha(TABLE)}"),
        (packed_zip({"other.csv": TABLE}), "without diabetic_data.csv"),
        (good[:-30], "not a whole zip archive"),
        (b"PK nonsense", "not a whole zip archive"),
    ):
        server.files[f"/{ZIP}"] = content
        with pytest.raises(DownloadError, match=words):
            download("diabetes130", tmp_path, patience=QUICK)
        assert list(tmp_path.iterdir()) == []
    server.files[f"/{ZIP}"] = good
    download("diabetes130", tmp_path, patience=QUICK)
    assert (tmp_path / "diabetic_data.csv").read_bytes() == TABLE
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "ATTRIBUTION.txt", "diabetes+130-us+hospitals+for+years+1999-2008.zip", "diabetic_data.csv",
    ]  # fmt: skip


def test_a_disk_that_fills_up_while_unpacking_is_said(diabetes, server, tmp_path):
    part = tmp_path / "diabetic_data.csv.part"
    part.symlink_to("/dev/full")
    with pytest.raises(DownloadError, match="full disk"):
        download("diabetes130", tmp_path, patience=QUICK)
    assert not (tmp_path / "diabetic_data.csv").exists()
    part.unlink()
    server.asked.clear()
    download("diabetes130", tmp_path, patience=QUICK)  # the archive is there already
    assert server.asked == []


def test_a_table_unpacked_by_hand_is_enough(diabetes, server, tmp_path):
    (tmp_path / "diabetic_data.csv").write_bytes(TABLE)
    download("diabetes130", tmp_path, patience=QUICK)
    assert server.asked == []


@pytest.fixture
def listed(server, monkeypatch):
    """The eICU demo as it is, with other tables: its checksums are in a list beside it."""
    made = replace(DATASETS["eicu-demo"], base=server.url)
    monkeypatch.setitem(DATASETS, "eicu-demo", made)
    tables = {f.path: gzip.compress(f.path.encode(), mtime=0) for f in made.files}
    server.files = {f"/{name}": content for name, content in tables.items()}
    lines = [f"{sha(content)} {name}" for name, content in tables.items()]
    server.files["/SHA256SUMS.txt"] = "\n".join([*lines, f"{sha(b'')} other.csv.gz", ""]).encode()
    return made


def test_tables_are_checked_by_the_list_beside_them(listed, server, tmp_path):
    download("eicu-demo", tmp_path, patience=QUICK)
    assert gzip.decompress((tmp_path / "lab.csv.gz").read_bytes()) == b"lab.csv.gz"
    server.files["/patient.csv.gz"] = b"changed"
    with pytest.raises(DownloadError, match=f"sha256 {sha(b'changed')} instead of"):
        download("eicu-demo", tmp_path / "again", patience=QUICK)
    assert not (tmp_path / "again" / "patient.csv.gz").exists()


def test_tables_and_list_put_there_by_hand_need_no_network(listed, server, tmp_path):
    for path, content in server.files.items():
        (tmp_path / path[1:]).write_bytes(content)
    download("eicu-demo", tmp_path, patience=QUICK)
    assert server.asked == []


def test_a_list_without_the_tables_is_not_kept(listed, server, tmp_path):
    server.files["/SHA256SUMS.txt"] = f"{sha(b'')} patient.csv.gz\n".encode()
    with pytest.raises(DownloadError, match=r"a list of checksums without hospital\.csv"):
        download("eicu-demo", tmp_path, patience=QUICK)
    assert list(tmp_path.iterdir()) == []
    told = by_hand(listed, tmp_path)
    assert f"{server.url}/SHA256SUMS.txt" in told
    assert "as SHA256SUMS.txt lists it" in told


def test_by_hand_gives_the_checksums_of_the_list_once_it_is_there(listed, server, tmp_path):
    server.faults["/patient.csv.gz"] = [("status", 403)]
    with pytest.raises(DownloadError) as caught:
        download("eicu-demo", tmp_path, patience=QUICK)
    told = caught.value.by_hand
    assert sha(server.files["/patient.csv.gz"]) in told
    assert "SHA256SUMS" not in told


# The records


@pytest.mark.parametrize("name", DATASETS)
def test_a_record_says_all_that_is_needed(name, tmp_path):
    dataset = DATASETS[name]
    assert dataset.name == name
    assert dataset.base.startswith(("https://physionet.org/files/", "https://archive.ics.uci.edu/"))
    assert dataset.licence_url.startswith("https://")
    assert dataset.citation
    assert dataset.source in SOURCES
    for file in dataset.files:
        known = file.sha256 or file.makes_sha256
        assert re.fullmatch("[0-9a-f]{64}", known) if known else dataset.sums
        assert f"{dataset.base}/{file.path}" in by_hand(dataset, tmp_path)
        assert (known or "SHA256SUMS.txt") in by_hand(dataset, tmp_path)


@pytest.mark.parametrize("name", DATASETS)
def test_the_files_are_those_its_source_reads(name):
    dataset = DATASETS[name]
    tables = SOURCES[dataset.source].tables
    stems = {(f.makes or f.path).partition(".")[0] for f in dataset.files}
    assert set(tables.required) <= stems
    # What the source can use besides is fetched too, where the open release has it.
    elsewhere = {"yaib_hourly/los_dyn", "note/radiology", "mimic-cxr-2.0.0-metadata"}
    assert set(tables.optional) - elsewhere <= stems


def test_the_checksums_are_those_of_the_releases():
    folder = real_folder("mimic-iv-demo-2.2")
    lines = (folder / "SHA256SUMS.txt").read_text().splitlines()
    official = {name: digest for digest, name in (line.split() for line in lines)}
    for file in DATASETS["mimic-iv-demo"].files:
        assert file.sha256 == official[file.path]
    packed = real_folder("diabetes130") / "diabetic_data.csv.gz"
    table = gzip.decompress(packed.read_bytes())
    assert DATASETS["diabetes130"].files[0].makes_sha256 == sha(table)
    outcomes = real_folder("physionet2012") / "Outcomes-a.txt"
    assert DATASETS["physionet2012"].files[0].sha256 == sha(outcomes.read_bytes())


@pytest.mark.slow
def test_a_downloaded_folder_is_built_into_a_cohort(server, monkeypatch, tmp_path):
    real = real_folder("diabetes130") / "diabetic_data.csv.gz"
    content = packed_zip({"diabetic_data.csv": gzip.decompress(real.read_bytes())})
    monkeypatch.setitem(DATASETS, "diabetes130", replace(DATASETS["diabetes130"], base=server.url))
    server.files[f"/{ZIP}"] = content
    server.faults[f"/{ZIP}"] = [("cut", len(content) // 2)]
    folder = download("diabetes130", tmp_path, patience=QUICK)
    assert find_table(folder, "diabetic_data") == Path(folder, "diabetic_data.csv")
    made = SOURCES["diabetes130"].build(folder)
    assert len(made.table) == 101_766 - 2_423
