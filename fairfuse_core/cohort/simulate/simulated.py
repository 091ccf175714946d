"""`simulate`: a cohort and the truth behind it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairfuse_core.audit.predictions import Predictions
from fairfuse_core.audit.types import Factor, ScoreKind
from fairfuse_core.cohort.cohort import Cohort
from fairfuse_core.cohort.simulate.assemble import MODALITIES, assemble, task_name
from fairfuse_core.cohort.simulate.dials import Dials
from fairfuse_core.cohort.simulate.model import populate
from fairfuse_core.cohort.simulate.presets import PRESETS, preset
from fairfuse_core.cohort.simulate.truth import Label, Truth
from fairfuse_core.errors import InputError


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated cohort and what is true of it.

    Attributes
    ----------
    cohort : Cohort
        What anyone may see: recorded labels, modalities.
    truth : Truth
        What nobody sees outside a simulation.
    """

    cohort: Cohort
    truth: Truth

    def predictions(
        self,
        scores: NDArray[np.float64] | str = "ideal",
        *,
        label: Label = "recorded",
        model: str | None = None,
    ) -> Predictions:
        """Return scores of the main task as the table that an audit starts from.

        Parameters
        ----------
        scores : ndarray of shape (n,), or the name of an observer
            One score a sample.
        label : {"recorded", "true"}
            Which label the audit sees.
        model : str, optional
            What the scores are called; the observer's name by default.

        Raises
        ------
        InputError
            If there is not one finite score a sample.
        """
        name = model or (scores if isinstance(scores, str) else "model")
        value = self.truth.scores(scores) if isinstance(scores, str) else np.asarray(scores)
        n = len(self.cohort)
        if value.shape != (n,) or not np.isfinite(value).all():
            raise InputError(
                f"{n} finite scores", f"an array of shape {value.shape}", "Score every sample once."
            )
        population = self.truth.population
        y = population.recorded if label == "recorded" else population.outcome
        kind: ScoreKind = "probability" if value.min() >= 0 and value.max() <= 1 else "rank"
        one = np.zeros(n, dtype=np.int32)
        return Predictions(
            y_true=y.astype(np.uint8),
            score=value.astype(np.float64),
            decision=None,
            score_kind=kind,
            attributes=tuple(_factor(self.cohort, a) for a in self.cohort.attributes),
            model=Factor("model", one, (name,)),
            target=Factor("target", one, (task_name(population.dials.setting),)),
            sample=np.arange(n, dtype=np.int32),
            patient=population.patient.astype(np.int32),
            source=f"simulated ({self.cohort.name})",
        )


def _factor(cohort: Cohort, name: str) -> Factor:
    column = cohort.table[name].cat
    return Factor(
        name, column.codes.to_numpy().astype(np.int32), tuple(map(str, column.categories))
    )


def simulate(
    preset_or_dials: str | Dials = "icu",
    *,
    n: int | None = None,
    seed: int = 0,
    folder: Path | str | None = None,
    modalities: Collection[str] = MODALITIES,
    progress: Callable[[float, str], None] | None = None,
) -> Simulated:
    """Draw a cohort from the structural model (see `fairfuse_core.cohort.simulate.model`).

    Parameters
    ----------
    preset_or_dials : str or Dials
        ``"icu"``, ``"pe"``, or dials of one's own.
    n : int, optional
        Samples; by default as many as the dials say.
    seed : int
        Seed, >= 0: the same seed and dials give the same cohort, bit for bit.
    folder : path, optional
        Where images and series are kept, memory-mapped; in memory without one.
    modalities : collection of str
        Those to draw; leaving one out changes nothing else.
    progress : callable, optional
        Called with the share done, in [0, 1], and what is being done.

    Raises
    ------
    ConfigError
        If there is no such preset, or a dial is out of range.
    """
    named = isinstance(preset_or_dials, str)
    dials = preset(preset_or_dials) if isinstance(preset_or_dials, str) else preset_or_dials
    if n is not None:
        dials = dials.with_(n=n)
    population = populate(dials, n=dials.n, seed=seed)
    cohort = assemble(
        population,
        name=PRESETS[str(preset_or_dials)].title if named else "Simulated cohort",
        modalities=modalities,
        folder=None if folder is None else Path(folder),
        progress=progress,
    )
    return Simulated(cohort, Truth(population))
