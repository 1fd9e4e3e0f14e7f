"""Which products the words of a `ref` span point at: a place, a name, a price, a property, a degree, or just "it"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rapidfuzz import fuzz

from assistant.understanding import words
from assistant.understanding.amounts import find_amounts
from assistant.understanding.degrees import read_degree
from assistant.understanding.inflection import singular, stem
from assistant.understanding.language import has_cjk
from assistant.understanding.scripts import simplified
from assistant.understanding.titles import quoted_in
from data.records import Product
from retrieval.measures import intervals
from retrieval.titles import LAST, name_of

MOST_NOUNS = 3  # words behind a place that may say of which kind
MOST_LIKE = 88  # of 100: a word of a title, with a slip of the finger
_TOKEN = re.compile(r"[a-z0-9]+(?:[.'-][a-z0-9]+)*|[\u3400-\u9fff]+", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """What can be pointed at: `shown` is the list that the shopper sees, `focus` what was spoken of last one by one,
    `seen` everything that was ever shown, in order of appearance, `cart` what is in the cart."""

    shown: Sequence[Product] = ()
    focus: Sequence[Product] = ()
    seen: Sequence[Product] = ()
    cart: Sequence[Product] = ()

    @property
    def everything(self) -> list[Product]:
        """Each once, what is nearest first."""
        return list({p.product_id: p for p in (*self.shown, *self.focus, *self.cart, *reversed(self.seen))}.values())


@dataclass(frozen=True)
class Pointed:
    """`products` in the order meant. `exact` where a place, name or property says which, and not a mere "it".
    `whole`: all that is said of it is true of it. `problem` is a phrase key that says why nothing could be found."""

    products: tuple[Product, ...] = ()
    exact: bool = False
    problem: str = ""
    whole: bool = True


Meaning = Callable[[str], str]  # a word → what the catalogue calls it, "" where nobody knows


def pointed_at(text: str, table: Table, meaning: Meaning = lambda word: "") -> Pointed:
    """What the words of one `ref` span mean."""
    if quoted := quoted_in(text, table.everything):
        return Pointed(tuple(quoted.values()), exact=True)
    places = places_in(text)
    if (ranked := _by_degree(text, table, places)) is not None:
        return Pointed(tuple(ranked), exact=True)
    if places:
        return _by_place(text, table, [place for each in places for place in each.counted])
    for attempt in (_by_price, _by_other):
        if (named := attempt(text, table)) is not None:
            return Pointed(tuple(named), exact=True)
    if (found := _by_words(text, table, meaning)).products:
        return found
    if len(table.shown) > 2 and words.points("other", text):
        return Pointed(problem="which_one")  # of several others
    return _pronoun(text, table)


@dataclass(frozen=True)
class _Place:
    """Places as they are counted, from 1 on, from the end below 0: 2 for "the second", 1 and 2 for "the first two"."""

    start: int
    end: int
    counted: tuple[int, ...]


def _by_place(text: str, table: Table, places: Sequence[int]) -> Pointed:
    listed = list(table.seen if _earlier(text) and table.seen else table.shown)
    if not listed:
        return Pointed(problem="nothing_shown")
    if named := _of_a_kind(text, table):  # "the first belt", of the belts that were shown
        listed = named
    if any(place > len(listed) or -place > len(listed) for place in places):
        return Pointed(problem="only_so_many_shown")
    chosen = [listed[place - 1 if place > 0 else place] for place in places]
    return Pointed(tuple({p.product_id: p for p in chosen}.values()), exact=True)


def kind_at(text: str, place: _Place, table: Table) -> int:
    """Where the noun behind a place ends that names a kind of what was shown; the end of the place where there is none:
    the "belt" of "the first belt and …"."""
    end, best = place.end, place.end
    names = (word for p in table.everything for word in [*name_of(p.title)[-LAST:], *p.family.lower().split()])
    called = {stem(singular(name)) for name in names}
    for word in islice(_TOKEN.finditer(text, place.end), MOST_NOUNS):
        if text[end : word.start()].strip():
            break
        end = word.end()
        if stem(singular(word[0].lower())) in called and _of_a_kind(text[place.start : end], table):
            best = end
    return best


def _of_a_kind(text: str, table: Table) -> list[Product]:
    """The products that the noun beside a place names, in the order in which they were shown; [] where none are."""
    plain = simplified(text.lower())
    for place in reversed(places_in(text)):
        plain = f"{plain[: place.start]} {plain[place.end :]}"
    said = [word for word in content_words(plain) if not word.isdigit()]
    if not said:
        return []
    for products in (table.shown, table.seen):
        kind = [p for p in products if all(_stated(word, _described(p), p, lambda _: "") for word in said)]
        if kind:
            return kind if len(kind) < len(products) else []
    return []


def places_in(text: str) -> list[_Place]:
    """The places that the words count, in their order; a word of a degree ("top rated") is none."""
    plain = simplified(text.lower())
    graded = [span for part in ("degrees", "unplaced") for span, _ in words.found(part, plain)]
    found = [*_counted_off(plain), *_numbered(plain)]
    numbers = [(match.span(), int(match[0])) for match in re.finditer(r"\d{1,2}", plain)] + words.found(
        "numbers", plain
    )
    for (start, end), place in words.found("ordinals", plain):
        if any(start < b and a < end for a, b in graded) or any(start < f.end and f.start < end for f in found):
            continue
        after = next((hit for hit in numbers if plain[end : hit[0][0]].strip() == "" and hit[0][0] >= end), None)
        if after is not None and place in (1, -1):
            many = int(after[1])
            found.append(_Place(start, after[0][1], _first(many) if place == 1 else _last(many)))
        else:
            found.append(_Place(start, end, (place,)))
    return sorted(found, key=lambda each: each.start)


def _counted_off(plain: str) -> Iterator[_Place]:
    """前两个, 最后三款: as languages do that put the number behind."""
    for table in words.tables():
        for name, places in (("leading", _first), ("trailing", _last)):
            for word in table.get(name, ()):
                for match in re.finditer(rf"{word}([一二两三四五\d])(?=[^\d年月天])", plain):
                    yield _Place(*match.span(), places(_count(match[1])))
                    return


def _numbered(plain: str) -> Iterator[_Place]:
    """ "Number 3", "option two"."""
    for table in words.tables():
        for form in table.get("numbered", ()):
            before, _, after = form.partition("{}")
            counts = "|".join(["\\d{1,2}", *(word for word in table["numbers"] if word.isalpha())])
            pattern = rf"(?<!\w){re.escape(before)}\s?({counts})(?![\w.]){re.escape(after)}"
            for match in re.finditer(pattern, plain):
                yield _Place(*match.span(), (_count(match[1]),))


def _first(many: int) -> tuple[int, ...]:
    return tuple(range(1, many + 1))


def _last(many: int) -> tuple[int, ...]:
    return tuple(range(-many, 0))


def _count(word: str) -> int:
    if word.isdigit():
        return int(word)
    return int(next((value for _, value in words.found("numbers", word)), 2))


def _earlier(text: str) -> bool:
    return words.points("earliest", text)


def _by_price(text: str, table: Table) -> list[Product] | None:
    """ "The $41.50 one", "the 40 one": one that costs just that."""
    for amount in find_amounts(text):
        for products in (table.shown, table.seen):
            same = [p for p in products if abs(p.price - amount.low) < 0.005 or int(p.price) == int(amount.low) != 1]
            if len(same) == 1 and amount.low > 12:
                return same
    return None


def _by_degree(text: str, table: Table, places: Sequence[_Place]) -> list[Product] | None:
    """ "The lighter of the two", "the cheapest of those", "the second cheapest", "the two cheapest", "the heaviest of
    the first three"."""
    spoken = list(table.focus) if len(table.focus) > 1 else list(table.shown) or list(table.focus)
    of_range = next((each for each in places if len(each.counted) > 1), None)
    if of_range is not None:
        spoken = list(_by_place("", Table(table.shown, seen=table.seen), of_range.counted).products)
    said = read_degree(text, tuple({name for product in spoken for name in product.attributes}))
    if said is None or len(spoken) < 2:
        return None
    figures = [(figure, product) for product in spoken if (figure := figure_of(product, said.of)) is not None]
    ranked = [product for _, product in sorted(figures, key=lambda pair: -pair[0] if said.most else pair[0])]
    rank = next((each.counted[0] for each in places if len(each.counted) == 1 and each.counted[0] > 0), 1)
    numbers = [
        int(value) for (start, _), value in words.found("numbers", text) if not of_range and start < len(text) / 2
    ]
    many = next((number for number in numbers if number > 1), 1) if not places else 1
    return ranked[rank - 1 : rank - 1 + many] or None


def figure_of(product: Product, of: str) -> float | None:
    """What the product has of a figure, in one unit; None where its listing does not say."""
    if of == "price":
        return product.price
    if of == "rating":
        return product.rating
    for name, value in product.attributes.items():
        if name == of or re.search(rf"\b{re.escape(of)}\b", name):
            for interval in intervals(value):
                return interval.high if interval.high != float("inf") else interval.low
            if number := re.search(r"\d+(?:\.\d+)?", value):
                return float(number[0])
    return None


def _by_other(text: str, table: Table) -> list[Product] | None:
    pointers = {meaning for _, meaning in words.found("pointers", text)}
    spoken, shown = list(table.focus), list(table.shown)
    pair = spoken if len(spoken) == 2 else shown[:2]
    if "latter" in pointers and len(pair) == 2:
        return pair[1:]
    if "former" in pointers and len(pair) == 2:
        return pair[:1]
    if "other" in pointers and len(pair) == 2 and len(shown) <= 2 and spoken:
        return [product for product in pair if product.product_id != spoken[-1].product_id][:1]
    return None


def _by_words(text: str, table: Table, meaning: Meaning) -> Pointed:
    """Products that the words describe, by title, brand, kind or property: all that fit best, where that is few."""
    said = content_words(text)
    if not said:
        return Pointed()
    spoken = {product.product_id for product in table.focus}
    scored = []
    for nearness, product in enumerate(table.everything):
        described = _described(product)
        share = sum(_weight(word) for word in said if _stated(word, described, product, meaning)) / sum(
            map(_weight, said)
        )
        scored.append((share, product.product_id in spoken, -nearness, product))
    best = max((share for share, *_ in scored), default=0.0)
    if best < (0.5 if len(said) > 1 else 0.99):
        return Pointed()
    shown = {product.product_id for product in table.shown}
    fitting = [(spoke, near, product) for share, spoke, near, product in scored if share == best]
    listed = [each for each in fitting if each[2].product_id in shown] or fitting
    several = words.found("pointers", text) and any(
        m in ("several", "both", "all") for _, m in words.found("pointers", text)
    )
    chosen = sorted(listed, key=lambda each: (each[0], each[1]), reverse=True)
    products = tuple(product for *_, product in (chosen if several else chosen[:1]))
    return Pointed(products, exact=True, whole=best == 1)


def _weight(word: str) -> float:
    return 1.0 + (len(word) > 3)


def content_words(text: str) -> list[str]:
    """The words that describe, without those that only point."""
    plain = simplified(text.lower())
    for part in ("pointers", "empty", "numbers"):
        for (start, end), _ in reversed(words.found(part, plain)):
            plain = f"{plain[:start]} {plain[end:]}"
    return [word for word in _TOKEN.findall(plain) if len(word) > 1 or word.isdigit()]


def described(said: str) -> list[str]:
    """The words of a pointer that are neither a place nor a mere "it"."""
    for (start, end), _ in reversed(words.found("ordinals", said)):
        said = f"{said[:start]} {said[end:]}"
    return content_words(said)


def _described(product: Product) -> set[str]:
    stated = [
        name if value.casefold() == "yes" else value
        for name, value in product.attributes.items()
        if value.casefold() != "no"
    ]
    text = " ".join([product.title, product.brand or "", product.family, *stated]).lower()
    tokens = {token for found in _TOKEN.findall(text) for token in (found, *found.split("-"))}
    return tokens | {singular(token) for token in tokens} | {stem(token) for token in tokens}


def _stated(word: str, described: set[str], product: Product, meaning: Meaning) -> bool:
    if word in described or singular(word) in described or stem(word) in described:
        return True
    if has_cjk(word):
        if word in simplified(product.title):
            return True
        known = meaning(word).lower()
        return bool(known) and all(stem(part) in described for part in known.split())
    if len(word) < 3:
        return False
    cut = any(other.startswith(word) and len(other) == len(word) + 1 for other in described)  # "blu"
    return cut or (len(word) > 3 and any(fuzz.ratio(word, each) >= MOST_LIKE for each in described if len(each) > 3))


def _pronoun(text: str, table: Table) -> Pointed:
    meanings = [meaning for _, meaning in words.found("pointers", text)]
    shown, focus = tuple(table.shown), tuple(table.focus)
    if not shown and not focus:
        return Pointed(problem="nothing_shown")
    if "both" in meanings:
        pair = focus if len(focus) == 2 else shown[:2]
        return Pointed(pair, exact=True)
    if "all" in meanings:
        return Pointed(focus if len(focus) > 1 else shown or focus, exact=True)
    if "several" in meanings:
        return Pointed(focus if len(focus) > 1 or (len(focus) == 1 and len(shown) <= 1) else shown or focus)
    if focus:
        return Pointed(focus[:1] if "one" in meanings else focus)
    if len(shown) == 1:
        return Pointed(shown)
    return Pointed(problem="which_one")
