"""Words for colours and materials, in English and Chinese."""

from data.lexicon.words import Lexicon, colours, load, materials

__all__ = ["Lexicon", "colours", "load", "materials"]
