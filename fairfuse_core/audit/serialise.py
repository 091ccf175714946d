"""Audit to JSON and back: strict JSON, equal frames."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from fairfuse_core.audit import result
from fairfuse_core.audit.config import AuditConfig
from fairfuse_core.audit.result import Audit, Finding, Provenance
from fairfuse_core.errors import InputError

FORMAT = "fairfuse-audit"
FORMAT_VERSION = 1

_FRAMES = {
    "groups": result.GROUPS,
    "operating_points": result.OPERATING_POINTS,
    "overall": result.BY_GROUP,
    "by_group": result.BY_GROUP,
    "gaps": result.GAPS,
    "indices": result.INDICES,
    "folds": result.FOLDS,
}
_FLAGS = frozenset({"suppressed", "is_reference"})


def tidy(rows: dict[str, list[Any]], columns: tuple[str, ...]) -> pd.DataFrame:
    """Build a frame with the contract's columns and one dtype a kind of column.

    Text is ``object``-free string dtype, flags are bool, everything else float64: the same
    whether it was computed or read back.
    """
    made = {}
    for name in columns:
        values = rows[name]
        if name in result.TEXT:
            made[name] = pd.Series(values, dtype="str")
        elif name in _FLAGS:
            made[name] = pd.Series(values, dtype=bool)
        else:
            made[name] = pd.Series(
                [np.nan if v is None else v for v in values]
                if isinstance(values, list)
                else values,
                dtype=np.float64,
            )
    return pd.DataFrame(made, columns=list(columns))


def audit_to_dict(audit: Audit) -> dict[str, Any]:
    """Return the audit as plain lists, dictionaries, numbers and None."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "config": audit.config.to_dict(),
        "provenance": asdict(audit.provenance),
        "models": list(audit.models),
        "targets": list(audit.targets),
        "attributes": list(audit.attributes),
        "parts": {k: list(v) for k, v in audit.parts.items()},
        "findings": [asdict(f) for f in audit.findings],
        "frames": {name: _columns(getattr(audit, name)) for name in _FRAMES},
    }


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): [_plain(v) for v in frame[name].tolist()] for name in frame.columns}


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no infinity; NaN is null, infinities are words that float() reads back.
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def audit_to_json(audit: Audit) -> str:
    """Write an audit as strict JSON."""
    return json.dumps(audit_to_dict(audit), allow_nan=False, ensure_ascii=False)


def audit_from_json(text: str) -> Audit:
    """Read an audit.

    Raises
    ------
    InputError
        If the text is no JSON, no audit, or an audit of a later format.
    """
    try:
        plain = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            "an audit as JSON",
            f"text that is no JSON (line {error.lineno})",
            "Give the file that an export or Audit.to_json wrote.",
        ) from error
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise InputError(
            "an audit as JSON",
            "JSON of another kind",
            "Give the file that an export or Audit.to_json wrote.",
        )
    if plain.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"audit format {FORMAT_VERSION}",
            f"format {plain.get('format_version')}",
            "Read it with the version of FairFuse that wrote it.",
        )
    try:
        return _build(plain)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "a complete audit",
            f"one that lacks or garbles {error}",
            "Export the audit again; the file may have been cut off or edited.",
        ) from error


def _build(plain: dict[str, Any]) -> Audit:
    frames = {name: tidy(plain["frames"][name], columns) for name, columns in _FRAMES.items()}
    provenance = dict(plain["provenance"])
    provenance["notes"] = tuple(provenance["notes"])
    return Audit(
        config=AuditConfig.from_dict(plain["config"]),
        provenance=Provenance(**provenance),
        models=tuple(plain["models"]),
        targets=tuple(plain["targets"]),
        attributes=tuple(plain["attributes"]),
        findings=tuple(Finding(**f) for f in plain["findings"]),
        parts={k: tuple(v) for k, v in plain["parts"].items()},
        groups=frames["groups"],
        operating_points=frames["operating_points"],
        overall=frames["overall"],
        by_group=frames["by_group"],
        gaps=frames["gaps"],
        indices=frames["indices"],
        folds=frames["folds"],
    )
