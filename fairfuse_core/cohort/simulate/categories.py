"""Categories from group numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def categorical(codes: NDArray[Any], names: Sequence[str]) -> pd.Categorical[Any]:
    """Return names[codes] as categories in the order of ``names``."""
    made: pd.Categorical[Any] = pd.Categorical.from_codes(
        codes.astype(np.int64), categories=pd.Index(list(names))
    )
    return made
