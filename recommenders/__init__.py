"""History, moment and words → products with a reason each. Training is `recommenders.training.train`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommenders.live import LiveEvent
from recommenders.reasons import Reason, ReasonKind
from recommenders.suggestions import Suggestion, Suggestions

if TYPE_CHECKING:
    from recommenders.service import ShopRecommender

__all__ = ["LiveEvent", "Reason", "ReasonKind", "ShopRecommender", "Suggestion", "Suggestions"]


def __getattr__(name: str) -> Any:
    """The models come with libraries that take seconds to import, and not everybody who names a reason needs them."""
    if name == "ShopRecommender":
        from recommenders.service import ShopRecommender  # noqa: PLC0415

        return ShopRecommender
    raise AttributeError(name)
