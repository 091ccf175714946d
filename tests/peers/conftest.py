"""Random tables on which FairFuse and its peers must say the same, or say why not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from fairfuse_core.audit import METRICS, run_audit
from tests.audit.make import settings, table

THRESHOLD = 0.5


@dataclass(frozen=True, eq=False)
class Case:
    """One random table; ``flag`` are its decisions at one half."""

    y: np.ndarray
    score: np.ndarray
    group: np.ndarray
    audit: object

    @property
    def flag(self):
        return (self.score >= THRESHOLD).astype(int)

    def lacking(self, label):
        """Groups without anybody of this label."""
        return [g for g in dict.fromkeys(self.group) if label not in self.y[self.group == g]]

    def parts(self):
        for g in dict.fromkeys(self.group):
            here = self.group == g
            yield str(g), self.y[here], self.score[here], self.flag[here]


def draw(seed):
    """Ties (scores on a grid of 8), a group of the sick, one of the well, one nobody flags."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(40, 200))
    group = np.array(["a", "b", "c"])[rng.integers(0, 3, n)]
    y, score = rng.integers(0, 2, n), rng.integers(0, 9, n) / 8
    extra = rng.integers(1, 6, 3)
    y = np.r_[y, np.ones(extra[0]), np.zeros(extra[1]), rng.integers(0, 2, extra[2])].astype(int)
    score = np.r_[score, rng.random(extra[0] + extra[1]), rng.random(extra[2]) * 0.4]
    group = np.r_[group, np.repeat(["sick", "well", "low"], extra)]
    order = rng.permutation(y.size)
    return y[order], score[order], group[order]


@pytest.fixture(scope="session")
def cases():
    made = []
    config = settings(replicates=100, metrics=tuple(METRICS))
    for seed in range(15):
        y, score, group = draw(seed)
        made.append(Case(y, score, group, run_audit(table(y, score, g=group), config)))
    return made
