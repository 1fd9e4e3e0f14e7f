# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""A second opinion on replies: straight from `products.parquet`, `reviews.parquet` and `policies.md`.

Nothing here is shared with the assistant's own checker: prices are read by other patterns, products are told by their
brands, words are compared by their stems. It knows no evidence, only what stands on disk and what the page shows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, product
from typing import Any, Literal

import pandas as pd
import Stemmer

from data.store import Store

Kind = Literal["price", "product", "attribute", "quote"]

_MONEY = re.compile(
    r"(?:US)?\$\s?(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s?(?:dollars|bucks|USD|美元|美金|元|块)", re.I
)
_RECKONED = re.compile(
    r"cheaper|dearer|less|more|total|save|under|over|below|above|between|便宜|[贵省共]|总|以[内下上]|budget|预算|from .* to|[从到]",
    re.I,
)
_QUOTE = re.compile(r"(?<=[:：] )[“\"]([^”\"]{4,})[”\"]")  # not the shopper's own words: 6 for “mug”
_PARTS = re.compile(r",? (?:while|whereas|but|and) (?=the [A-Z])")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NEGATOR = re.compile(
    r"\b(?:not|no|never|without|cannot|lacks?|isn't|aren't|doesn't|don't|can't|won't)\b|[不没無无未]", re.I
)
_CLAUSE = re.compile(r"[,;:.!?]|\b(?:but|while|and it|which|because|so)\b", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])|(?<=[。！？])")
_WORD = re.compile(r"(?<![a-z])l(?![a-z])|[a-z][a-z'é]+", re.I)
_EMPTY = frozenset(  # words about the talk and not about a thing
    """a about above after again all also am an and another any are aren't as at be because been before being below best
    better between both but by can cannot choice choose could did differ different do does doesn't doing don't down during
    each either else ever every everyday few find fit fits for from further get good great has hasn't have having he help
    her here him his how i ideal if in include includes including into is isn't it item its itself just keep kind let like
    list listing look looking lot made make makes many match may me might more most much must my need needs neither no nor
    not of off offer offers on one ones only option or other others our out over own perfect perfectly pick piece please
    prefer preference price product products provide provides rated rather really same second see seek she should since so
    some someone something stars such suit suitable suits take than that the their them then there these they thing this
    those though through time to too two type under until up us use used useful user very want was way we well were what
    when where whether which while who whom why will wish with without would yet you your yours feature features featuring
    come comes design designed style styled great nice lovely excellent first third has having color colour size available
    making costs cost priced hold holds weighs measures lasts keeps keep stays give gives allow allows ensure ensures version slightly especially finish""".split()
)

_RATING_OF = re.compile(r"\brating of(?= \d)", re.I)  # the figure is looked up, its name claims nothing
_MADE_OF = re.compile(r"\bmade (?:of|from) (?:the )?(\w[\w'&]*)", re.I)
MOST_READINGS = 27

_BIG = ("dimensions", "capacity", "volume", "size", "screen size", "diameter")
_COMPARED: dict[str, tuple[int, tuple[str, ...]]] = {
    "larger": (1, _BIG), "bigger": (1, _BIG), "smaller": (-1, _BIG), "thicker": (1, ("thickness",)),
    "thinner": (-1, ("thickness",)), "lighter": (-1, ("weight",)), "heavier": (1, ("weight",)), "brighter": (1, ("brightness",)),
    "cheaper": (-1, ("price",)), "longer": (1, ("length", "battery life")), "taller": (1, ("height",)), "wider": (1, ("width",)),
    "higher": (1, ("rating",)), "lower": (-1, ("rating",)), "rating": (1, ("rating",)),
}  # fmt: skip
_FACTORS = {"kg": 1000, "l": 1000, "litre": 1000, "litres": 1000, "hours": 60, "m": 100}
_UNITS = {"l": "litre", "litres": "litre", "liter": "litre", "liters": "litre"}


@dataclass(frozen=True)
class Finding:
    kind: Kind
    claim: str
    supported: bool
    sentence: str


@dataclass(frozen=True)
class _Listing:
    product_id: str
    title: str
    brand: str
    prices: frozenset[float]
    text: str  # lower case
    stems: frozenset[str]
    numbers: frozenset[float]
    flags: dict[str, bool] = field(hash=False)
    stated: dict[str, str] = field(hash=False)


class Judge:
    """Reads the store once; `findings` judges one reply."""

    def __init__(self, store: Store) -> None:
        products = store.products().to_pandas()
        self._stemmer = Stemmer.Stemmer("english")
        self._listings = {row["product_id"]: self._listing(row) for row in products.to_dict("records")}
        self._brands = sorted({str(brand) for brand in products.brand.dropna()}, key=len, reverse=True)
        self._policies = store.policies_file.read_text(encoding="utf-8") if store.policies_file.exists() else ""
        reviews = store.reviews().to_pandas()
        self._reviews: dict[str, str] = (
            reviews.groupby("product_id")["text"].agg(" ".join).to_dict() if len(reviews) else {}
        )

    def findings(self, text: str, added: str, shown: Iterable[str], message: str) -> list[Finding]:
        """Of a whole reply: amounts, products, quotations. Of what the model `added` to it also every flag, number and
        telling word. `shown` are ids of the products on the page, in the cart or just spoken of; `message` the shopper's."""
        page = [self._listings[product_id] for product_id in dict.fromkeys(shown) if product_id in self._listings]
        bare = text
        for heard in (message.strip(), *self._sentences_of_policies):
            bare = bare.replace(heard, " ") if len(heard) > 3 else bare
        found = list(self._quotes(bare, page, message))
        bare = _QUOTE.sub(" ", bare)
        for sentence in _sentences(bare):
            found += [*self._prices(sentence, page, message), *self._products(sentence, page, message)]
        spoken: list[_Listing] = []
        for sentence in (part for whole in _sentences(added) for part in _PARTS.split(whole)):
            spoken, judged = self._best_reading(sentence, spoken or page[:1], page, message)
            found += judged
        return found

    def _best_reading(
        self, sentence: str, spoken: list[_Listing], page: list[_Listing], message: str
    ) -> tuple[list[_Listing], list[Finding]]:
        """Where several products on the page bear the name that is said, the one of them that the sentence fits best."""
        places: dict[int, list[_Listing]] = {}
        for listing in self._named(sentence, page):
            places.setdefault(_from_the_start(listing, sentence)[1], []).append(listing)
        readings = [list(each) for each in islice(product(*places.values()), MOST_READINGS)] if places else [spoken]
        judged = [(reading, list(self._attributes(sentence, reading, page, message))) for reading in readings]
        return min(judged, key=lambda pair: sum(not finding.supported for finding in pair[1]))

    def _prices(self, sentence: str, page: list[_Listing], message: str) -> Iterator[Finding]:
        named = self._named(sentence, page)
        reckoned = bool(_RECKONED.search(sentence))
        own = {price for listing in (page if reckoned or not named else named) for price in listing.prices}
        all_prices = [min(listing.prices) for listing in page]
        own |= {round(abs(one - other), 2) for one in all_prices for other in all_prices} if reckoned else set()
        own |= {_amount(match) for match in _MONEY.finditer(message)} | {
            float(number) for number in _NUMBER.findall(message)
        }
        for match in _MONEY.finditer(sentence):
            known = _amount(match) in own or (reckoned and _amount(match) in self._every_price)
            yield Finding("price", match[0], known, sentence)

    def _products(self, sentence: str, page: list[_Listing], message: str) -> Iterator[Finding]:
        """A brand of the shop with what follows it, which must begin a title on the page."""
        rest = sentence
        for brand in self._brands:
            for match in re.finditer(rf"(?<!\w){re.escape(brand)}(?!\w)(?:\s+[A-Z][\w'&]*)?", rest):
                said = match[0]
                known = any(listing.title.startswith(said) for listing in page) or said.lower() in message.lower()
                known = known or (said == brand and any(listing.brand == brand for listing in page))
                yield Finding("product", said, known, sentence)
            rest = rest.replace(brand, " ")

    def _quotes(self, text: str, page: list[_Listing], message: str) -> Iterator[Finding]:
        """What stands in quotation marks stands so in a listing, a review, a policy or the message; Chinese ones may be
        translated, and are left to the prices and numbers."""
        sources = " ".join(
            [*(listing.text for listing in page), *(self._reviews.get(each.product_id, "") for each in page)]
        )
        sources = _squeezed(f"{sources} {self._policies} {message}")
        for quote in _QUOTE.findall(text):
            if re.search(r"[\u4e00-\u9fff]", quote):
                continue
            parts = [part for part in re.split(r"(?<=[.!?])\s+", quote) if part.strip()]
            yield Finding("quote", quote, all(_squeezed(part) in sources for part in parts), text)

    def _attributes(
        self, sentence: str, named: list[_Listing], page: list[_Listing], message: str
    ) -> Iterator[Finding]:
        flagged: set[str] = set()
        stems = self._stems(sentence)
        for name, words in self._flags.items():
            if place := self._phrase(sentence, words):
                flagged |= set(words)
                denied = _denied(sentence, place)
                said = [listing.flags.get(name) for listing in named]
                in_words = all(set(words) <= listing.stems for listing in named)
                known = all(flag is (not denied) for flag in said if flag is not None) and (
                    None not in said or in_words
                )
                yield Finding("attribute", f"{'not ' if denied else ''}{name}", known, sentence)
        for match in _MADE_OF.finditer(sentence):  # no maker and no figure is a material
            wrong = match[1][0].isdigit() or any(match[1].startswith(brand.split()[0]) for brand in self._brands)
            yield Finding("attribute", match[0], not wrong, sentence)
        for number in _NUMBER.findall(_MONEY.sub(" ", re.sub(r"(?:out )?of 5\b", " ", sentence))):
            known = all(float(number) in listing.numbers for listing in named)
            yield Finding("attribute", number, known or number in message, sentence)
        wanted = self._stems(message)
        names = (
            {stem for listing in page for stem in self._stems(listing.title)}
            if len(named) > 1 or " than " in sentence
            else set[str]()
        )
        telling = {match[0].lower() for match in _WORD.finditer(_RATING_OF.sub("rated", sentence))} - _EMPTY
        for word in telling:
            stem = self._stemmer.stemWord(_UNITS.get(word, word).removesuffix("'s"))
            if stem in flagged or stem not in stems or len(word) < 3:
                continue
            known = (
                all(stem in listing.stems for listing in named) or stem in names or self._compares(word, named, page)
            )
            yield Finding("attribute", word, known or (stem in wanted and stem not in self._flag_stems), sentence)

    def _compares(self, word: str, named: list[_Listing], page: list[_Listing]) -> bool:
        """Whether the first of the named has more, or less, than every other that is spoken of, going by a figure."""
        direction, attributes = _COMPARED.get(word, (0, ()))
        others = named[1:] or [listing for listing in page[:2] if listing not in named[:1]]
        for attribute in attributes:
            amounts = [_size(listing.stated.get(attribute, "")) for listing in (*named[:1], *others)]
            if len(amounts) > 1 and all(amounts):
                return all((amounts[0] - other) * direction > 0 for other in amounts[1:])
        return False

    def _named(self, sentence: str, page: list[_Listing]) -> list[_Listing]:
        """Those on the page of whose title the sentence has most words from its beginning on, the brand and one more at
        least; not one that is only compared with."""
        said_of = re.split(r"\b(?:than|unlike|compared)\b", sentence, maxsplit=1)[0] or sentence
        begun = {listing.product_id: _from_the_start(listing, said_of) for listing in page}
        named = [listing for listing in page if begun[listing.product_id][0] > len(listing.brand.split())]
        best: dict[int, int] = {}  # where a name begins → most words of a title that stand there
        for listing in named:
            size, place = begun[listing.product_id]
            best[place] = max(size, best.get(place, 0))
        if named:
            return [each for each in named if begun[each.product_id][0] == best[begun[each.product_id][1]]]
        after = {listing: listing.title.removeprefix(listing.brand).split()[:1] for listing in page}  # "the Kestrel"
        return [each for each, name in after.items() if name and re.search(rf"\b{re.escape(name[0])}\b", said_of)]

    def _phrase(self, sentence: str, words: tuple[str, ...]) -> int:
        """Where the words stand one after the other, by their stems; 0 where they do not."""
        tokens = [(self._stemmer.stemWord(match[0].lower()), match.start()) for match in _WORD.finditer(sentence)]
        for at in range(len(tokens) - len(words) + 1):
            if tuple(stem for stem, _ in tokens[at : at + len(words)]) == words:
                return max(tokens[at][1], 1)
        return 0

    def _stems(self, text: str) -> set[str]:
        words = (match[0].lower().removesuffix("'s") for match in _WORD.finditer(text))
        return {self._stemmer.stemWord(_UNITS.get(word, word)) for word in words}

    def _listing(self, row: dict[Any, Any]) -> _Listing:
        pairs = dict(row["attributes"]) if row["attributes"] is not None else {}
        flags = {name: value.lower() == "yes" for name, value in pairs.items() if value.lower() in ("yes", "no")}
        stated = [
            name if flags.get(name) else f"{name} {value}" for name, value in pairs.items() if flags.get(name, True)
        ]
        tags = row["tags"] if row["tags"] is not None else ()
        text = " . ".join(
            [*(row[name] or "" for name in ("title", "description", "category", "brand")), *stated, *tags]
        )
        numbers = {float(number) for number in _NUMBER.findall(text)}
        numbers |= {float(row[name]) for name in ("rating", "rating_count", "stock") if pd.notna(row[name])}
        return _Listing(
            product_id=row["product_id"],
            title=row["title"],
            brand=row["brand"] or "",
            prices=frozenset(round(float(row[name]), 2) for name in ("price", "list_price") if pd.notna(row[name])),
            text=text.lower(),
            stems=frozenset(self._stems(text)),
            numbers=frozenset(numbers),
            flags=flags,
            stated=pairs | {"price": str(row["price"]), "rating": str(row["rating"])},
        )

    @cached_property
    def _flags(self) -> dict[str, tuple[str, ...]]:
        names = {name for listing in self._listings.values() for name in listing.flags}
        return {
            name: tuple(self._stemmer.stemWord(word.lower()) for word in _WORD.findall(name))
            for name in sorted(names, key=len)
        }

    @cached_property
    def _flag_stems(self) -> set[str]:
        return {stem for words in self._flags.values() for stem in words}

    @cached_property
    def _every_price(self) -> set[float]:
        return {price for listing in self._listings.values() for price in listing.prices}

    @cached_property
    def _sentences_of_policies(self) -> list[str]:
        return [sentence.strip() for sentence in re.split(r"(?<=[.;])\s+|\n+", self._policies) if len(sentence) > 20]


def _sentences(text: str) -> list[str]:
    return [sentence.strip() for sentence in _SENTENCE.split(text) if sentence.strip()]


def _amount(match: re.Match[str]) -> float:
    return round(float((match[1] or match[2]).replace(",", "")), 2)


def _from_the_start(listing: _Listing, sentence: str) -> tuple[int, int]:
    """How many words of the title, from its first on, stand in the sentence, and where."""
    words = listing.title.split()
    for size in range(len(words), 0, -1):
        if (place := sentence.find(" ".join(words[:size]).rstrip(",–( "))) >= 0:
            return size, place
    return 0, -1


def _size(said: str) -> float:
    """All numbers of `50 x 40 cm` multiplied, a larger unit counted in the smaller one; 0 where there is none."""
    numbers = [float(number) for number in _NUMBER.findall(said)]
    unit = said.lower().rpartition(" ")[2]
    return math.prod(numbers) * _FACTORS.get(unit, 1) if numbers else 0.0


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.lower())


def _denied(sentence: str, place: int) -> bool:
    ends = [match.end() for match in _CLAUSE.finditer(sentence[:place])]
    return bool(_NEGATOR.search(sentence[max(ends, default=0) : place]))
