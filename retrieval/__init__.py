"""Text to products: filters, facets and hybrid search over a store's catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retrieval.filters import Chip, Filters

if TYPE_CHECKING:
    from retrieval.hybrid import Hit, HybridSearch

__all__ = ["Chip", "Filters", "Hit", "HybridSearch"]


def __getattr__(name: str) -> Any:
    """The index comes with FAISS, which nobody needs who only names conditions."""
    if name in ("Hit", "HybridSearch"):
        from retrieval import hybrid  # noqa: PLC0415

        return getattr(hybrid, name)
    raise AttributeError(name)
