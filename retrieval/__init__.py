"""Text to products: filters, facets and hybrid search over a store's catalogue."""

from retrieval.encoder import Encoder
from retrieval.facets import Facets, PriceRange, Statistics, facets, statistics
from retrieval.filters import Chip, Filters
from retrieval.hybrid import Hit, HybridSearch
from retrieval.relevance import relevant

__all__ = [
    "Chip",
    "Encoder",
    "Facets",
    "Filters",
    "Hit",
    "HybridSearch",
    "PriceRange",
    "Statistics",
    "facets",
    "relevant",
    "statistics",
]
