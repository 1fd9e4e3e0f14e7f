# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What shoppers tell of themselves: sizes, what they avoid, pets, the people they shop for; and questions about that.

Only what is said in the first person, or asked to be remembered, counts: a filter of one search is no confession.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from assistant.turn import MemoryKind, MemoryWish, Told
from assistant.understanding.amounts import chinese_numeral, english_words
from assistant.understanding.exact import residue

_LETTERS = r"XXS|XS|S|M|L|XL|XXL|XXXL|small|medium|large|extra[- ]large"
_SIZE = rf"(?P<value>(?:(?:EU|UK|US)\s?)?(?:\d{{1,3}}(?:\.5)?)|{_LETTERS})\b"
_THING = r"[a-z][a-z' -]{2,30}?"
_END = r"(?=\s*(?:$|[.,;!?，。；！]|\b(?:and|but|so|because|please|at all|anymore|though|now|thanks)\b))"
_POINTING = re.compile(
    r"^(?:it|this|that|these|those|them|the|any of|either|both|him|her|you|your|how|what|when|to|a lot|much|to see|my)\b",
    re.I,
)
_PETS = "dogs?|puppy|puppies|cats?|kittens?|rabbits?|hamsters?|guinea pigs?|parrots?|budgies?|goldfish|fish|horses?|tortoises?"
_PEOPLE = "daughter|son|kid|child|baby|niece|nephew|grandson|granddaughter|grandchild|brother|sister|boy|girl|toddler|little one"
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
_HANZI = "零一二两兩三四五六七八九十"

_Reader = Callable[[re.Match[str]], Told | None]


def _told(kind: MemoryKind, about: str = "", value: str = "value") -> _Reader:
    def read(match: re.Match[str]) -> Told | None:
        said = match.groupdict()
        meant = re.sub(r"\s+", " ", said[value] or "").strip(" .,;!?，。；！").lower()
        whom = (said.get("about") or about).strip().lower()
        return None if not meant or _POINTING.search(meant) else Told(kind=kind, value=meant, about=whom)

    return read


def _size(match: re.Match[str]) -> Told:
    value = re.sub(r"\s", " ", match["value"]).upper()
    letters = {"SMALL": "S", "MEDIUM": "M", "LARGE": "L", "EXTRA LARGE": "XL", "EXTRA-LARGE": "XL"}
    about = f"{match.groupdict().get('about') or ''} {match.groupdict().get('after') or ''}".lower()
    return Told(kind="size", value=letters.get(value, value), about=_worn(about))


def _worn(words: str) -> str:
    if re.search(r"shoe|boot|trainer|sneaker|sandal|feet|foot|鞋|[脚腳]", words):
        return "shoes"
    return "clothes" if re.search(r"dress|shirt|jeans|trouser|cloth|jacket|top|衣|[裤褲]|裙", words) else ""


def _age(match: re.Match[str]) -> Told:
    said = match["age"].lower()
    years = int(said) if said.isdigit() else int(english_words(said) if said.isascii() else chinese_numeral(said))
    months = bool(re.search(r"month|个月|個月", match[0], re.I))
    unit = "month" if months else "year"
    return Told(kind="person", about=match["about"].lower(), value=f"{years} {unit}{'' if years == 1 else 's'}")


def _diet(match: re.Match[str]) -> Told:
    said = re.sub(r"[\s-]+", " ", match["value"].lower())
    known = {"coeliac": "gluten free", "celiac": "gluten free", "lactose intolerant": "lactose free"}
    known |= {"吃素": "vegetarian", "素食者": "vegetarian", "素食": "vegetarian", "纯素": "vegan", "純素": "vegan"}
    return Told(kind="diet", value=known.get(said, said))


_STATEMENTS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), reader)
    for pattern, reader in (
        (rf"\bmy (?:(?P<about>shoe|boot|dress|shirt|t-shirt|trousers?|jeans|clothes|clothing|jacket)s? )?size is (?:an? )?{_SIZE}", _size),
        (rf"\bi(?:'m| am)(?: usually)? an? (?:(?P<about>shoe|dress) )?size {_SIZE}(?: in (?P<after>\w+))?", _size),
        (rf"\bi(?:'m| am)(?: usually)? an? {_SIZE} in (?P<after>shoes|boots|clothes|dresses|shirts|jeans|trousers|tops|jackets)\b", _size),
        (rf"\bi (?:usually |always |normally )?(?:wear|take) (?:an? )?(?:size )?{_SIZE}(?: (?:in )?(?P<after>shoes|boots|clothes|dress(?:es)?|shirts?|jeans|trousers|tops|jackets?))?", _size),
        (r"我(?:的)?(?P<about>鞋子?|脚|腳|衣服|上衣|[裤褲]子|裙子)?(?:的)?(?:尺码|尺碼|码数|碼數|[码碼]|大小)?(?:一般|平[时時]|通常)?(?:是|穿|都穿)(?P<value>\d{2}(?:\.5)?|XXS|XS|S|M|L|XL|XXL)(?:[码碼号號])?(?:的?(?P<after>鞋|衣服|[裤褲]子))?(?![\d年岁歲cm厘斤公元块塊])", _size),
        (rf"\b(?:i(?:'m| am)|we(?:'re| are)|my (?P<about>{_PEOPLE}|wife|husband|partner) is) (?:very |really |badly )?allergic to (?P<value>{_THING}){_END}", _told("avoid")),
        (r"(?:我|我們|我们)?[对對](?P<value>[\u4e00-\u9fff]{1,6}?)[过過]敏", _told("avoid")),
        (rf"\bi (?:really |just |absolutely )?(?:hate|can'?t stand|detest|dislike|never (?:wear|eat|buy|use)|don'?t (?:wear|eat|drink)|do not (?:wear|eat|drink)|can'?t (?:wear|eat|drink)|avoid) (?P<value>{_THING}){_END}", _told("avoid")),
        (r"我(?:很|最|特[别別])?(?:讨厌|討厭|受不了|从来?不(?:穿|吃|用|买)|[从從][来來]?不(?:穿|吃|用|[买買])|不(?:穿|吃|喝))(?P<value>[\u4e00-\u9fff]{1,6}?)(?:的)?(?=$|[，。；！,.!;])", _told("avoid")),
        (r"\bi(?:'m| am)(?: an?)? (?:strict )?(?P<value>vegan|vegetarian|coeliac|celiac|gluten[- ]free|lactose[- ]intolerant)\b", _diet),
        (r"我(?:是)?(?P<value>吃素|素食者|素食|[纯純]素)", _diet),
        (rf"\bmy favou?rite (?P<about>colou?r|brand|material|fabric|flavou?r) is (?P<value>{_THING}){_END}", _told("like")),
        (r"我最喜[欢歡]的(?P<about>[颜顏]色|品牌|牌子|口味)是(?P<value>[\u4e00-\u9fffA-Za-z &]{1,12})", _told("like")),
        (rf"\b(?:i|we)(?:'ve| have)?(?: just| recently)? (?:have|got|own|keep|adopted|bought) (?:an?|\d|two|three|four|some) (?P<value>(?:(?:small|big|large|tiny|old|young|little|new|indoor|fluffy|puppy|rescue)\s+)*(?:{_PETS}))\b(?! (?:bed|food|toy|lead|bowl|treat|lover|person))", _told("pet")),
        (r"我(?:家|们|們)?(?:里|裡)?(?:有|[养養]了?)(?:[一两兩二三四五\d]?[只隻条條个個])?(?P<value>[\u4e00-\u9fff]{0,4}(?:狗|猫|貓|兔子?|仓鼠|倉鼠|[鹦鸚][鹉鵡]|金[鱼魚]))(?![粮糧窝窩碗砂零玩])", _told("pet")),
        (rf"\bmy (?:\w+ )?(?P<about>{_PEOPLE}) (?:is|turns|just turned|has turned|will be) (?:now |almost |nearly |already )?(?P<age>\d{{1,2}}|{_NUMBERS})\b(?:[- ](?:years?|months?)(?:[- ]old)?|yo\b|y/o)?", _age),
        (rf"\b(?:i|we) have an? (?P<age>\d{{1,2}}|{_NUMBERS})[- ](?:years?|months?)[- ]old (?P<about>{_PEOPLE})\b", _age),
        (rf"我(?:的)?(?:家)?(?P<about>女[儿兒]|[儿兒]子|孩子|[宝寶][宝寶]|外甥女?|侄[子女]|[孙孫][子女]|妹妹|弟弟)(?:今年|[现現]在|快|[刚剛]|已[经經])?(?:满|滿)?(?P<age>\d{{1,2}}|[{_HANZI}]{{1,3}})(?:个月|個月|周?[岁歲])", _age),
        (r"(?:^|[.!?,;]\s*|\bplease )\bremember (?:that )?(?P<value>(?!the\b|it\b|this\b|when\b|which\b|what\b|my order)[^.?!]{4,80})", _told("note")),
        (r"(?:请|請)?(?:帮我|幫我)?(?:记住|記住|记一下|記一下)[,，:：]?(?P<value>[^。！？?]{2,40})", _told("note")),
    )
)  # fmt: skip

_VIEW = re.compile(
    r"\bwhat (?:all )?(?:do|did|have|has) (?:you|this (?:shop|site)) (?:know|remember|remembered|saved|stored|got|learn(?:t|ed))(?: so far)?(?: about| on) me\b"
    r"|\bwhat (?:do you|you) remember\b|\bshow (?:me )?(?:my (?:profile|preferences|memory)|what you (?:know|remember))"
    r"|你(?:都)?(?:记得|記得|知道|了解|记住|記住)(?:了)?(?:关于|關於)?我(?:的)?(?:什么|什麼|哪些|些什么|些啥|啥|多少)|(?:看看|显示|顯示)?我的(?:偏好|档案|檔案|资料|資料)",
    re.I,
)
_FORGET_ALL = re.compile(
    r"\b(?:forget|delete|erase|wipe|remove|clear) (?:everything|all|anything|whatever)(?: (?:of )?(?:that )?(?:you (?:know|remember|have|saved|stored))?)? (?:about|on) me\b"
    r"|\bforget (?:about )?me\b|\b(?:delete|erase|wipe) (?:all )?(?:of )?my (?:personal )?(?:data|profile|preferences|memory|information)\b"
    r"|(?:忘掉|忘了|忘記|忘记|删除|刪除|清除|清空)(?:所有)?(?:关于|關於)?我的?(?:一切|所有(?:信息|资料|資料)?|信息|资料|資料|数据|數據|偏好|全部)",
    re.I,
)
_FORGET_ONE = re.compile(
    r"\b(?:forget|delete|erase|don'?t remember) (?:that |about )?(?:my (?P<my>[a-z' -]{2,40})|i(?:'m| am| have| had| like| love| hate| don'?t like| wear)? (?P<i>[a-z' -]{2,40}))"
    r"|(?:忘掉|忘了|忘记|忘記|删除|刪除|别记|別記)(?:关于|關於)?我(?:的)?(?P<zh>[\u4e00-\u9fff]{1,10})",
    re.I,
)
_JOINING = re.compile(
    r"\b(?:hi|hello|hey|and|but|so|also|oh|well|by the way|btw|just|fyi|ok|okay|please|you know|because|too|actually|years?|old|now|yo)\b"
    r"|[的了吧啊呢哦嗯我]|另外|[还還]有|[对對]了",
    re.I,
)
_NOT_OF_ME = re.compile(r"^(?:order|cart|basket|message|last|question|search|filters?|购物车|订单|问题)", re.I)


class Telling(NamedTuple):
    """What a message tells of the shopper, `rest`, the message without that, and what it wants of the memory itself."""

    told: list[Told]
    rest: str
    wish: MemoryWish | None = None


def read(text: str, *, on_the_table: bool) -> Telling:
    """Part what is told from what is asked. Told beside a list on the table, "I hate wool" is about that list, too."""
    found = told(text)
    statements = [statement for statement, _ in found]
    if wish := asks(text):
        return Telling([], text, wish)
    if not found:
        return Telling([], text)
    rest = residue(text, [span for _, span in found])
    if re.search(r"\w", _JOINING.sub(" ", rest)):
        return Telling(statements, re.sub(r"^[\s,;.!，。；]+(?:and|but|so)?\s*", "", rest))
    if on_the_table and any(statement.kind in ("size", "avoid", "diet") for statement in statements):
        return Telling(statements, text)
    return Telling(statements, text, MemoryWish(operation="told"))


def told(text: str) -> list[tuple[Told, tuple[int, int]]]:
    """What the message tells of the shopper, in the order of the text, with the stretch that says it."""
    found = list(_statements(text))
    kept: list[tuple[Told, tuple[int, int]]] = []
    for statement, span in sorted(found, key=lambda each: (each[1][0], -each[1][1])):
        if all(span[0] >= end or start >= span[1] for _, (start, end) in kept):
            kept.append((statement, span))
    return kept


def asks(text: str) -> MemoryWish | None:
    """Whether the message asks what is remembered, or that it be forgotten."""
    if _FORGET_ALL.search(text):
        return MemoryWish(operation="forget_all")
    if _VIEW.search(text):
        return MemoryWish(operation="view")
    match = _FORGET_ONE.search(text)
    if match is None:
        return None
    which = next(filter(None, match.groups()), "").strip()
    return None if not which or _NOT_OF_ME.search(which) else MemoryWish(operation="forget", which=which)


def completed(text: str, remembered: Sequence[Told]) -> str:
    """The message with what is known of the people and pets that it speaks of: "a toy for my daughter" → "… (5 years
    old)"."""
    for each in remembered:
        if each.kind == "person" and re.search(
            rf"\bmy (?:\w+ )?{re.escape(each.about)}\b|我(?:的|家)?{re.escape(each.about)}", text, re.I
        ):
            known = re.search(rf"\d|\b(?:{_NUMBERS}) years?\b|[{_HANZI}]岁", text, re.I)
            text = text if known else f"{text} ({each.value} old)"
        elif each.kind == "pet" and re.search(r"\bmy pets?\b|我(?:的|家)?[宠寵]物", text, re.I):
            text = f"{text} ({each.value})"
    return text


def _statements(text: str) -> Iterator[tuple[Told, tuple[int, int]]]:
    for pattern, reader in _STATEMENTS:
        for match in pattern.finditer(text):
            statement = reader(match)
            if statement is not None:
                yield statement, match.span()
