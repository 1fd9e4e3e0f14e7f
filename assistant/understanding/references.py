# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Which of the products on the table a message points at: "the second one", "both", "it", "the blue one", "第二个"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from assistant.understanding.chinese import with_known_words
from assistant.understanding.language import has_cjk
from assistant.understanding.titles import by_price, by_title
from assistant.understanding.vocabulary import YES, singular, words_of
from data.records import Product

_ORDINALS = {
    word: place
    for place, words in enumerate(
        (
            "first 1st, second 2nd, third 3rd, fourth 4th, fifth 5th, sixth 6th, seventh 7th, eighth 8th, ninth 9th, "
            "tenth 10th"
        ).split(", "),
        1,
    )
    for word in words.split()
}
_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "both": 2, "couple": 2}
_HANZI = {"一": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}

_ordinal = "|".join(_ORDINALS)
_FIRST_FEW = re.compile(
    rf"\b(?:the\s+)?(first|last|top)\s+({'|'.join(_COUNTS)}|\d)\b|([前后後])([二两兩三四五\d])[个個款件种種双雙]", re.I
)
_ORDINAL = re.compile(
    # A bare "second" must stand where a noun would: "second hand books" points at nothing.
    rf"\bthe\s+({_ordinal})(?:\s+(?:one|option|item|product|choice|result))?\b(?!\s+(?:list|results|search|selection|ones))|\b({_ordinal})\s+(?:one|option|item|product|choice|result)\b"
    rf"|\b({_ordinal})(?=\s*(?:$|[,.?!;]|(?:and|or|is|to|in|into|from|for|with|please|vs\.?|versus)\b))"
    r"|(?:#|\b(?:no\.?|number|option|item|nr\.?)\s*)(\d{1,2})\b"
    r"|第([一二三四五六七八九十\d]{1,2})[个個款件种種双雙條条项項]?"
    r"|(?<![a-zA-Z\d.月年])([1-9]|1\d)号(?!色|码|电池|線|线)(?=[的和跟与吧呢吗,，。?？!！\s]|$|[有是多能可怎防加放要])",
    re.I,
)
_LAST = re.compile(r"\b(?:the\s+)?(?:last|bottom|final)\s+(?:one|option|item|product)\b|最[后後]一?[个個款件]", re.I)
_BOTH = re.compile(
    r"\bboth(?:\s+of\s+(?:them|these|those))?\b|\bthe two\b|两[个款件]都|兩[個款件]都|[这這]两[个個款件]|它们俩|俩",
    re.I,
)
_ALL = re.compile(
    r"\b(?:all|each|every one)\s+of\s+(?:them|these|those)\b|\b(?:all (?:three|four|five|six)|them all|everything)\b|全部|都要",
    re.I,
)
_THEM = re.compile(r"\b(?:these|those|them|they)\b|[这這那]些|它[们們]", re.I)
_IT = re.compile(
    # A bare "that" is mostly a relative: "boots that are waterproof".
    r"\b(?:it|this(?:\s+(?:one|product|item))?|that\s+(?:one|product|item)|(?:about|add|take|buy|get|want|is|does|of|remove|like) that|the same(?:\s+one)?)\b(?!\s+(?:is|'s)\s+(?:ok|fine|all|it)\b)"
    r"|[这這那][个個款件双雙条條一]|它",
    re.I,
)
_SUPERLATIVE = re.compile(
    r"\b(?:the\s+)?(?:(cheape(?:r|st)|least expensive|lowest priced?)|((?:most|more) expensive|deare(?:r|st)|pricie(?:r|st))|(best[ -]rated|highest[ -]rated))"
    r"\s*(?:one\b)?(?:\s*(?:of|among)\s+(?:those|these|them|the two|the three))"
    r"|\bthe\s+(?:(cheape(?:r|st))|((?:most|more) expensive)|(best[ -]rated))\s+one\b"
    r"|(最便宜|便宜)的?那[个個款件]|(最[贵貴]|[贵貴])的?那[个個款件]|(评分最高|評分最高)的?那[个個款件]",
    re.I,
)
_IN_THE_SHOP = re.compile(
    r"^\W*(?:that )?(?:you (?:have|got|sell|carry)|you'?ve got|in (?:the |your )?(?:shop|store|catalogue|stock))\b",
    re.I,
)
_THE_ONE = re.compile(
    r"\b(?:the|that|this)\s+((?:[\w'-]+\s+){1,4}?)(?:one|ones)\b|([\u4e00-\u9fff]{1,4}[色的])那[个個款件双雙条條]", re.I
)
_THE_THING = re.compile(
    r"\b(?:the|that|this)\s+((?:[\w'-]+\s*){1,6})|[那这這][个個款件双雙条條]([\u4e00-\u9fff]{1,6})", re.I
)

_OTHER = re.compile(
    r"\bthe other(?:\s+(?:one|option|item|product))?(?=\s*(?:$|[,.?!;]|(?:and|or|is|to|in|into|for|then|please|instead|has|does)\b))|另外?(?:那|一)?[个個款件双雙]|另一[个個款件双雙]",
    re.I,
)
_EARLIER = re.compile(
    r"\b(?:the|that|this)\s+((?:[\w'-]+\s+){0,3}?[\w'-]+)\s+(?:from (?:before|earlier|just now)|(?:that |which )?(?:you showed(?: me)?|we (?:talked|spoke) about|i (?:asked|was asking|liked|looked at)(?: about)?)(?: (?:before|earlier|just now))?|(?:i saw|you mentioned)(?: (?:before|earlier))?)\b"
    r"|(?:刚才|剛才|之前|刚刚|前面)(?:看的|说的|問的|问的|提到的|的)?[那这這](?:[个個款件双雙条條])的?([\u4e00-\u9fff]{0,6}?)(?=$|[,，。?？!！]|怎么|有|是|多少|能|可以|加|放|吧|呢|我|要)",
    re.I,
)
_THE_ONE_WITH = re.compile(
    r"\b(?:the|that|this) (?:one|ones) (?:with|that(?:'s| is| has| comes with|'s got)?|which (?:is|has)|in|from|by|made (?:of|from)|for)\s+(?:(?:an?|the|its|in|made of|made from|for)\s+)*((?:[\w'-]+\s*){1,4}?)(?=$|[,.?!;]|\b(?:and|please|to|in|into|is|does|for)\b)"
    r"|[带帶有]([\u4e00-\u9fff]{1,4})的?那[个個款件双雙条條]",
    re.I,
)
_COMPARING = re.compile(
    r"\b(?:compar\w+|versus|vs|differ\w*|which|better|or)\b|比较|比較|区别|區別|不同|对比|對比|哪[个個款]|还是|還是",
    re.I,
)

TITLE_MATCH = 80  # of 100: how much of what was said must stand in one title, and in no other


@dataclass(frozen=True)
class References:
    """Ids in the order they were meant, the stretches of text that said so, and a phrase key where it went wrong."""

    ids: tuple[str, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    problem: str = ""
    exact: bool = False  # pointed at by place or name, not by a mere "it"


def resolve(
    text: str,
    shown: Sequence[Product],
    focus: Sequence[str],
    seen: Sequence[Product],
    discussed: Sequence[str] = (),
) -> References:
    """`shown` is the list that the shopper sees, `focus` the ids last spoken of, `seen` everything shown earlier,
    `discussed` the ids that were spoken of one by one before, the latest last."""
    if (called := by_title(text, _each_once([*shown, *seen])) or by_price(text, shown)) is not None:
        return _compared(text, shown, References(called.ids, (called.span,), exact=True))
    for attempt in (_few, _places, _superlative, _descriptive):
        found = attempt(text, shown)
        if found.ids or found.problem:
            return found
    for found in (
        _other(text, shown, focus),
        _earlier(text, [*discussed, *focus], seen),
        _named(text, [*shown, *seen]),
    ):
        if found.ids or found.problem:
            return found
    return _pronoun(text, shown, focus)


def _compared(text: str, shown: Sequence[Product], called: References) -> References:
    """`compare the first one and the Ember mug`, `the $20 one`: both, in the order said. Elsewhere a title says it all: who takes "the
    Ember mug, the first one" takes one thing."""
    if not _COMPARING.search(text):
        return called
    (start, end), *_ = called.spans
    rest = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    priced = by_price(rest, shown)
    placed = References(priced.ids, (priced.span,), exact=True) if priced else _places(rest, shown)
    if not placed.ids:
        return called
    first, second = sorted((called, placed), key=lambda found: found.spans[0])
    return References(tuple(dict.fromkeys(first.ids + second.ids)), first.spans + second.spans, exact=True)


def _each_once(products: Sequence[Product]) -> list[Product]:
    return list({product.product_id: product for product in products}.values())


def _few(text: str, shown: Sequence[Product]) -> References:
    match = _FIRST_FEW.search(text)
    if match is None:
        return References()
    count = _number(match[2] or match[4])
    last = (match[1] or "").lower() == "last" or (bool(match[3]) and match[3] in "后後")
    if not shown:
        return References(problem="nothing_shown")
    chosen = shown[-count:] if last else shown[:count]
    return References(_ids(chosen), (match.span(),), exact=True)


def _places(text: str, shown: Sequence[Product]) -> References:
    places = [(match.span(), _number(next(filter(None, match.groups())))) for match in _ORDINAL.finditer(text)]
    places += [(match.span(), -1) for match in _LAST.finditer(text)]
    places = [(span, place) for span, place in places if place]
    if not places:
        return References()
    spans = tuple(span for span, _ in places)
    if not shown:
        return References(spans=spans, problem="nothing_shown")
    if any(place > len(shown) for _, place in places):
        return References(spans=spans, problem="only_so_many_shown")
    chosen = [shown[place - 1 if place > 0 else place] for _, place in places]
    return References(_ids(chosen), spans, exact=True)


def _superlative(text: str, shown: Sequence[Product]) -> References:
    match = _SUPERLATIVE.search(text)
    if match and _IN_THE_SHOP.search(text[match.end() :]):
        return References()  # "the cheapest one you have" is asked of the whole catalogue
    if match is None or not shown:
        return References(problem="nothing_shown" if match else "")
    cheap, dear, rated = (
        match[1] or match[4] or match[7],
        match[2] or match[5] or match[8],
        match[3] or match[6] or match[9],
    )
    if cheap:
        chosen = min(shown, key=lambda product: product.price)
    elif dear:
        chosen = max(shown, key=lambda product: product.price)
    else:
        chosen = max(shown, key=lambda product: (product.rating or 0, product.rating_count))
    return References((chosen.product_id,), (match.span(),), exact=bool(cheap or dear or rated))


def _descriptive(text: str, shown: Sequence[Product]) -> References:
    """`the blue one`: exactly one product on the table has all of the words."""
    match = _THE_ONE_WITH.search(text) or _THE_ONE.search(text)
    if match is None or not shown:
        return References()
    said = with_known_words(match[1] or match[2])
    words = [word[0].lower() for word in words_of(said) if not has_cjk(word[0])] or [match[1] or match[2]]
    fitting = [product for product in shown if all(_has(product, word) for word in words)]
    return References(_ids(fitting), (match.span(),), exact=True) if len(fitting) == 1 else References()


def _other(text: str, shown: Sequence[Product], focus: Sequence[str]) -> References:
    """`the other one`: of two on the table, or of two spoken of, the one that was not spoken of last."""
    match = _OTHER.search(text)
    if match is None:
        return References()
    pair = tuple(focus) if len(focus) == 2 else _ids(shown)
    if len(pair) == 2 and focus:
        return References(tuple(one for one in pair if one != focus[-1]), (match.span(),), exact=True)
    return References(spans=(match.span(),), problem="which_one" if shown else "nothing_shown")


def _earlier(text: str, spoken: Sequence[str], seen: Sequence[Product]) -> References:
    """`that mug from before`, 刚才那个: what was spoken of last, of the things that the message names."""
    match = _EARLIER.search(text)
    if match is None:
        return References()
    words = [word[0].lower() for word in words_of(next((group for group in match.groups() if group), ""))]
    known = {product.product_id: product for product in seen}
    latest = [known[one] for one in reversed(spoken) if one in known]
    for candidates in (latest, seen if words else ()):
        fitting = [product for product in candidates if _fits(product, words)]
        if fitting and (candidates is latest or len(fitting) == 1):
            return References((fitting[0].product_id,), (match.span(),), exact=True)
    return References()


def _fits(product: Product, words: Sequence[str]) -> bool:
    """Whether the listing has all of the words; Chinese ones cannot be told in an English listing and are let pass."""
    return all(has_cjk(word) or _has(product, word) for word in words)


def _named(text: str, products: Sequence[Product]) -> References:
    """A product called by a part of its title: `the Ember mug`, `that lantern from before`."""
    best: list[tuple[float, str, tuple[int, int]]] = []
    for match in _THE_THING.finditer(text):
        said = re.split(
            r"\b(?:from|in|is|to|and|for|please|come|have|has|does|fit|with)\b", match[1] or match[2] or ""
        )[0].strip()
        if len(said) < 3 or said.lower() in (
            "cart",
            "basket",
            "bag",
            "price",
            "colour",
            "color",
            "brand",
            "size",
            "difference",
        ):
            continue
        scores = {p.product_id: fuzz.token_set_ratio(said.lower(), p.title.lower()) for p in products}
        top = max(scores.values(), default=0)
        fitting = [product_id for product_id, score in scores.items() if score == top]
        if top >= TITLE_MATCH and len(fitting) == 1 and len(said.split()) >= 2:
            best.append((top, fitting[0], match.span()))
    return References(tuple(found for _, found, _ in best), tuple(span for *_, span in best), exact=True)


def _pronoun(text: str, shown: Sequence[Product], focus: Sequence[str]) -> References:
    if (match := _BOTH.search(text)) is not None:
        pair = tuple(focus) if len(focus) == 2 else _ids(shown[:2])
        return References(pair, (match.span(),), "" if len(pair) == 2 else "nothing_shown", exact=True)
    if (match := _IT.search(text)) is not None:
        if focus:
            return References((focus[-1],), (match.span(),))
        if len(shown) == 1:
            return References(_ids(shown), (match.span(),))
        return References(spans=(match.span(),), problem="which_one" if shown else "nothing_shown")
    if (match := _ALL.search(text)) is not None:
        return References(_ids(shown), (match.span(),), "" if shown else "nothing_shown", exact=True)
    if (match := _THEM.search(text)) is not None:
        # "two of them" of the one thing just spoken of; of a whole list it says nothing.
        several = tuple(focus) or (_ids(shown) if len(shown) == 1 else ())
        return References(several, (match.span(),), "" if several else "which_one" if shown else "nothing_shown")
    return References()


def _has(product: Product, word: str) -> bool:
    described = _described(product)
    return word in described or singular(word) in described


def _described(product: Product) -> set[str]:
    """The words of the listing's short parts; of a feature its name, where the listing says that it has it."""
    stated = [name if value.casefold() == YES else value for name, value in product.attributes.items()]
    text = " ".join([product.title, product.brand or "", product.family, *stated]).lower()
    words = {word[0].lower() for word in words_of(text)}
    return words | {word.removesuffix("s") for word in words} | {singular(word) for word in words}


def _number(text: str) -> int:
    text = text.lower()
    if text.isdigit():
        return int(text)
    if text.startswith("十") and len(text) == 2:
        return 10 + _HANZI.get(text[1], 0)
    return _ORDINALS.get(text) or _COUNTS.get(text) or _HANZI.get(text, 0)


def _ids(products: Sequence[Product]) -> tuple[str, ...]:
    """Each once: "the first one is fine, so add the first one" means one product."""
    return tuple(dict.fromkeys(product.product_id for product in products))
