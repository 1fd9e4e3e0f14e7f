"""What a shopper has told, at work: kept when it is said, and applied to the next list that is made for them."""

from __future__ import annotations

import re

from assistant.memory import Memories
from assistant.replies.phrases import say
from assistant.turn import Language, Memory, Note, Told, Understanding
from assistant.understanding.grounding import ground
from assistant.understanding.vocabulary import Mention, Vocabulary
from retrieval.filters import BRAND, CATEGORY, COLOUR, CONTAINS, Filters
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant

_LISTS = frozenset({"search", "refine", "recommend", "bundle"})
SCOPE = 40  # first results, whose shelves say which sizes are meant
STATED = 0.5  # of these must state a size for a remembered one to filter
_SOMEONE_ELSE = re.compile(
    r"\bfor (?:my|a|an|the|his|her|our) (?:\w+ )?(?:friend|boss|colleague|wife|husband|partner|mother|mom|mum|father"
    r"|dad|son|daughter|kid|child|baby|brother|sister|niece|nephew|grand\w+|girlfriend|boyfriend|aunt|uncle|neighbou?r"
    r"|teacher)|\bfor (?:him|her|them)\b"
    r"|[给給送](?:我)?(?:的)?(?:妈|媽|爸|老婆|老公|女|男|儿|兒|孩|朋友|同事|老[板师師]|奶奶|爷爷|他|她)",
    re.I,
)
_SIZES = re.compile(r"\bsize\b|尺码|码")
_SHOES = re.compile(r"shoe|boot|sandal|trainer|sneaker|heel|slipper|鞋|靴", re.I)


class Remembered:
    """One store's use of memories. `vocabulary` knows which of the catalogue's values a memory names."""

    def __init__(self, memories: Memories, search: HybridSearch, vocabulary: Vocabulary) -> None:
        self._memories = memories
        self._search = search
        self._vocabulary = vocabulary

    def keep(self, understanding: Understanding, session: str, user: str | None) -> list[Note]:
        """Remember what the message tells; what to say about it, nothing where all of it is known."""
        new = self._memories.keep(understanding.told, session, user)
        if not new:
            return []
        key = "memory_kept" if user is not None else "memory_kept_guest"
        return [Note(key=key, values={"what": in_words(new, understanding.language)})]

    def apply(self, understanding: Understanding, message: str, session: str, user: str | None) -> list[Note]:
        """Add to a new list's conditions what the shopper has told of themselves, as far as the shelf can say it and
        anything is left; what to say about it. A gift, a change to a list and a set are left as they are.
        """
        wanted = understanding
        memories = self._memories.of(session, user)
        if wanted.intent in _LISTS:
            _never(wanted, memories)
        fresh = wanted.intent == "search" or (wanted.intent == "recommend" and wanted.kind in (None, "for_you"))
        if not fresh or wanted.counting or wanted.more or _SOMEONE_ELSE.search(message):
            return []
        used = [memory for memory in memories if self._applied(wanted, memory)]
        values = {"what": in_words(used, wanted.language)}
        return [Note(key="memory_used", values=values)] if used else []

    def _applied(self, wanted: Understanding, memory: Memory) -> bool:
        filters = wanted.filters.model_copy(deep=True)
        match memory.kind:
            case "size":
                changed = self._with_size(filters, wanted, memory)
            case "avoid" | "diet":
                changed = self._without(filters, wanted, memory)
            case _:
                return False
        if not changed or filters == wanted.filters or not self._leaves_something(wanted.query, filters):
            return False
        wanted.filters = filters
        return True

    def _with_size(self, filters: Filters, wanted: Understanding, memory: Memory) -> bool:
        """Where the shelf states sizes, and this one among them; a size that was just said goes before it."""
        catalogue = self._search.catalogue
        rows = [hit.row for hit in self._search.search(wanted.query, SCOPE, filters)] if wanted.query else []
        shelves = {catalogue.categories[row] for row in rows}
        if not rows or (memory.about and (memory.about == "shoes") != any(map(_SHOES.search, shelves))):
            return False
        for name in catalogue.rows_by_attribute:
            if not _SIZES.search(name) or name in filters.attributes:
                continue
            values = [value for row in rows for value in catalogue.product(row).values(name)]
            stating = sum(bool(catalogue.product(row).values(name)) for row in rows)
            fitting = {value for value in values if _is_size(value, memory.value)}
            if stating >= STATED * len(rows) and fitting:
                filters.attributes[name] = sorted(fitting)
                return True
        return False

    def _without(self, filters: Filters, wanted: Understanding, memory: Memory) -> bool:
        """A material, a brand, a colour or a shelf is refused; "contains nuts: no" and "vegan: yes" are asked for."""
        mentions = self._mentions(memory)
        usable = ground(self._search, wanted.query, filters, mentions).filters if mentions else []
        for mention in usable:
            if mention.values in (("yes",), ("no",)):
                filters.attributes[mention.field] = list(mention.values)
            elif memory.kind == "avoid" and not _asked_for(filters, mention):
                refused = [*filters.exclude.get(mention.field, []), *mention.values]
                filters.exclude[mention.field] = list(dict.fromkeys(refused))
        return bool(usable)

    def _mentions(self, memory: Memory) -> list[Mention]:
        end = len(memory.value)
        lacking = self._vocabulary.lacking(0, end, memory.value) if memory.kind == "avoid" else None
        return [lacking] if lacking else self._vocabulary.mentions(memory.value)

    def _leaves_something(self, query: str, filters: Filters) -> bool:
        hits = self._search.search(query, 1, filters)
        return bool(hits) and (not query or relevant(hits[0]))


def _never(wanted: Understanding, memories: list[Memory]) -> None:
    """What somebody cannot have is on no list, whatever it is of and whoever made it."""
    refused = wanted.filters.exclude.get(CONTAINS, [])
    told = [memory.value for memory in memories if memory.kind == "avoid"]
    if told:
        wanted.filters.exclude[CONTAINS] = list(dict.fromkeys([*refused, *told]))


def in_words(memories: list[Memory], language: Language) -> str:
    """ "size 39 (shoes), no wool"."""
    separator = "、" if language == "zh" else ", "
    return separator.join(_worded(memory, language) for memory in memories)


def _worded(told: Told, language: Language) -> str:
    key = f"told_{told.kind}"
    if told.kind == "person" or (told.about and told.kind in ("size", "avoid", "like")):
        key += "_about"
    return say(key, language, value=told.value, about=told.about)


def _is_size(value: str, size: str) -> bool:
    """`EU 42` and `42` are the same size; `S` is none of `XS`."""
    plain = re.sub(r"^(?:EU|UK|US)\s*", "", value.strip().upper())
    return size.upper() in (value.strip().upper(), plain) or re.sub(r"^(?:EU|UK|US)\s*", "", size.upper()) == plain


def _asked_for(filters: Filters, mention: Mention) -> bool:
    """What is asked for now goes before what was once told."""
    asked = {CATEGORY: filters.category, BRAND: filters.brand, COLOUR: filters.colour} | filters.attributes
    return bool(set(asked.get(mention.field, [])) & set(mention.values))
