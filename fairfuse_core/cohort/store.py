"""A cohort on disk: a folder that is there whole or not at all.

``cohort.json`` names every file with its SHA-256; it is written last, into a folder with a
temporary name that is renamed when all is done. A folder without it is never opened.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

from fairfuse_core._version import __version__
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.flow import Step
from fairfuse_core.cohort.modalities import open_modality
from fairfuse_core.cohort.table import read_frame, write_frame
from fairfuse_core.cohort.tasks import Task
from fairfuse_core.digest import digest_file
from fairfuse_core.errors import InputError

FORMAT, FORMAT_VERSION = "fairfuse-cohort", 1
MANIFEST, TABLE = "cohort.json", "patients.parquet"


def save(cohort: Cohort, folder: Path) -> Path:
    """Write a cohort.

    Raises
    ------
    InputError
        If the folder exists and is no cohort (nothing of somebody else's is overwritten), or
        cannot be written.
    """
    if folder.exists() and not (folder / MANIFEST).exists():
        raise InputError(
            "a new folder, or one that holds a cohort",
            f"{folder}, which holds something else",
            "Name another folder.",
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir()
        _write(cohort, draft)
        _replace(draft, folder)
    except OSError as error:
        raise InputError(
            f"room and permission to write {folder}", str(error), "Nothing was changed; try again."
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _write(cohort: Cohort, draft: Path) -> None:
    write_frame(cohort.table, draft / TABLE)
    headers: dict[str, Any] = {}
    for name, modality in cohort.modalities.items():
        part = draft / name
        part.mkdir()
        headers[name] = {"kind": modality.kind, **modality.write(part)}
    files = {
        str(p.relative_to(draft)): {"sha256": digest_file(p), "bytes": p.stat().st_size}
        for p in sorted(draft.rglob("*"))
        if p.is_file()
    }
    manifest = {
        "format": FORMAT, "format_version": FORMAT_VERSION, "fairfuse": __version__,
        "name": cohort.name, "samples": len(cohort), "attributes": list(cohort.attributes),
        "tasks": [t.to_dict() for t in cohort.tasks], "flow": [s.to_dict() for s in cohort.flow],
        "source": cohort.source, "fingerprint": cohort.fingerprint, "modalities": headers,
        "files": files,
    }  # fmt: skip
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False))


def _replace(draft: Path, folder: Path) -> None:
    if not folder.exists():
        os.replace(draft, folder)
        return
    old = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.old")
    os.replace(folder, old)
    os.replace(draft, folder)
    shutil.rmtree(old, ignore_errors=True)


def open_cohort(folder: Path, *, verify: bool = False) -> Cohort:
    """Open a cohort without reading its arrays.

    Parameters
    ----------
    folder : path
        What `save` wrote.
    verify : bool
        Also read every file and compare its SHA-256; sizes are always compared.

    Raises
    ------
    InputError
        If the folder is no cohort, or a file is missing, cut off or changed.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(
            f"a cohort in {folder}",
            f"no readable {MANIFEST} ({error})",
            "Build the cohort again; an unfinished one is never opened.",
        ) from error
    if manifest.get("format") != FORMAT or manifest.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"a cohort of format {FORMAT_VERSION}",
            f"{manifest.get('format')} {manifest.get('format_version')} in {folder}",
            "Open it with the version of FairFuse that wrote it.",
        )
    for name, about in manifest["files"].items():
        path = folder / name
        size = path.stat().st_size if path.exists() else None
        if size != about["bytes"] or (verify and digest_file(path) != about["sha256"]):
            raise InputError(
                f"{name} as it was written",
                "it is missing, cut off or changed",
                "Build the cohort again, or copy it whole.",
            )
    return Cohort(
        name=manifest["name"],
        table=read_frame(folder / TABLE),
        attributes=tuple(manifest["attributes"]),
        tasks=tuple(Task.from_dict(t) for t in manifest["tasks"]),
        modalities={
            name: open_modality(folder / name, header)
            for name, header in manifest["modalities"].items()
        },
        flow=tuple(Step(**s) for s in manifest["flow"]),
        source=manifest["source"],
    )
