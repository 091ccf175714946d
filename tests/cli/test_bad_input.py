"""Bad input ends in one sentence and exit status 2, whatever it is."""

import gzip

import pytest

from tests.cli.conftest import RADFUSION
from tests.corpus.broken_tables import BROKEN, ODD

_FLAGS = {
    name: f"--{name.rstrip('_')}"
    for name in ("model", "patient", "sample", "weight", "split", "fold", "target", "class_")
}


def arguments_of(roles):
    """The flags that say what these roles say; None where the command has no such flag."""
    if roles is None:
        return []
    if roles.class_scores or roles.classes or roles.model_names:
        return None
    made = ["--label", roles.label]  # an empty one undoes the guess
    for flag, names in (("--score", roles.scores), ("--decision", roles.decision)):
        made += [part for name in names or [""] for part in (flag, name)]
    for name in roles.attributes:
        rule = roles.bins.get(name)
        edges = ":" + ",".join(f"{e:g}" for e in rule.edges) if rule else ""
        made += ["--attribute", name + edges]
    for role, flag in _FLAGS.items():
        made += [flag, getattr(roles, role) or ""]
    for flag, mapping in (
        ("--label-map", roles.label_map),
        ("--positive-decision", roles.positive_decision),
        ("--split-map", roles.split_map),
    ):
        if mapping:
            made += [flag, ",".join(f'"{k}={v}"' for k, v in mapping.items())]
    return made + (["--drop-missing"] if roles.drop_missing else [])


def errors_of(ran):
    return [line for line in ran.err.splitlines() if line.startswith("Error: ")]


@pytest.mark.parametrize(
    "name", [k for k, b in BROKEN.items() if arguments_of(b.roles) is not None]
)
def test_every_broken_table_ends_in_one_sentence(name, fairfuse, tmp_path):
    broken = BROKEN[name]
    path = tmp_path / broken.filename
    path.write_bytes(broken.content)
    ran = fairfuse("audit", path, *arguments_of(broken.roles), "--replicates", 100)
    assert ran.status == 2, ran.err[-500:]
    assert "Traceback" not in ran.err + ran.out
    assert ran.out == ""
    found = errors_of(ran)
    assert len(found) == 1
    assert ran.err.rstrip().endswith(found[0])
    # The message names what is wrong, or asks for the flag that would say it.
    assert broken.says in found[0] or "--" in found[0], found[0]


def test_almost_all_of_the_corpus_goes_through_the_command():
    tried = [b for b in BROKEN.values() if arguments_of(b.roles) is not None]
    assert len(tried) >= 40
    assert len(tried) >= 0.9 * len(BROKEN)


@pytest.mark.parametrize("name", [k for k, o in ODD.items() if arguments_of(o.roles) is not None])
def test_odd_tables_never_end_in_a_traceback(name, fairfuse, tmp_path):
    odd = ODD[name]
    path = tmp_path / odd.filename
    path.write_bytes(odd.content)
    ran = fairfuse("audit", path, *arguments_of(odd.roles), "--replicates", 100)
    assert ran.status in {0, 2}, ran.err
    assert "Traceback" not in ran.err
    assert len(errors_of(ran)) == (ran.status == 2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--operating-point", "sensitivity=high"], "'high'"),
        (["--operating-point", "magic"], "'magic'"),
        (["--operating-point", "threshold"], "threshold=0.8"),
        (["--confidence", "1.2"], "confidence"),
        (["--replicates", "5"], "100 replicates"),
        (["--min-group", "2"], "name"),
        (["--reference", "gender"], "--reference"),
        (["--reference", "gender=Nobody"], "Female, Male"),
        (["--reference", "planet=Mars"], "'planet'"),
        (["--attribute", "planet"], "'planet'"),
        (["--intersection", "gender,race"], "intersection"),
        (["--format", "docx", "--out", "."], "docx"),
        (["--metric", "recal"], "'recal'"),
        (["--label-map", "yes"], "--label-map"),
    ],
)
def test_impossible_settings(arguments, says, fairfuse):
    # A label map means nothing for counts, and is read only where predictions are.
    extra = ["--label", "tp"] if "--label-map" in arguments else []
    ran = fairfuse("audit", RADFUSION, *arguments, *extra)
    assert ran.status == 2
    assert len(errors_of(ran)) == 1
    assert says in errors_of(ran)[0]


def test_a_missing_file_a_folder_and_a_file_in_place_of_a_folder(fairfuse, tmp_path):
    assert "no file" in fairfuse("audit", tmp_path / "absent.csv").err
    assert "directory" in fairfuse("audit", tmp_path).err
    blocked = tmp_path / "file"
    blocked.write_text("")
    ran = fairfuse("audit", RADFUSION, "--out", blocked / "x")
    assert ran.status == 2
    assert "--out" in errors_of(ran)[0]


def test_unknown_options_and_commands_are_usage_errors(fairfuse):
    assert fairfuse("audit", RADFUSION, "--nonsense").status == 2
    assert fairfuse("audti").status == 2
    assert fairfuse("audit").status == 2


def test_debug_shows_where(fairfuse, tmp_path):
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"y,s\n0,1\n")[:-6])
    plain, full = fairfuse("audit", path), fairfuse("audit", path, "--debug")
    assert "Traceback" not in plain.err
    assert "Traceback" in full.err
    assert (plain.status, full.status) == (2, 2)


def test_what_should_never_happen_is_told_apart_from_bad_input(fairfuse, monkeypatch):
    import fairfuse_core.audit

    def broken(*_, **__):
        raise RuntimeError("a bug\nin two lines")

    monkeypatch.setattr(fairfuse_core.audit, "run_audit", broken)
    ran = fairfuse("audit", RADFUSION)
    assert ran.status == 1
    assert len(errors_of(ran)) == 1
    assert "RuntimeError: a bug in two lines" in errors_of(ran)[0]
    assert "--debug" in errors_of(ran)[0]
