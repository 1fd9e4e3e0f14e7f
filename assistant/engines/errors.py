"""How an engine fails. All are `AisleError`: a turn goes on without its language model."""

from __future__ import annotations

from data.errors import AisleError


class EngineError(AisleError):
    """The engine itself failed: it is gone, broke off, or answers what is no answer."""


class EngineTimeoutError(EngineError):
    """The answer was not there in time; whatever of it is still being made is given up."""


class EngineBusyError(AisleError):
    """As many requests as may wait are waiting already. The engine is well, and this request never reached it."""
