"""History, moment and words → products with a reason each. Training is `recommenders.training.train`."""

from recommenders.reasons import Reason, ReasonKind
from recommenders.service import LiveEvent, ShopRecommender
from recommenders.suggestions import Suggestion, Suggestions

__all__ = ["LiveEvent", "Reason", "ReasonKind", "ShopRecommender", "Suggestion", "Suggestions"]
