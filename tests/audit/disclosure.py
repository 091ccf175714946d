"""An attacker: what do published group sizes pin down of the hidden ones?

Independent of the engine: the unknown is the full cross-table of all attributes, a published
count is a sum of its cells, and exact integer bounds of every hidden count follow by integer
programming.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from fairfuse_core.audit.suppression import SHOWN, SMALL


class Attacker:
    """Knows the total, every shown count, and that no hidden group is empty."""

    def __init__(self, groupings, counts, status, minimum):
        names = list(dict.fromkeys(a for g in groupings for a in g.attributes))
        levels = {
            name: sorted({p[g.attributes.index(name)] for g in groupings for p in g.parts
                          if name in g.attributes})
            for name in names
        }  # fmt: skip
        self.cells = list(product(*(levels[name] for name in names)))
        self.names, self.groupings, self.status = names, groupings, status
        self.counts, self.minimum = counts, minimum
        rows, low, high = [np.ones(len(self.cells))], [self.total], [self.total]
        for g in groupings:
            listed = np.zeros(len(self.cells))
            for i, part in enumerate(g.parts):
                row = self.row(g, part)
                listed += row
                bounds = self.known(g.name, i)
                rows.append(row)
                low.append(bounds[0])
                high.append(bounds[1])
            # A combination that is not listed does not occur.
            rows.append((listed == 0).astype(float))
            low.append(0)
            high.append(0)
        self.constraint = LinearConstraint(np.array(rows), low, high)

    @property
    def total(self):
        return int(self.counts[self.groupings[0].name].sum())

    def row(self, g, part):
        where = [self.names.index(a) for a in g.attributes]
        return np.array([float(all(c[w] == p for w, p in zip(where, part, strict=True)))
                         for c in self.cells])  # fmt: skip

    def known(self, name, i):
        count = int(self.counts[name][i])
        return (count, count) if self.status[name][i] == SHOWN else (1, self.total)

    def bounds(self, g, part):
        """Smallest and largest count that fits everything known."""
        row = self.row(g, part)
        ends = []
        for sign in (1, -1):
            found = milp(
                sign * row,
                constraints=self.constraint,
                integrality=np.ones(len(self.cells)),
                bounds=Bounds(0, self.total),
            )
            assert found.success, found.message
            ends.append(round(sign * found.fun))
        return ends[0], ends[1]

    def worked_out(self):
        """Hidden small groups whose count is certain."""
        return [
            (g.name, level, low)
            for g in self.groupings
            for i, (level, part) in enumerate(zip(g.levels, g.parts, strict=True))
            if self.status[g.name][i] == SMALL
            for low, high in [self.bounds(g, part)]
            if low == high
        ]

    def thin_totals(self):
        """Hidden groups whose sum follows by one subtraction and is below the minimum."""
        found = []
        for g in self.groupings:
            hidden = np.asarray(self.status[g.name] != SHOWN)
            found += self._thin(g, np.ones(len(g.levels), dtype=bool), hidden, "all")
            for other in self.groupings:
                if not set(other.attributes) < set(g.attributes):
                    continue
                where = [g.attributes.index(a) for a in other.attributes]
                for j, part in enumerate(other.parts):
                    if self.status[other.name][j] == SHOWN:
                        inside = np.array([tuple(p[w] for w in where) == part for p in g.parts])
                        found += self._thin(g, inside, hidden, str(part))
        return found

    def _thin(self, g, inside, hidden, name):
        left = int(self.counts[g.name][inside & hidden].sum())
        return [(g.name, name, left)] if 0 < left < self.minimum else []
