"""Time the audit against fairlearn's MetricFrame, in one run.

    python benchmarks/audit.py                 # 100 k, 1 M, 10 M rows and the 100 M-row stream
    python benchmarks/audit.py --most 1e6      # stop earlier

Task: intersection of three attributes (40 groups) and the three alone, 12 metrics including AUROC
and Brier, all gaps, 1,000 replicates. fairlearn is timed on a few replicates and extrapolated,
which the table says. The audit's time includes reading the frame and every interval and test.
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from fairfuse_core.audit import AuditConfig, OperatingPoint, Roles, build_predictions, run_audit
from fairfuse_core.audit.curves import sweep
from fairfuse_core.audit.predictions import from_frame
from fairfuse_core.audit.stream import stream_parquet

ATTRIBUTES = {"sex": 2, "race": 5, "age": 4}
METRICS = (
    "tpr", "fpr", "tnr", "fnr", "ppv", "npv", "selection_rate", "accuracy", "balanced_accuracy",
    "f1", "auroc", "brier",
)  # fmt: skip
ROLES = Roles(label="y", scores=("score",), attributes=tuple(ATTRIBUTES))
CONFIG = AuditConfig(
    intersections=(tuple(ATTRIBUTES),), metrics=METRICS, replicates=1000,
    operating_point=OperatingPoint("threshold", 0.25),
)  # fmt: skip
SEED = 20260101


def columns(n: int, rng: np.random.Generator) -> dict[str, pa.Array]:
    """Draw n rows: 15 % positives, scores in (0, 1), three attributes as dictionaries."""
    y = (rng.random(n) < 0.15).astype(np.int8)
    score = 1 / (1 + np.exp(-(rng.normal(size=n) - 2 + 1.5 * y)))
    out = {"y": pa.array(y), "score": pa.array(score)}
    for name, levels in ATTRIBUTES.items():
        codes = pa.array(rng.integers(0, levels, n).astype(np.int32))
        out[name] = pa.DictionaryArray.from_arrays(codes, [f"{name} {k}" for k in range(levels)])
    return out


def frame(n: int) -> pd.DataFrame:
    """Return the rows as pandas, attributes as plain strings."""
    table = pa.table(columns(n, np.random.default_rng(SEED))).to_pandas()
    return table.astype(dict.fromkeys(ATTRIBUTES, "str"))


class Peak:
    """Peak resident memory above the start, in MB, while the block runs."""

    def __enter__(self) -> Peak:
        gc.collect()
        self._process = psutil.Process()
        self._base = self._most = self._process.memory_info().rss
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self._most = max(self._most, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.megabytes = (self._most - self._base) / 2**20


def timed(work: Callable[[], object], runs: int) -> float:
    """Median wall time of some runs, in seconds."""
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def fairlearn_replicate(data: pd.DataFrame, replicates: int = 2) -> float:
    """Seconds fairlearn needs for one bootstrap replicate of the same task."""
    from fairlearn import metrics as fl
    from sklearn import metrics as sk

    flagged = (data["score"] >= 0.25).astype(int)
    by_decision = {
        "tpr": fl.true_positive_rate, "fpr": fl.false_positive_rate,
        "tnr": fl.true_negative_rate, "fnr": fl.false_negative_rate,
        "ppv": lambda y, d: sk.precision_score(y, d, zero_division=0),
        "npv": lambda y, d: sk.precision_score(1 - y, 1 - d, zero_division=0),
        "selection_rate": fl.selection_rate, "accuracy": sk.accuracy_score,
        "balanced_accuracy": sk.balanced_accuracy_score,
        "f1": lambda y, d: sk.f1_score(y, d, zero_division=0),
    }  # fmt: skip
    by_score = {"auroc": sk.roc_auc_score, "brier": sk.brier_score_loss}
    groupings = [list(ATTRIBUTES), *([name] for name in ATTRIBUTES)]

    def work(n_boot: int | None) -> None:
        more = {} if n_boot is None else {"n_boot": n_boot, "ci_quantiles": [0.025, 0.975]}
        for names in groupings:
            for metrics, predicted in ((by_decision, flagged), (by_score, data["score"])):
                made = fl.MetricFrame(
                    metrics=metrics, y_true=data["y"], y_pred=predicted,
                    sensitive_features=data[names], random_state=0, **more,
                )  # fmt: skip
                made.difference()

    plain = timed(lambda: work(None), 1)
    return (timed(lambda: work(replicates), 1) - plain) / replicates


def audit(data: pd.DataFrame) -> None:
    """Audit a pandas frame, reading included."""
    run_audit(build_predictions(from_frame(data), ROLES), CONFIG)


def in_memory(n: int, runs: int) -> tuple[float, float]:
    """(Seconds, MB above the frame) of a whole audit of n rows."""
    data = frame(n)
    with Peak() as peak:
        seconds = timed(lambda: audit(data), runs)
    return seconds, peak.megabytes


def threshold_move(n: int) -> tuple[float, float]:
    """Seconds to sweep one metric by group, and to count again at another threshold."""
    predictions = build_predictions(from_frame(frame(n)), ROLES)
    whole = run_audit(predictions, CONFIG)
    table = whole.scores
    assert table is not None
    unit = table.units[0]

    def recount() -> None:
        for name in unit.by:
            unit.by[name].confusion(0.3)

    swept = timed(lambda: sweep(whole, "tpr", attribute="sex × race × age"), 5)
    return swept, timed(recount, 5)


def streamed(n: int, folder: Path) -> tuple[float, float]:
    """(Seconds, MB above the start) of one pass over a Parquet file of n rows."""
    path = folder / f"{n}.parquet"
    rng = np.random.default_rng(SEED)
    writer = None
    for low in range(0, n, 1 << 20):
        part = pa.table(columns(min(1 << 20, n - low), rng))
        writer = writer or pq.ParquetWriter(path, part.schema)
        writer.write_table(part)
    if writer is not None:
        writer.close()
    with Peak() as peak:
        begin = time.perf_counter()
        run_audit(stream_parquet(path, ROLES, CONFIG), CONFIG)
        seconds = time.perf_counter() - begin
    path.unlink()
    return seconds, peak.megabytes


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--most", type=float, default=1e8, help="largest number of rows")
    most = parser.parse_args().most
    print(f"Python {platform.python_version()}, {psutil.cpu_count()} cores, seed {SEED}\n")
    print("| task | FairFuse | fairlearn | ratio |\n|---|---|---|---|")
    audit(frame(1000))  # imports and first calls apart
    seconds, _ = in_memory(100_000, 5)
    one = fairlearn_replicate(frame(100_000))
    print(
        f"| 100 k rows, 1,000 replicates | {seconds:.2f} s | {one:.2f} s a replicate, "
        f"{1000 * one:,.0f} s extrapolated | {1000 * one / seconds:,.0f} |"
    )
    for n, runs in ((1_000_000, 3), (10_000_000, 1)):
        if n <= most:
            seconds, megabytes = in_memory(n, runs)
            print(f"| {n:,} rows | {seconds:.2f} s, {megabytes:,.0f} MB above the frame | | |")
    if most >= 1e7:
        swept, counted = threshold_move(10_000_000)
        print(
            f"| move the threshold at 10 M rows | {1000 * counted:.1f} ms to count again, "
            f"{1000 * swept:.1f} ms for a sweep of 101 thresholds in 40 groups | | |"
        )
    if most >= 1e8:
        with tempfile.TemporaryDirectory() as folder:
            seconds, megabytes = streamed(100_000_000, Path(folder))
        print(f"| stream 100 M rows of Parquet | {seconds:.2f} s, {megabytes:,.0f} MB | | |")


if __name__ == "__main__":
    main()
