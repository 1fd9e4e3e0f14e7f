"""How a fault that a turn survives is logged."""

from __future__ import annotations

import traceback
from typing import Any

import structlog

log = structlog.get_logger()


def log_fault(event: str, error: BaseException, **values: Any) -> None:
    """With the whole traceback, but without the variables that a pretty one shows: they hold what shoppers write."""
    log.error(event, **values, exception="".join(traceback.format_exception(error)))
