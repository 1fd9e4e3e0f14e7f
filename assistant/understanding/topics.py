# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Back to what was looked at before: "back to the tents", "the first list", 再看看帐篷."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.state import DialogueState, Topic
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import Mention, stem, words_of
from data.records import shelf_name
from retrieval.filters import CATEGORY

_BACK_TO = re.compile(
    r"^\W*(?:(?:ok|okay|so|and|but|actually|alright|hmm|please|now|then|no)[\s,.]+)*"
    r"(?:(?:can we |could we |can you |let'?s |let me |i(?:'d| would) like to |i want to |take me |bring me )*(?:go(?:ing)? |get |come |look |switch )?(?:back|return)(?:ing)? (?:to|at|on)"
    r"|(?:show|see|give)(?: me)?(?=.*\b(?:again|(?:from|you showed(?: me)?|we (?:had|saw|looked at)) (?:before|earlier))\b)|what about(?=.*\b(?:again|(?:from|you showed(?: me)?|we (?:had|saw|looked at)) (?:before|earlier))\b))\s*"
    r"(?:(?:the|those|these|that|my|some)\s+)*"
    r"|^\W*(?:那|好的?|嗯)?[,，\s]*(?:我们|咱们|我想?|还是|還是)*(?:回到|返回|再看一?看|再看一?下|再看回|回[头頭]看一?看?|重新看一?看?|继续看一?看?|繼續看|说回|說回|还是看)(?:一下|到)?(?:刚才|剛才|之前|前面|刚刚|那些|那个|的)*"
    r"|^\W*(?:刚才|剛才|之前|前面|刚刚)(?:看的|看过的|说的|那些|的|那个)+(?=[\u4e00-\u9fff])",
    re.IGNORECASE,
)
_AGAIN = re.compile(r"^\W*(?:the |those |these )?([\w' -]{3,40}?) (?:again|once more)\W*(?:please)?\W*$", re.IGNORECASE)
_TAIL = re.compile(
    r"\s*\b(?:again|please|now|then|instead|(?:(?:that )?you (?:had )?show(?:ed|n)|(?:that )?we (?:had|saw|looked at)|from)(?: me)? ?(?:before|earlier|at first|first)?)\b|[的了吧呢]?\W*$",
    re.IGNORECASE,
)
_LIST = r"(?:list|results?|search|selection|page of results|ones you showed(?: me)?(?: first| before| earlier)?)"
_FIRST_LIST = re.compile(
    rf"\b(?:the |that )?(?:very )?(?:first|original|initial) {_LIST}\b|\bwhat you showed (?:me )?(?:at )?first\b|(?:第一次|最开始|最開始|一开始|一開始|最初|第一[个個份])(?:的)?(?:搜索|列表|结果|結果|清单|清單)",
    re.IGNORECASE,
)
_PREVIOUS_LIST = re.compile(
    rf"\b(?:the |that )?(?:previous|last|earlier|other|old) {_LIST}\b|^\W*(?:(?:please |can you |let'?s )?(?:go|take me)? ?back|previous|return)(?: please| one)?\W*$|^\W*(?:返回|回去|退回|上一[个個](?:列表|结果|結果|搜索)|前一[个個](?:列表|结果|結果)|之前的(?:列表|结果|結果)|刚才的(?:列表|结果|結果)|剛才的(?:列表|結果))\W*$",
    re.IGNORECASE,
)


def returned_to(text: str, wanted: Sequence[Mention], state: DialogueState) -> Topic | None:
    """The topic that the message goes back to; the one on the table where it is named again, None where none is."""
    if not state.past and not state.query:
        return None
    if _FIRST_LIST.search(text):
        return state.past[0] if state.past else state.topic
    if _PREVIOUS_LIST.search(text):
        return state.past[-1] if state.past else state.topic
    named = going_back_to(text)
    if not named:
        return None
    shelves = {value for mention in wanted if mention.field == CATEGORY for value in mention.values}
    for topic in (state.topic, *reversed(state.past)):
        if (topic.query or topic.filters) and _is_about(topic, named, shelves):
            return topic
    return None


def going_back_to(text: str) -> str:
    """What the message wants to see again, in its own words; "" where it does not go back."""
    if back := _BACK_TO.match(text):
        return _TAIL.sub("", text[back.end() :]).strip()
    again = _AGAIN.match(text)
    return again[1].strip() if again else ""


def _is_about(topic: Topic, named: str, shelves: set[str]) -> bool:
    """By the shelf, or by a word that names it: "the red jackets" are the jackets that were looked at."""
    if shelves & set(topic.filters.category):
        return True
    names = [shelf_name(path) for path in topic.filters.category]
    about = {stem(word[0]) for word in words_of(" ".join([topic.query, *names]))}
    said = [stem(word[0]) for word in words_of(named)]
    return bool(said) and (said[-1] in about if not has_cjk(named) else set(said) <= about)
