"""Reads the values of options: `age:18,45,65,80`, `Expired=1,Alive=0`, `sensitivity=0.9`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast, get_args

import click

from fairfuse_core.errors import ConfigError

if TYPE_CHECKING:
    from fairfuse_core.audit import AuditConfig, OperatingPoint
    from fairfuse_core.audit.predictions import BinRule

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def stacked(*options: Decorator) -> Decorator:
    """Return one decorator that adds these options in the order given."""

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            function = option(function)
        return function

    return add


def fields(text: str) -> list[str]:
    """Split at commas; a part may be quoted to hold one: ``"a, b",c``."""
    return [part.strip() for part in next(csv.reader([text], skipinitialspace=True), [])]


def pairs(values: Iterable[str], *, flag: str, example: str) -> dict[str, str]:
    """Read ``a=1,b=0`` (repeatable) as a dictionary.

    Raises
    ------
    ConfigError
        When a part has no ``=`` or a name occurs twice.
    """
    found: dict[str, str] = {}
    for part in (p for value in values for p in fields(value)):
        name, sign, right = part.rpartition("=")
        if not sign or not right.strip() or name.strip() in found:
            what = "twice" if sign and name.strip() in found else "without a value"
            raise ConfigError(
                f"{flag} as {example}", f"{part!r} {what}", f"Write {flag} {example!r}."
            )
        found[name.strip()] = right.strip()
    return found


def bins(values: Sequence[str]) -> dict[str, BinRule]:
    """Read ``age=18,45,65,80`` (repeatable).

    Raises
    ------
    ConfigError
        When a part has no ``=`` or its edges do not ascend.
    """
    from fairfuse_core.audit.predictions import BinRule

    found = {}
    for value in values:
        name, sign, edges = value.rpartition("=")
        if not sign or not name.strip():
            raise ConfigError(
                "--bins as age=18,45,65,80", repr(value), "Write --bins age=18,45,65,80."
            )
        found[name.strip()] = BinRule.parse(edges)
    return found


def binary_map(values: Sequence[str], *, flag: str) -> dict[str, int]:
    """Read ``Expired=1,Alive=0``.

    Raises
    ------
    ConfigError
        When a value is not sent to 0 or 1.
    """
    example = "Expired=1,Alive=0"
    found = pairs(values, flag=flag, example=example)
    odd = {name: to for name, to in found.items() if to not in {"0", "1"}}
    if odd:
        name, to = next(iter(odd.items()))
        raise ConfigError(
            f"{flag} to send every value to 0 or 1",
            f"{name!r} sent to {to!r}",
            f"Write {flag} {example!r}, with 1 where the event happened.",
        )
    return {name: int(to) for name, to in found.items()}


def attribute(text: str, columns: Sequence[str]) -> tuple[str, BinRule | None]:
    """Read ``gender`` or ``age:18,45,65,80``; a column that holds a colon is found first.

    Raises
    ------
    ConfigError
        When what follows the colon is no list of ascending numbers.
    """
    if text in columns or ":" not in text:
        return text, None
    from fairfuse_core.audit.predictions import BinRule

    name, _, edges = text.rpartition(":")
    return name.strip(), BinRule.parse(edges)


def operating_point(text: str, *, per_group: bool) -> OperatingPoint:
    """Read ``youden``, ``threshold=0.3``, ``sensitivity=0.9`` and so on.

    Raises
    ------
    ConfigError
        When the rule is unknown or its value is no number.
    """
    from fairfuse_core.audit.config import OperatingPoint, Rule

    rule, sign, value = text.partition("=")
    rule = rule.strip().replace("-", "_")
    if rule not in get_args(Rule):
        raise ConfigError(
            f"an operating point among {', '.join(get_args(Rule))}",
            repr(text),
            "Write --operating-point youden or --operating-point sensitivity=0.9.",
        )
    number = None
    if sign:
        try:
            number = float(value)
        except ValueError as problem:
            raise ConfigError(
                f"a number after {rule}=", repr(value), f"Write --operating-point {rule}=0.3."
            ) from problem
    return OperatingPoint(cast("Rule", rule), number, per_group)


def config(given: dict[str, Any]) -> AuditConfig:
    """Return the configuration that the options spell out.

    Parameters
    ----------
    given : dict
        Options by name, as click hands them over.

    Raises
    ------
    ConfigError
        When an option cannot be used.
    """
    from fairfuse_core.audit import AuditConfig

    crossed = tuple(tuple(fields(text)) for text in given["intersection"])
    reference = pairs(given["reference"], flag="--reference", example="gender=Male")
    return AuditConfig(
        intersections=crossed,
        reference=reference,
        operating_point=operating_point(given["operating_point"], per_group=given["per_group"]),
        interval=given["interval"],
        confidence=given["confidence"],
        replicates=given["replicates"],
        seed=given["seed"],
        use_clusters=not given["rows_independent"],
        min_group=given["min_group"],
        unsuppressed_by=given["unsuppressed_by"],
        multiplicity=given["multiplicity"],
        ignore=tuple(given["ignore"]),
    )


def _option(*names: str, **how: Any) -> Decorator:
    return click.option(*names, **how)


ROLES = stacked(
    _option("--label", metavar="COLUMN", help="What happened."),
    _option("--score", multiple=True, metavar="COLUMN", help="Predicted risk; repeat for models."),
    _option("--decision", multiple=True, metavar="COLUMN", help="Decisions, where no score is."),
    _option("--attribute", multiple=True, metavar="COLUMN[:EDGES]",
            help="Protected attribute, as gender or age:18,45,65,80; repeat."),
    _option("--bins", multiple=True, metavar="COLUMN=EDGES",
            help="Cut points of a numeric attribute, as age=18,45,65,80; the same as after a colon "
            "in --attribute."),
    _option("--model", metavar="COLUMN", help="Names the model of each row."),
    _option("--patient", metavar="COLUMN", help="Patient id: intervals then respect it."),
    _option("--sample", metavar="COLUMN", help="Sample id: pairs the rows of two models."),
    _option("--weight", metavar="COLUMN", help="Sampling weight."),
    _option("--split", metavar="COLUMN", help="Train, validation, test: the threshold is chosen "
            "on validation rows, test rows are judged."),
    _option("--fold", metavar="COLUMN", help="Cross-validation fold."),
    _option("--target", metavar="COLUMN", help="Target of a multi-label table."),
    _option("--class", "class_", metavar="COLUMN", help="Class a row's score is about."),
    _option("--class-score", multiple=True, metavar="CLASS=COLUMN",
            help="Score column of a class (multi-class, one column a class); repeat."),
    _option("--classes", metavar="A,B", help="Classes to audit one against the rest, where label "
            "and decision hold class names."),
    _option("--model-name", multiple=True, metavar="COLUMN=NAME", help="What to call a model."),
    _option("--label-map", multiple=True, metavar="MAP", help="As Expired=1,Alive=0."),
    _option("--positive-decision", multiple=True, metavar="MAP", help="As Refer=1,Wait=0."),
    _option("--split-map", multiple=True, metavar="MAP", help="As dev=validation,held=test."),
    _option("--drop-missing", is_flag=True, help="Leave out rows without a label or score."),
    _option("--stream", is_flag=True, help="Count a Parquet file larger than memory in one pass; "
            "needs --label, --score and --attribute."),
    _option("-y", "--yes", is_flag=True, help="Take the guessed roles without asking."),
)  # fmt: skip
"""Options that say what the columns mean; an empty value ('') undoes a guess."""

SETTINGS = stacked(
    _option("--intersection", multiple=True, metavar="A,B", help="Groups of several attributes."),
    _option("--operating-point", default="youden", show_default=True, metavar="RULE",
            help="youden, max_f1, threshold=T, sensitivity=S, specificity=S, selection_rate=R, "
            "net_benefit=HARM:BENEFIT ratio."),
    _option("--per-group", is_flag=True, help="One threshold per group (a what-if)."),
    _option("--reference", multiple=True, metavar="ATTRIBUTE=GROUP", help="As gender=Male."),
    _option("--interval", type=click.Choice(["auto", "bootstrap", "bca"]), default="auto",
            show_default=True, help="Interval method."),
    _option("--confidence", type=float, default=0.95, show_default=True, help="Interval level."),
    _option("--replicates", type=int, default=2000, show_default=True, help="Random replicates."),
    _option("--seed", type=int, default=0, show_default=True, help="Of every random draw."),
    _option("--rows-independent", is_flag=True, help="Ignore patient ids in intervals."),
    _option("--multiplicity", type=click.Choice(["holm", "bh"]), default="holm",
            show_default=True, help="Adjustment of p-values."),
    _option("--ignore", multiple=True, metavar="CODE", help="Set a check aside, as FF002."),
    _option("--min-group", type=click.IntRange(min=0), default=10, show_default=True,
            help="Groups of fewer patients show no number."),
    _option("--unsuppressed-by", default="", metavar="NAME",
            help="Who lowers --min-group below 10; printed everywhere."),
)  # fmt: skip
"""Options that change how the audit is computed."""

OUTPUT = stacked(
    _option("--metric", multiple=True, default=["tpr"], show_default=True, metavar="NAME",
            help="Metrics whose gap tables are printed."),
    _option("--out", metavar="FOLDER", help="Where JSON, CSV and HTML are written."),
    _option("--format", "formats", default="json,csv,html", show_default=True, metavar="LIST",
            help="What to write there."),
    _option("--title", default="", help="Title of the report."),
    _option("--verbose", is_flag=True, help="Print every finding."),
    _option("--debug", is_flag=True, help="Show a traceback when something fails."),
)  # fmt: skip
"""Options about what is printed and written."""
