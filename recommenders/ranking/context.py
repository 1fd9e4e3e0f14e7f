"""The moment of a recommendation: when, where and on what the shopper looks, and what the session is about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np

HOURS_A_BAND: Final = 4
TIME_CONTEXTS: Final = {"hour": 24 // HOURS_A_BAND, "weekday": 7, "month": 12}


@dataclass(frozen=True)
class Moment:
    """`seconds` since 1970, UTC. `said`: `device`, `region`, `channel` as the log writes them, as far as known.

    `query`: float32 (d,) the meaning of what the shopper asks for, unit length; None where nothing was said.
    """

    seconds: int
    said: dict[str, str] = field(default_factory=dict)
    query: np.ndarray | None = None

    def time_codes(self) -> dict[str, int]:
        """Which band of hours, weekday and month it is: an index into each of TIME_CONTEXTS."""
        when = datetime.fromtimestamp(self.seconds, UTC)
        return {"hour": when.hour // HOURS_A_BAND, "weekday": when.weekday(), "month": when.month - 1}


def time_codes(seconds: np.ndarray) -> dict[str, np.ndarray]:
    """The same for many: int (n,) each."""
    days = seconds // 86_400
    month = seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12
    return {
        "hour": (seconds % 86_400) // (3600 * HOURS_A_BAND),
        "weekday": (days + 3) % 7,  # 1 January 1970 was a Thursday
        "month": month,
    }
