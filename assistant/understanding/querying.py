"""The words that retrieval searches, in the catalogue's language: as typed, translated, or in the model's wording."""

from __future__ import annotations

import re

from langchain_core.language_models import BaseChatModel

from assistant.turn import Language
from assistant.understanding import cues
from assistant.understanding.exact import residue
from assistant.understanding.intents import Said
from assistant.understanding.language import has_cjk
from assistant.understanding.model import Reading, translate
from assistant.understanding.vocabulary import Vocabulary, words_of
from assistant.understanding.wording import wanted_words
from retrieval.filters import BRAND, COLOUR
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant

_REFUSES = re.compile(r"^\W*(?:不要|不想要|别|除了|不喜欢|不喜歡)")
FIRST_HITS = 3  # enough to see whether a query leads anywhere


class QueryWriter:
    """Writes the query of a message. `model` is None where the store runs without a language model."""

    def __init__(
        self, search: HybridSearch, vocabulary: Vocabulary, model: BaseChatModel | None, catalogue_language: Language
    ) -> None:
        self._search = search
        self._vocabulary = vocabulary
        self._model = model
        self._catalogue_language = catalogue_language

    def query(self, said: Said, reading: Reading | None) -> tuple[str, bool]:
        """What to search, and whether that is a rewriting of a vague wish.

        A translation may name values of the catalogue: they are added to `said.parts`.
        """
        if said.in_chinese and self._catalogue_language == "en":
            return self._in_english(said, reading)
        return self._as_typed_or_meant(said, reading)

    def words_in_catalogue_language(self, said: Said, words: str) -> str:
        """The words, translated where the catalogue is in English and they are not; empty where that fails."""
        if words and said.in_chinese and self._catalogue_language == "en":
            return translate(self._model, words) if self._model else ""
        return words

    def is_foreign(self, query: str) -> bool:
        """Whether the catalogue's language is English and the query's is not."""
        return has_cjk(query) and self._catalogue_language == "en"

    def _as_typed_or_meant(self, said: Said, reading: Reading | None) -> tuple[str, bool]:
        """The words typed where they name a thing that is here; the model's where they are vague or lead nowhere."""
        if not reading or not reading.query or has_cjk(reading.query):
            return said.content, False
        misspelt = any(len(word[0]) > 3 and not self._vocabulary.knows(word[0]) for word in words_of(said.content))
        vague = not said.content or misspelt or cues.VAGUE.search(said.text) or not self._leads_somewhere(said.content)
        return (reading.query.lower(), True) if vague else (said.content, False)

    def _leads_somewhere(self, query: str) -> bool:
        return any(relevant(hit) for hit in self._search.search(query, FIRST_HITS))

    def _in_english(self, said: Said, reading: Reading | None) -> tuple[str, bool]:
        """The same for a message in Chinese. What a translation names is read like an English message's own words."""
        if reading and reading.query and not has_cjk(reading.query) and cues.VAGUE.search(said.text):
            return reading.query.lower(), True
        read = [*said.parts.spans, *((m.start, m.end) for m in said.parts.wanted)]
        typed = residue(said.text, read)
        translated = translate(self._model, typed) if self._model and has_cjk(wanted_words(typed)) else ""
        if reading and reading.query and not has_cjk(reading.query) and not self._leads_somewhere(translated):
            return reading.query.lower(), True
        if not translated:
            return said.content, False
        named = [mention for mention in self._vocabulary.mentions(translated) if mention.field not in (BRAND, COLOUR)]
        if _REFUSES.match(typed):
            said.parts.refused += named
            return "", False
        said.parts.wanted += named
        return translated, False
