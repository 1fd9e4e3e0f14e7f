"""The words that retrieval searches, in the catalogue's language: as typed, translated, or with what a wish means."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from langchain_core.language_models import BaseChatModel

from assistant.topic import OR
from assistant.turn import Language
from assistant.understanding import cues
from assistant.understanding.chinese import beyond_known_words, in_known_words
from assistant.understanding.exact import residue
from assistant.understanding.language import has_cjk
from assistant.understanding.model import rewrite, translate
from assistant.understanding.said import Said
from assistant.understanding.vocabulary import Mention, Vocabulary
from assistant.understanding.wording import wanted_words
from data.records import shelf_name
from retrieval.filters import BRAND, COLOUR
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant

_REFUSES = re.compile(r"^\W*(?:不要|不想要|别|除了|不喜欢|不喜歡)")
_WISHES = re.compile(
    # Who speaks of a person, a trouble or an occasion names no thing.
    r"\b(?:my|our|i|we|he|she|his|her|their|mum|mom|dad|who|too|always|never|keeps?|stop|can'?t|won'?t|don'?t)\b"
    r"|[我他她您]|老是|总|總|太|怕|疼|痛|累|难|難|不|送|给|給|喜欢|喜歡|爱|愛|适合|適合|怎么|怎麼|什么|什麼|用得上|刚|剛|需要|准备|準備",
    re.IGNORECASE,
)
LONGEST_UNREAD = 5  # characters; longer stretches are talk
_NO_CONDITION = re.compile(
    r"必须|必須|需要|想要|想买|看看|有没有|给我|还要|還要|最好|希望|一定|除外|之外|都行|都可以|可以|喜欢|喜歡|那种|那種|这种|這種|一点|一點|什么|什麼|再说|一遍"
    r"|然后|然後|那个|那個|就是|[的了吗嗎呢吧啊呀么麼嘛]"
)
_JOINING = (  # at the ends of a word, where they are no part of it
    "我你您要想有没沒个個件款请請给給来來看买買换換再也还還都是这這那得着和或把带帶用会會就很不"
)
LONGEST_NAME = 3  # words; what is longer and leads nowhere is rather a wish
FIRST_HITS = 3  # enough to see whether a query leads anywhere
LOOKED_AT = 10  # of the hits of a wish …
ALIKE_AT_ALL = 0.18  # cosine of wish and nearest product, below which it leads to no shelf
AGREEING = 6  # … so many on one shelf tell that the wish leads there
REMEMBERED = 512  # rewritings


class Query(NamedTuple):
    """`words` are what to search. `rewritten`: to a wish that names no thing, things that answer it have been added."""

    words: str
    rewritten: bool = False


class QueryWriter:
    """Writes the query of a message. `model` is None where the store runs without a language model."""

    def __init__(
        self, search: HybridSearch, vocabulary: Vocabulary, model: BaseChatModel | None, catalogue_language: Language
    ) -> None:
        self._search = search
        self._vocabulary = vocabulary
        self._model = model
        self._catalogue_language = catalogue_language
        self._answered = lru_cache(maxsize=REMEMBERED)(self._ask)

    def of_wish(self, said: Said) -> Query:
        """The words of a new wish, and where they name no thing that is here, what would answer the wish.

        What answers it comes from the language model, and from the shelf on which most of what is found stands.
        """
        words = self.of_words(said)
        if not words or self.is_foreign(words) or not self._names_nothing(said, words):
            return Query(words)
        answers = [*self._things(said), *self._shelf(words)]
        answers = [answer for answer in dict.fromkeys(answers) if answer not in words.lower()]
        return Query(OR.join([words, *answers]), rewritten=bool(answers))

    def of_words(self, said: Said) -> str:
        """What the message says, translated where the catalogue is in English and the message is not.

        What a translation names is read like an English message's own words: it is added to `said.parts`. Where nobody
        can translate, the words stay as they are.
        """
        if not (said.in_chinese and self._catalogue_language == "en"):
            return said.content
        known = in_known_words(said.content)
        if known and (self._model is None or not wanted_words(beyond_known_words(said.content))):
            return "" if _REFUSES.match(said.text) else known
        # Known words stay: what is left of a sentence without them means something else.
        typed = residue(said.text, said.parts.spans)
        translated = translate(self._model, typed) if self._model and has_cjk(wanted_words(typed)) else ""
        if not translated:
            return known or said.content
        named = self._named_in(translated)
        if _REFUSES.match(typed):
            said.parts.refused += named
            return ""
        said.parts.wanted += named
        return translated

    def unread(self, said: Said) -> list[str]:
        """Chinese words of a condition that nobody can read here: they neither filter nor rank."""
        if self._model is not None or not self.is_foreign(said.content):
            return []
        rest = _NO_CONDITION.sub(" ", beyond_known_words(said.content))
        pieces = [piece.strip(_JOINING) for piece in re.findall(r"[A-Za-z]?[\u4e00-\u9fff]+", rest)]
        return [piece for piece in pieces if 2 <= len(piece) <= LONGEST_UNREAD]

    def in_catalogue_language(self, said: Said, words: str) -> str:
        """The words, translated where the catalogue is in English and they are not; empty where nobody can."""
        if words and said.in_chinese and self._catalogue_language == "en":
            return (translate(self._model, words) if self._model else "") or in_known_words(words)
        return words

    def is_foreign(self, query: str) -> bool:
        """Whether the catalogue's language is English and the query's is not."""
        return has_cjk(query) and self._catalogue_language == "en"

    def _named_in(self, translated: str) -> list[Mention]:
        """A brand or a colour that nobody typed is none."""
        return [mention for mention in self._vocabulary.mentions(translated) if mention.field not in (BRAND, COLOUR)]

    def _names_nothing(self, said: Said, words: str) -> bool:
        """Whether the message is a wish, and not the name of a thing: one that is here, or that is not carried."""
        long, vague = len(words.split()) > LONGEST_NAME, bool(cues.VAGUE.search(said.text))
        if long and vague:
            return True
        return (long or vague or bool(_WISHES.search(said.text))) and not self._leads_somewhere(words)

    def _leads_somewhere(self, query: str) -> bool:
        return any(relevant(hit) for hit in self._search.search(query, FIRST_HITS))

    def _things(self, said: Said) -> list[str]:
        """What the model would buy, without conditions that the shopper has not made."""
        if self._model is None:
            return []
        try:
            things = self._answered(said.text)
        except _NoAnswerError:
            return []
        return [thing for thing in (self._unconditioned(thing, said.text) for thing in things) if thing]

    def _ask(self, wish: str) -> tuple[str, ...]:
        things = rewrite(self._model, wish) if self._model else []
        if not things:
            raise _NoAnswerError  # a failure is not remembered
        return tuple(things)

    def _unconditioned(self, thing: str, said: str) -> str:
        """The thing without brands, colours and numbers that the shopper did not say."""
        invented = [
            (mention.start, mention.end)
            for mention in self._vocabulary.mentions(thing)
            if mention.field in (BRAND, COLOUR) and thing[mention.start : mention.end] not in said.lower()
        ]
        numbers = [number.span() for number in re.finditer(r"\S*\d\S*", thing) if number[0] not in said]
        return residue(thing, list(dict.fromkeys([*invented, *numbers])))

    def _shelf(self, words: str) -> list[str]:
        """The shelf on which most of what the words find stands, by its name, where there is one."""
        found = self._search.search(words, LOOKED_AT)
        if max((hit.cosine for hit in found), default=0) < ALIKE_AT_ALL:
            return []  # "who will win the election"
        shelves = Counter(self._search.catalogue.categories[hit.row] for hit in found)
        path, agreeing = shelves.most_common(1)[0] if shelves else ("", 0)
        return [shelf_name(path).lower()] if path and agreeing >= AGREEING else []


class _NoAnswerError(Exception):
    pass
