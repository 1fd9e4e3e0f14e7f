"""Whether a sentence says only what the evidence holds. What fails is never sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assistant.replies.claims import Claim, Kind, amounts_beside, claims_in
from assistant.replies.comparing import borne_out, is_superlative
from assistant.replies.grounds import Ground, base, bases, denials, following, ground, is_plain
from assistant.replies.mentions import Mention, Products, Speaking, mentions
from assistant.turn import Evidence
from assistant.understanding.amounts import Amount
from assistant.understanding.language import has_cjk
from assistant.understanding.vocabulary import words_of
from data.records import Product

_OF_THE_SHOPPER = re.compile(r"\b(?:the|this) (?:shopper|customer|user)\b", re.IGNORECASE)
_LIST = re.compile(r";.*;|\w: .*\w: ")
# After these the shopper's own words may come back: what it is for. "If you want a quiet one" would claim that it is.
_PURPOSE = re.compile(r"\b(?:for|suits?|suited (?:to|for)|during|on|at|when)\b", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[,.;:!?]|\b(?:and|but|while|whereas|because|with|which|that|it|is|has)\b", re.IGNORECASE)
_COUNTED_HERE = re.compile(r"\b(?:the|these|those|first|of)\s+(?:the\s+)?$", re.IGNORECASE)
_SAME_MONEY = 0.005
_BY_THE_RECORD: dict[Kind, Callable[[Product, float], bool]] = {
    "price": lambda product, said: abs(product.price - said) < _SAME_MONEY,
    "list_price": lambda product, said: abs((product.list_price or -1) - said) < _SAME_MONEY,
    "price_at_most": lambda product, said: product.price <= said,
    "price_at_least": lambda product, said: product.price >= said,
    "rating": lambda product, said: product.rating == said,
    "count": lambda product, said: product.rating_count == said,
    "pieces_left": lambda product, said: product.stock == said,
}

# How a sentence begins that names no product and still speaks of the one before.
_GOES_ON = re.compile(
    r"^\W*(?:(?:and|also|plus|but|however|additionally|both)\b,?\s*)*(?:it|it's|its|they|their|both|either|neither|this|these|those|each|one"
    r"|the (?:first|second|third|other|latter|former|next|last|one|two)|with|made|for|if|choose|you)\b",
    re.IGNORECASE,
)
_MALFORMED = re.compile(r"\b(the|a|an|is|and) \1\b|^\W*\w+\W*$", re.IGNORECASE)
_MADE_OF = re.compile(r"\bmade (?:of|from) (?:the )?(\w[\w'&]*)", re.IGNORECASE)


class Checker:
    """Reads the sentences of one reply in their order, each against the products that it speaks of.

    Strict on purpose: a good sentence refused costs a flourish, a false one sent costs the trust. Typed claims (prices,
    stars, counts, stock, comparisons, policies) are held against the record; every other telling word and number must
    stand in the listing of the product that it is said of, and under "not" or "without" only what the listing denies.
    Plain words (`plain_words.txt`) claim nothing, and after words such as "for" the shopper's own may be repeated,
    unless they name something that listings state.
    """

    def __init__(self, evidence: Evidence, message: str, spoken_of: Sequence[Product]) -> None:
        """`spoken_of` are the products that the model was told of, in their order."""
        self._grounds = [ground(each, evidence.reasons.get(each.product_id, "")) for each in spoken_of]
        self._titles = [product.title for product in spoken_of]
        self._listed = list(evidence.products)
        self._policies = " ".join(fact.text for fact in evidence.facts if fact.source == "policy").casefold()
        self._wanted = frozenset(bases(message))
        self._told = {
            word for product in self._listed for pair in product.attributes.items() for word in bases(" ".join(pair))
        }
        self._before: Products = frozenset()

    def _is_no_material(self, word: str) -> bool:
        """A figure or the first word of a brand: "made of Fernway", "made of 320 g"."""
        brands = (product.brand.split()[0] for product in self._listed if product.brand)
        return word[0].isdigit() or any(word.casefold() == brand.casefold() for brand in brands)

    def fault(self, sentence: str) -> str:
        """Why the sentence may not be sent, "" where it may; the next one may then go on about its products."""
        if has_cjk(sentence):
            return "another language than the shopper's"
        if _MALFORMED.search(sentence):
            return "no sentence"
        if (made := _MADE_OF.search(sentence)) and self._is_no_material(made[1]):
            return f"no material: {made[1]}"
        if _LIST.search(sentence):
            return "a list and not a sentence"
        if _OF_THE_SHOPPER.search(sentence):
            return "speaks of the shopper, not to them"
        named = mentions(sentence, self._titles)
        speaking = Speaking.of(sentence, named, frozenset(range(len(self._grounds))), self._before)
        claims = [claim for claim in claims_in(sentence) if not _within(claim, named)]
        reading = _Reading(sentence, named, speaking, claims)
        fault = (
            next((fault for claim in claims if (fault := self._claim_fault(claim, reading))), "")
            or next(
                (
                    fault
                    for amount in amounts_beside(sentence, claims)
                    if (fault := self._number_fault(amount, reading))
                ),
                "",
            )
            or self._word_fault(reading)
            or self._denied_fault(reading)
            or ("" if named or _GOES_ON.search(sentence) else "speaks of something else than the products")
        )
        if not fault:
            self._before = speaking.last
        return fault

    def _claim_fault(self, claim: Claim, reading: _Reading) -> str:
        about = [self._grounds[place] for place in sorted(reading.speaking.at(claim.start))]
        if claim.kind == "deed":
            return f"claims to have done something: {claim.text}"
        if about and self._is_so(claim, about, reading):
            return ""
        return f"{claim.kind.replace('_', ' ')} that nothing supports: {claim.text}"

    def _is_so(self, claim: Claim, about: Sequence[Ground], reading: _Reading) -> bool:
        products = [each.product for each in about]
        if claim.kind in _BY_THE_RECORD:
            return all(_BY_THE_RECORD[claim.kind](product, claim.value or 0.0) for product in products)
        quoted = all(claim.text.casefold() in each.text for each in about)
        match claim.kind:
            case "boast":
                return quoted
            case "policy":
                return quoted or claim.text.casefold() in self._policies
            case "price_difference":
                return self._differs_by(claim.value or 0.0, products, reading)
            case "stock":
                return _stock_is_so(claim, products, reading)
            case "only":
                return self._is_only(claim, reading)
            case "comparison":
                return not reading.denies(claim.start) and (quoted or self._compares(claim, products, reading))
        return False  # markup, an address

    def _differs_by(self, value: float, products: Sequence[Product], reading: _Reading) -> bool:
        others = self._compared_with(products, reading)
        return (
            len(products) == 1
            and len(others) == 1
            and abs(abs(products[0].price - others[0].price) - value) < _SAME_MONEY
        )

    def _compared_with(self, products: Sequence[Product], reading: _Reading) -> list[Product]:
        """Those named after "than", else the others named, else the others that the model was told of."""
        compared = {place for mention in reading.named if mention.compared for place in mention.products}
        named = {place for mention in reading.named for place in mention.products}
        for places in (compared, named, range(len(self._grounds))):
            if others := [
                self._grounds[place].product for place in sorted(places) if self._grounds[place].product not in products
            ]:
                return others
        return []

    def _compares(self, claim: Claim, products: Sequence[Product], reading: _Reading) -> bool:
        if is_superlative(claim.text):
            others = [product for product in self._listed if product not in products]
        else:
            others = self._compared_with(products, reading)
        return borne_out(claim.text, products, others)

    def _is_only(self, claim: Claim, reading: _Reading) -> bool:
        """What follows is true of it, and not of any other on the page."""
        said_of = [self._grounds[place].product.product_id for place in reading.speaking.at(claim.start)]
        telling = {word for word, _ in reading.words() if not is_plain(word)}
        others = [ground(product) for product in self._listed if product.product_id not in said_of]
        unique = {word for word in telling if all(word not in other.affirmed for other in others)}
        return len(said_of) == 1 and bool(others) and bool(unique)

    def _number_fault(self, amount: Amount, reading: _Reading) -> str:
        sentence = reading.sentence
        if any(mention.start <= amount.start < mention.end for mention in reading.named):
            return ""
        if amount.high == len(self._grounds) and _COUNTED_HERE.search(sentence[: amount.start]):
            return ""  # "the two"
        unit = following(sentence, amount.end)
        for place in reading.speaking.at(amount.start):
            units = self._grounds[place].numbers.get(amount.high)
            if units is None or (unit and unit not in units and not is_plain(unit)):
                return f"a number that nothing supports: {sentence[amount.start : amount.end]} {unit}".strip()
        return ""

    def _word_fault(self, reading: _Reading) -> str:
        for word, start in reading.words():
            if len(word) <= 2 or is_plain(word):
                continue
            for place in reading.speaking.at(start):
                each = self._grounds[place]
                if reading.denies(start):
                    if word not in each.denied:
                        return f"nothing denies “{word}” of {each.product.title}"
                elif word not in each.affirmed and not self._is_purpose(word, start, reading):
                    return f"nothing supports “{word}” of {each.product.title}"
        return ""

    def _denied_fault(self, reading: _Reading) -> str:
        """What the listing says `no` to must not be said to be there, though each word stands elsewhere in it."""
        said = reading.words()
        for at in range(len(said)):
            for place in reading.speaking.at(said[at][1]):
                for name in self._grounds[place].denied_names:
                    run = said[at : at + len(name)]
                    if tuple(word for word, _ in run) == name and not reading.denies(run[0][1]):
                        return f"the listing of {self._titles[place]} denies “{' '.join(name)}”"
        if any(all(is_plain(word) for word in bases(part)) for part in reading.denied_parts()):
            return "denies something and does not say what"
        return ""

    def _is_purpose(self, word: str, start: int, reading: _Reading) -> bool:
        if word not in self._wanted or word in self._told:
            return False
        marks = [match.end() for match in _PURPOSE.finditer(reading.sentence[:start])]
        return bool(marks) and not _CLAUSE_ENDS.search(reading.sentence[marks[-1] : start])


class _Reading:
    """A sentence with what was found in it."""

    def __init__(self, sentence: str, named: list[Mention], speaking: Speaking, claims: list[Claim]) -> None:
        self.sentence, self.named, self.speaking, self.claims = sentence, named, speaking, claims
        self._denials = denials(sentence)

    def words(self) -> list[tuple[str, int]]:
        """In their base form with their places, less names of products and what the typed claims have taken."""
        taken = [(mention.start, mention.end) for mention in self.named]
        taken += [(claim.start, claim.end) for claim in self.claims if claim.kind not in ("only", "boast")]
        return [
            (base(word[0]), word.start())
            for word in words_of(self.sentence)
            if not word[0][0].isdigit() and not any(start <= word.start() < end for start, end in taken)
        ]

    def denies(self, position: int) -> bool:
        return any(start <= position < end for start, end in self._denials)

    def denied_parts(self) -> list[str]:
        return [self.sentence[start:end] for start, end in self._denials]


def _within(claim: Claim, named: Sequence[Mention]) -> bool:
    """A name may hold what would be a claim elsewhere: "Sunday Best", "5 star"."""
    return claim.kind != "markup" and any(
        mention.start <= claim.start and claim.end <= mention.end for mention in named
    )


def _stock_is_so(claim: Claim, products: Sequence[Product], reading: _Reading) -> bool:
    gone = bool(re.search(r"out|un|缺|售", claim.text, re.IGNORECASE)) != reading.denies(claim.start)
    return all(product.in_stock != gone for product in products)
