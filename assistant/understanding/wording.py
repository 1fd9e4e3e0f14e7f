# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The words of a message that say what is wanted, without those that only ask, point or join."""

from __future__ import annotations

import re

from assistant.understanding import cues
from assistant.understanding.topics import going_back_to
from assistant.understanding.vocabulary import singular, stem, words_of
from retrieval.request import content

_EMPTY_WORDS = re.compile(
    r"\b(?:i'(?:ll|d|m|ve)|ones?|it|them|those|these|that|this|instead|please|maybe|actually|also|too|just|only|still|then|but|and|or|with|in|of|"
    r"for|from|by|to|the|a|an|no|not|any|some|my|me|i|we|you|your|is|are|be|have|has|got|get|do|does|can|could|would|will|if|so|"
    r"ok|okay|yes|yeah|no|hmm|well|now|there|ones|something|anything|colou?rs?|brands?|prices?|sizes?|what|about|how|which|made|prefer|"
    r"rather|want|need|like|none|spend|must|should|needs?|love|looking|take|buy|buying|order|purchase|come|comes|tell|many|much|whats?|which|sell|carry|show|see|give|hi|hello|hey|thanks|budget|cost|costs?)\b"
    r"|[的了吗嗎呢吧啊呀么麼我你您要想有没沒个個款件请請给給来來看买買换換成再也还還都是这這那]|[一两][个個款件双雙条條支]|除了|以外|之外|都?行|推荐|推薦|帮我|一下|便宜|颜色|顏色",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^\s*(?:(?:an?|the|some|any|need|want|maybe|one|with|to|for|of|in|and|or|is|are|that|but|your|what'?s|which|how many)(?![\w'-])"
    r"|[都的])\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\s,.?!;:]*\b(?:instead|please|too|as well|then|now|for me|you have|in stock|thanks|(?:that|which)(?: is|'s| are)?|(?:it|they)(?: is| are|'s)|for|with|of|in|and|or)$",
    re.IGNORECASE,
)


_ABOUT_THE_LIST = re.compile(
    # What asks for the values of a field, or says of what sort the question is.
    r"^\W*(?:and |so )?(?:what|which) (?:kinds?|types?|sorts?|colou?rs?|brands?|sizes?|materials?|styles?|scents?)"
    r" (?:of |do |does |are )?(?:the )?"
    r"|\b(?:do (?:they )?)?come in\W*$|\bin (?:another|a different|other) colou?rs?\b"
    r"|\b(?:and|but)(?= for\b)",
    re.IGNORECASE,
)


def wanted_words(text: str) -> str:
    """What is wanted; empty where nothing but asking, pointing and joining is left."""
    for pattern in (cues.THE_SAME, cues.JUST_SHOW, _ABOUT_THE_LIST):
        text = pattern.sub(" ", text)
    wanted = content(going_back_to(text) or text)
    while wanted != (shorter := _LEADING.sub("", _TRAILING.sub("", wanted))):
        wanted = shorter
    return wanted if re.search(r"\w", _EMPTY_WORDS.sub(" ", wanted)) else ""


_PEOPLE = (
    r"mother|mom|mum|father|dad|wife|husband|partner|girlfriend|boyfriend|friends?|sister|brother|boss|colleagues?|coworker"
    r"|neighbou?r|niece|nephew|aunt(?:ie)?|uncle|cousin|grand\w+|gran(?:ny)?|nana?|parents?|in-laws?|teacher|son|daughter|someone|somebody|person"
)
_FOR_WHOM = re.compile(
    # For whom it is says little about what it is; the rest ("who gardens", "loves tea") does.
    rf"\b(?:for|to|give)\s+(?:my|our|an?|the|his|her)?\s*(?:\w+\s+)?(?:{_PEOPLE}|him|her|them)\b"
    r"|(?:给|給|送)?(?:我)?(?:的)?(?:妈妈?|媽媽?|爸爸?|老婆|老公|妻子|丈夫|女朋友|男朋友|女友|男友|朋友|闺蜜|同事|老板)(?:的)?"
    r"|(?:给|給|送)?(?:我)?(?:的)?(?:老师|老師|孩子|女儿|女兒|儿子|兒子|奶奶|爷爷|外婆|外公|爸妈|父母|长辈|她|他)(?:的)?"
    r"|\b(?:who|that|which)\b"
    r"|\b(?:really |also )?(?:lov(?:es?|ers?)|likes?|enjoys?|fans?|(?:is|are) into)\b|喜[欢歡]|爱"
    r"|\b(?:birthday|christmas|xmas|wedding|anniversary|valentine'?s?(?: day)?|(?:mother|father)'?s day)\b"
    r"|\b(?:housewarming|graduation)\b|生日|圣诞(?:节)?|周年|结婚|母亲节|父亲节|情人节",
    re.IGNORECASE,
)
_ONLY_WHOM = re.compile(rf"\W*(?:(?:my|our|his|her|an?|the)\s+)?(?:{_PEOPLE})\W*", re.IGNORECASE)
_NEW = re.compile(r"\b(?:new|fresh|else|different|good|nice|my|our)\b|新的?", re.IGNORECASE)
_GIFTS = re.compile(r"\b(?:gifts?|presents?)(?: ideas?)?\b|礼物|禮物|送礼|送禮|送[给給]?", re.IGNORECASE)


def recommended_words(text: str) -> str:
    """What a gift or a recommendation is to be about: "a gift for my mother who gardens" → "gardens"."""
    if _ONLY_WHOM.fullmatch(text):
        return ""
    for pattern in (cues.NEW_ONLY, _FOR_WHOM, _GIFTS, cues.RECOMMENDING, _NEW):
        text = pattern.sub(" ", text)
    return wanted_words(re.sub(r"\s+", " ", text))


_WHOM = frozenset(("man", "woman", "child", "boy", "girl", "baby"))


def is_whom(text: str) -> bool:
    """Whether the words only say for whom something is."""
    named = {singular(part[0]) for part in words_of(text)} - {"for", "款", "装", "士", "式", "生", "用"}
    return bool(named) and named <= _WHOM | {"男", "女", "童", "儿", "兒"}


def continued(query: str, added: str) -> str:
    """The words of the list on the table, and those that are new."""
    if not query:
        return added
    there = {stem(word[0]) for word in words_of(query)}
    new = [word for word in added.split() if not {stem(part[0]) for part in words_of(word)} <= there]
    return " ".join([query, *new]).strip()


def for_others(query: str, added: str) -> str:
    """The query where "for men" was added and takes the place of "for women"."""
    whom = _WHOM & {singular(part[0]) for part in words_of(added)}
    others = _WHOM - whom if whom else frozenset()
    kept = [word for word in query.split() if not others & {singular(part[0]) for part in words_of(word)}]
    return re.sub(r"\bfor(?=\s+for\b|\s*$)\s*", "", " ".join(kept)).strip()
