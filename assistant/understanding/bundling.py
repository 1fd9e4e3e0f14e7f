# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Sets of things: "everything for a first camping trip under $200", and what is changed about the set on the table."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import NamedTuple

import yaml
from langchain_core.language_models import BaseChatModel

from assistant.state import DialogueState
from assistant.turn import BundleWish
from assistant.understanding import cues
from assistant.understanding.chinese import known_words, with_known_words
from assistant.understanding.exact import ExactParts, residue
from assistant.understanding.language import has_cjk
from assistant.understanding.model import roles_of, translate
from assistant.understanding.patterns import any_of
from assistant.understanding.prices import PriceRange
from assistant.understanding.references import References
from assistant.understanding.vocabulary import stem, words_of
from assistant.understanding.wording import wanted_words
from data.records import shelf_name
from retrieval.hybrid import HybridSearch
from retrieval.relevance import relevant

MOST_ROLES = 7
NEAR = 60  # hits of an occasion's own words, whose shelves are its parts where nobody knows better
SHELVES = 5

_SET = any_of(
    r"\b(?:everything|all|whatever|(?:all )?the (?:things|stuff|gear|equipment))(?: that)? (?:i|we|you|one|he|she|they)(?:'?ll|'d| will| would| might)? (?:need|want|require)s?(?: to (?:buy|get|have|bring))?(?= (?:for|to|when|if)\b)",
    r"\beverything(?= for\b| to (?:start|set up|go|get)\b)",
    r"\b(?:complete|full|whole|entire|starter|beginner'?s?) (?:kit|set|outfit|gear|setup|set-up|bundle|package|equipment)(?= (?:for|to)\b)|\b(?:outfit|gear|equipment) from head to toe\b",
    r"\b(?:kit|deck|fit|set) (?:me|us|him|her|them) (?:out|up)(?= (?:for|with|to)\b)",
    r"\b(?:put together|make|build|create|assemble|pack|suggest) (?:me |us )?(?:a|an|some|the)\b.{0,30}?\b(?:kit|set|outfit|bundle|package|gear|hamper|basket)(?= (?:for|to|with|under|below)\b)",
    r"(?:配齐|备齐|買齊|买齐|凑齐)|(?:配|来|买|要|凑|準備|准备|整)(?:一|全)(?:整)?套|一整?套.{0,8}(?:装备|裝備|用品|行头|东西)|全套(?:的)?(?:装备|裝備|用品|东西)?",
    r"(?:所有|全部|一切)(?:需要|要用|要买|该买)?的?(?:东西|東西|装备|裝備|用品)|(?:需要|要|该|得)(?:准备|準備|买|買|带|帶|备)(?:些|点|點|齐)?(?:什么|什麼|哪些|啥)(?:东西|東西|装备|裝備|用品)?",
)
_NEEDED = re.compile(
    r"\bwhat (?:all )?(?:do|would|will|should|must) (?:i|we) (?:all )?(?:need|bring|pack|buy|get)(?: to (?:buy|pack|bring|get|have))?(?= (?:for|to)\b)",
    re.I,
)
_NOT_A_SET = re.compile(
    r"\beverything (?:you|that you) (?:have|sell|carry)\b|\bset (?:me )?up an? (?:account|call)\b", re.I
)
_SWAP = any_of(
    r"\b(?:swap|replace|change|exchange|switch)\b",
    r"\b(?:an?|some) (?:cheaper|different|other|better|nicer|dearer|less expensive)\b|\banother\b|\b(?:cheaper|different|better|nicer) (?:one|ones)\b",
    r"\b(?:something|anything|one) else\b",
    r"换|換|(?:便宜|好|贵|貴)(?:一?[点點])?的",
)
_DROP = any_of(
    r"\b(?:without|skip|leave out|drop|remove|take out|lose|except|no need for|(?:i|we) (?:don'?t|do not) (?:need|want)|(?:i|we)(?:'ve| have)? (?:already )?(?:have|got|own)(?: already)?|not)\b",
    r"不要|不用|不需要|去掉|拿掉|[删刪]|已[经經]有|有了",
)
_ADD = any_of(r"\b(?:add|also|plus|include|throw in|as well|too)\b", r"再加|加上|加一?[个個件把条條]|还要|還要|也要")
_OF_THE_CART = re.compile(
    r"\b(?:it|them|all|both|everything|these|those|the (?:first|second|third|fourth|fifth|last)(?: one)?)\b|第.[个個]|全部|都|[它这這那]",
    re.I,
)
_BETTER = re.compile(
    r"\b(?:better|nicer|dearer|higher quality|more expensive)\b|好一?[点點]|更好|[贵貴]一?[点點]", re.I
)
_CHEAP = re.compile(r"\b(?:cheaper|less expensive|more affordable)\b|便宜|too (?:expensive|dear)|太[贵貴]", re.I)
_ABOUT = re.compile(r"\b(?:about|around|roughly|approximately|or so|ish)\b|左右|大[约約概]|差不多|上下", re.I)
_EACH = re.compile(r"\b(?:each|apiece|per item|a piece|every one)\b|每[件个個样樣]", re.I)
_BARE_BUDGET = re.compile(
    r"\b(?:make|keep|get|bring|it|that|this|down|total|all|together|budget|max|only|have|spend|is|my|can|we|i)\b|预算|預算|总共|總共|一共|控制|改成?|只有",
    re.I,
)
_OCCASION = re.compile(
    r"^\W*(?:(?:for|to|when|if|with)\b\s*)?(?:(?:an?|the|my|our|his|her|their|going|go on|on|do|start|have|having)\b\s*)*",
    re.I,
)
_MARKS = " ,;:、"
_LEFT_OVER = re.compile(
    r"^(?:i need|i want|we need|we want|please|can you|could you|get me|give me|show me|find me)\b|[?!.。!?]+$|的$|^(?:我|想|要|帮|幫|给|給|请|請|的|去)+",
    re.I,
)


class BundleReader:
    """Reads what belongs to a set: from known occasions, else from the model, else from the catalogue's shelves."""

    def __init__(self, search: HybridSearch, model: BaseChatModel | None) -> None:
        self._search = search
        self._model = model

    def read(self, text: str, parts: ExactParts, references: References, state: DialogueState) -> BundleWish:
        """The wish of a message for which `asks` holds."""
        price = _budget(text, parts.price)
        budget, each = (None, price) if _EACH.search(text) else (price, None)
        said = residue(text, list(parts.price.spans) if parts.price else [])
        change = _change(text, references, state, parts)
        if change is not None:
            part = "" if references.ids else self._named(said)
            return change.model_copy(update={"roles": [part] if part else [], "budget": budget})
        occasion = occasion_of(said)
        if has_cjk(said) or not known_roles(occasion):
            occasion = named_occasion(said) or occasion
        return BundleWish(occasion=occasion, roles=self._roles(occasion), budget=budget, each=each)

    def _roles(self, occasion: str) -> list[str]:
        if known := known_roles(occasion):
            return known
        named = roles_of(self._model, occasion)[:MOST_ROLES] if self._model is not None and occasion else []
        return named or self._shelves(occasion)

    def _shelves(self, occasion: str) -> list[str]:
        """The shelves to which the occasion's own words lead, the nearest first."""
        hits = self._search.search(occasion, NEAR) if occasion else []
        shelves = [self._search.catalogue.product(hit.row).category for hit in hits if relevant(hit)]
        return [shelf_name(path) for path in dict.fromkeys(shelves) if path][:SHELVES]

    def _named(self, text: str) -> str:
        """The part that a change names, in English where the message is not."""
        for pattern in (_SWAP, _DROP, _ADD, _BETTER):
            text = pattern.sub(" ", text)
        if known := " ".join(word.english for word in known_words(text)):
            return known
        words = wanted_words(
            re.sub(r"\b(?:cheaper|different|other|already|set|bundle|list|for|with)\b|便宜", " ", text)
        )
        if has_cjk(words) and self._model is not None:
            return translate(self._model, words) or words
        return words


def asks(text: str, references: References, parts: ExactParts, state: DialogueState) -> bool:
    """Whether the message asks for a set, or for a change to the set on the table."""
    if _SET.search(text) and not _NOT_A_SET.search(text):
        return True
    if (needed := _NEEDED.search(text)) is not None and named_occasion(text[needed.end() :]):
        return True
    return _change(text, references, state, parts) is not None


def named_occasion(text: str) -> str:
    """The longest name of `occasions.yaml` in the text, "" where there is none."""
    lowered = text.lower()
    named = (name for known in _occasions() for name in known.names if _says(lowered, name))
    return max(named, key=len, default="")


def known_roles(occasion: str) -> list[str]:
    """What belongs to an occasion that `occasions.yaml` knows by name, [] where it knows none."""
    name = named_occasion(occasion)
    return next((list(known.roles) for known in _occasions() if name in known.names), [])


def occasion_of(text: str) -> str:
    """What the set is for: "everything for a first camping trip" → "first camping trip"."""
    found = _SET.search(text) or _NEEDED.search(text)
    if found is None:
        return text.strip()
    after = _OCCASION.sub("", text[found.end() :]).strip()
    rest = after if re.search(r"\w", _LEFT_OVER.sub("", after)) else text[: found.start()]
    while rest != (shorter := _LEFT_OVER.sub("", rest).strip(_MARKS)):
        rest = shorter
    return _OCCASION.sub("", rest).strip()


def _budget(text: str, price: PriceRange | None) -> float | None:
    """What may be spent: of "about $80", which the list of a search takes for $64 to $96, the 80."""
    if price is None or price.high is None:
        return None
    return round((price.low + price.high) / 2, 2) if price.low is not None and _ABOUT.search(text) else price.high


def _change(text: str, references: References, state: DialogueState, parts: ExactParts) -> BundleWish | None:
    """What changes about the set on the table, with its part still to be named."""
    if state.bundle is None or cues.CART_WORD.search(text) or cues.RESET.search(text):
        return None
    price = parts.price
    bare = _BARE_BUDGET.sub(" ", residue(text, list(price.spans))) if price else text
    if price is not None and price.high is not None and not wanted_words(bare):
        return BundleWish(change="budget", occasion=state.bundle.occasion)
    names = references.ids or _names_part(text, state)
    for pattern, change in ((_SWAP, "swap"), (_DROP, "drop")):
        if names and pattern.search(text):
            prefer = "better" if _BETTER.search(text) else "cheaper" if _CHEAP.search(text) else "other"
            return BundleWish(change=change, prefer=prefer, occasion=state.bundle.occasion)
    if _ADD.search(text) and not _OF_THE_CART.search(text) and not names:
        return BundleWish(change="add", occasion=state.bundle.occasion)
    return None


def _names_part(text: str, state: DialogueState) -> bool:
    """Whether a word of the message names a part of the set ("the tent")."""
    return any(names_role(with_known_words(text), part.role) for part in (state.bundle.parts if state.bundle else []))


def names_role(text: str, role: str) -> bool:
    """Whether the text has the role's head, its last word: "the bag" is a sleeping bag, "sleeping" alone no mat."""
    head = [stem(word[0]) for word in words_of(role)][-1:]
    return bool(head) and head[0] in {stem(word[0]) for word in words_of(text)}


class _Occasion(NamedTuple):
    names: tuple[str, ...]
    roles: tuple[str, ...]


def _says(lowered: str, name: str) -> bool:
    return name in lowered if has_cjk(name) else bool(re.search(rf"\b{re.escape(name)}\b", lowered))


@cache
def _occasions() -> tuple[_Occasion, ...]:
    text = resources.files("assistant.understanding").joinpath("occasions.yaml").read_text(encoding="utf-8")
    return tuple(_Occasion(tuple(entry["for"]), tuple(entry["roles"])) for entry in yaml.safe_load(text))
