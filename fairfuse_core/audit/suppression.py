"""Suppression: which groups may not be shown, so that no small count can be worked out.

Hiding the small groups is not enough: a total less the other groups gives a hidden one back.
So further groups are hidden until no hidden count, nor a hidden total below the minimum,
follows from what is shown (complementary suppression, as in the cell policies of CMS and of
national statistics offices; Hundepool et al., Statistical Disclosure Control, 2012, ch. 4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.scores import GroupingInfo
from fairfuse_core.audit.suppression_bounds import pinned_cell, solved_cell
from fairfuse_core.audit.types import UNKNOWN, IntArray

SHOWN, SMALL, PROTECTING = 0, 1, 2

Key = tuple[str, int]
Relation = tuple[tuple[Key, ...], tuple[Key, ...]]

_EXACT_LIMIT = 400
"""Up to this many hidden cells the exact rank test is run; beyond it the per-relation rule,
which is stricter on each relation, stands alone."""


def suppress(
    groupings: Sequence[GroupingInfo],
    counts: Mapping[str, IntArray],
    minimum: int,
    *,
    patients: Mapping[str, IntArray] | None = None,
) -> dict[str, NDArray[np.int8]]:
    """Decide for every group whether it is shown.

    Parameters
    ----------
    groupings : sequence of GroupingInfo
        All groupings that are published together.
    counts : mapping of str to ndarray, shape (G,)
        Rows per group: what sums to the totals.
    minimum : int
        Groups of fewer patients are hidden; 0 hides none.
    patients : mapping, optional
        Distinct patients per group, when patients have several rows.

    Returns
    -------
    dict of str to ndarray of int8, shape (G,)
        SHOWN, SMALL (fewer than ``minimum``) or PROTECTING (hidden for another's sake). Which
        of the two it is must not be published: it bounds the count.
    """
    people = patients or counts
    status = {
        g.name: np.where((people[g.name] < minimum) & (counts[g.name] > 0), SMALL, SHOWN).astype(
            np.int8
        )
        for g in groupings
    }
    if minimum <= 0 or not any((s == SMALL).any() for s in status.values()):
        return status
    relations = _relations(groupings)
    unknown = frozenset(
        (g.name, i) for g in groupings for i, level in enumerate(g.levels) if UNKNOWN in level
    )
    for _ in range(10_000):
        extra = _next_to_hide(relations, status, (counts, people), minimum, unknown)
        if extra is None:
            break
        status[extra[0]][extra[1]] = PROTECTING
    return status


def _relations(groupings: Sequence[GroupingInfo]) -> list[Relation]:
    """Equations between published counts: sum(left) = sum(right); empty right: the total."""
    found: list[Relation] = [
        (tuple((g.name, i) for i in range(len(g.levels))), ()) for g in groupings
    ]
    for a, b in combinations(groupings, 2):
        shared = [name for name in a.attributes if name in b.attributes]
        if not shared:
            continue
        left, right = _by_part(a, shared), _by_part(b, shared)
        found += [(tuple(left.get(k, ())), tuple(right.get(k, ()))) for k in {*left, *right}]
    return found


def _by_part(g: GroupingInfo, shared: Sequence[str]) -> dict[tuple[str, ...], list[Key]]:
    where = [g.attributes.index(name) for name in shared]
    out: dict[tuple[str, ...], list[Key]] = {}
    for i, parts in enumerate(g.parts):
        out.setdefault(tuple(parts[w] for w in where), []).append((g.name, i))
    return out


def _next_to_hide(
    relations: Sequence[Relation],
    status: Mapping[str, NDArray[np.int8]],
    sizes: tuple[Mapping[str, IntArray], Mapping[str, IntArray]],
    minimum: int,
    unknown: frozenset[Key],
) -> Key | None:
    counts, people = sizes

    def hidden(key: Key) -> bool:
        return bool(status[key[0]][key[1]] != SHOWN)

    def size(key: Key) -> int:
        return int(counts[key[0]][key[1]])

    def smallest_shown(cells: Sequence[Key]) -> Key | None:
        free = [k for k in cells if not hidden(k) and size(k) > 0]
        # How many values are missing is a fact about the data that a board needs: hidden last.
        return min(free, key=lambda k: (k in unknown, size(k), k)) if free else None

    for left, right in relations:
        # A side that is wholly shown gives away the sum of the other side's hidden cells.
        for side, other in ((left, right), (right, left)):
            veiled = [k for k in side if hidden(k)]
            if not veiled or any(hidden(k) for k in other):
                continue
            # Rows and patients are both published, and both sum to a total.
            thin = min(sum(map(size, veiled)), sum(int(people[k[0]][k[1]]) for k in veiled))
            if len(veiled) < 2 or thin < minimum:
                extra = smallest_shown(side)
                if extra is not None:
                    return extra
    return _determined(relations, status, counts, smallest_shown)


def _determined(
    relations: Sequence[Relation],
    status: Mapping[str, NDArray[np.int8]],
    counts: Mapping[str, IntArray],
    smallest_shown: Callable[[Sequence[Key]], Key | None],
) -> Key | None:
    """Find a hidden cell that all equations together pin down, and one more to hide for it."""
    unknown = [(name, int(i)) for name, s in status.items() for i in np.flatnonzero(s)]
    if not unknown or len(unknown) > _EXACT_LIMIT:
        return None
    column = {key: j for j, key in enumerate(unknown)}
    rows = []
    for left, right in relations:
        row = np.zeros(len(unknown))
        for key in left:
            if key in column:
                row[column[key]] += 1
        for key in right:
            if key in column:
                row[column[key]] -= 1
        if row.any():
            rows.append(row)
    if not rows:
        return None
    size = np.array([counts[name][i] for name, i in unknown], dtype=np.float64)
    small = np.array([status[name][i] == SMALL for name, i in unknown])
    equations = np.unique(np.asarray(rows), axis=0)
    pinned = solved_cell(equations)
    if pinned is None:
        pinned = pinned_cell(equations, size, small)
    if pinned is None:
        return None
    near = [k for r in relations if unknown[pinned] in (*r[0], *r[1]) for side in r for k in side]
    anywhere = [k for r in relations for side in r for k in side]
    return smallest_shown(near) or smallest_shown(anywhere)
