"""Moments in time, in UTC."""

from __future__ import annotations

import pandas as pd

_SECONDS = 1e9  # 2001: a smaller number is no date of a shop
_MILLISECONDS = 1e11


def times(column: pd.Series) -> pd.Series:
    """UTC timestamps in microseconds from text, dates or Unix time in seconds or milliseconds; NaT where unreadable."""
    if pd.api.types.is_datetime64_any_dtype(column):
        moments = column if column.dt.tz is not None else column.dt.tz_localize("UTC")
        return moments.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    unix = pd.to_numeric(column, errors="coerce")
    moments = pd.to_datetime(column.where(unix.isna()), errors="coerce", utc=True, format="mixed")
    milliseconds = unix.where(unix >= _MILLISECONDS, unix * 1000).where(unix >= _SECONDS).round()
    from_unix = pd.to_datetime(milliseconds, unit="ms", errors="coerce", utc=True)
    return moments.where(moments.notna(), from_unix).astype("datetime64[us, UTC]")
