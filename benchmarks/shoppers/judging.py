"""How a conversation went, judged from what is true of the products, never from what the assistant understood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.turn import Language
from benchmarks.shoppers.hearing import answer_in, hears, hears_no
from benchmarks.shoppers.messages import AFTER_WHICH_A_LIST_IS_DUE, REJECTIONS, Message
from benchmarks.shoppers.needs import Need
from benchmarks.shoppers.sayings import own_words, words_for
from benchmarks.shoppers.seeing import Seen
from benchmarks.shoppers.truth import Constraint, GroundTruth


@dataclass(frozen=True)
class Exchange:
    """A message and what came of it, `seconds` later."""

    message: Message
    seen: Seen
    seconds: float


@dataclass(frozen=True)
class Judgement:
    """`turns` counts the shopper's messages up to success, or all of them. `cause` of a failure is "" in a success.

    Violations, repeats and dead ends count turns; `wrong_answers` are a yes or no to the shopper that is not true.
    """

    success: bool
    turns: int
    cause: str
    budget_violations: int
    constraint_violations: int
    questions: int
    questions_twice: int
    repeats: int
    dead_ends: int
    false_noes: int
    wrong_cart_changes: int
    wrong_answers: int
    crashes: int


def judge(need: Need, exchanges: list[Exchange], truth: GroundTruth) -> Judgement:
    """Success: one piece of what meets all hard constraints of the need is in the cart, or, of a need that nothing
    meets, the shopper was told so, with something near shown, and bought nothing."""
    scenes = list(_scenes(need, exchanges))
    reached = _reached(need, scenes, truth)
    asked = [scene.exchange.seen.choices for scene in scenes if scene.exchange.seen.choices]
    return Judgement(
        success=reached is not None,
        turns=reached or len(exchanges),
        cause="" if reached is not None else _cause(need, scenes, truth),
        budget_violations=sum(scene.breaks(truth, budget=True) for scene in scenes),
        constraint_violations=sum(scene.breaks(truth, budget=False) for scene in scenes),
        questions=len(asked),
        questions_twice=len(asked) - len({frozenset(choices) for choices in asked}),
        repeats=sum(_repeats(before.exchange, after.exchange) for before, after in pairwise(scenes)),
        dead_ends=sum(scene.is_dead_end(need, truth) for scene in scenes),
        false_noes=sum(scene.is_false_no(need, truth) for scene in scenes),
        wrong_cart_changes=sum(scene.changes_cart_wrongly for scene in scenes),
        wrong_answers=sum(scene.answers_wrongly(truth) for scene in scenes),
        crashes=sum(bool(scene.exchange.seen.broke) for scene in scenes),
    )


@dataclass(frozen=True)
class Scene:
    """An exchange with what the shopper had said by then (`in_force`) and the cart before it."""

    language: Language
    exchange: Exchange
    in_force: tuple[Constraint, ...]
    cart_before: dict[str, int]

    @property
    def is_list(self) -> bool:
        return self.exchange.message.act in AFTER_WHICH_A_LIST_IS_DUE

    def breaks(self, truth: GroundTruth, *, budget: bool) -> bool:
        """Whether the list holds what breaks a stated budget (or another stated constraint), and the reply hides it.

        The budget has to be named as passed; of another constraint it is enough that nothing fits or this is only near.
        """
        wanted = [each for each in self.in_force if (each.field == "price") == budget]
        broken = any(not each.holds(truth.product(shown)) for shown in self.exchange.seen.listed for each in wanted)
        text = self.exchange.seen.text
        said = hears(text, "dearer") if budget else hears(text, "nothing") or hears(text, "nearest")
        return self.is_list and broken and not said

    def meets(self, need: Need, truth: GroundTruth) -> bool:
        """Whether the list holds something of the kind that meets all that was said."""
        fitting = {product.product_id for product in truth.buyable(need.family.name, self.in_force)}
        return self.is_list and bool(fitting & set(self.exchange.seen.listed))

    def is_dead_end(self, need: Need, truth: GroundTruth) -> bool:
        seen = self.exchange.seen
        honest = hears(seen.text, "nothing") and not truth.buyable(need.family.name, self.in_force)
        return self.is_list and not seen.cards and not seen.choices and not honest

    def is_false_no(self, need: Need, truth: GroundTruth) -> bool:
        there_is = bool(truth.buyable(need.family.name, self.in_force))
        own = own_words(need.family, self.in_force, need.language)
        return self.is_list and there_is and hears_no(self.exchange.seen.text, own) and not self.meets(need, truth)

    @property
    def changes_cart_wrongly(self) -> bool:
        """Anything but one piece more of what was pointed at; that nothing happened is another matter."""
        after = self.exchange.seen.cart
        meant = self.exchange.message.about[:1] if self.exchange.message.act == "add" else ()
        return any(
            after.get(each, 0) != self.cart_before.get(each, 0)
            and not (each in meant and after.get(each, 0) == self.cart_before.get(each, 0) + 1)
            for each in {*after, *self.cart_before}
        )

    def answers_wrongly(self, truth: GroundTruth) -> bool:
        message = self.exchange.message
        if message.asked is None:
            return False
        product = truth.product(message.about[0])
        answer = answer_in(self.exchange.seen.text, words_for(message.asked, self.language))
        return answer != "unknown" and (answer == "yes") != message.asked.holds(product)


def _scenes(need: Need, exchanges: list[Exchange]) -> Iterator[Scene]:
    """A new budget or colour takes the place of the one before."""
    in_force: dict[str, Constraint] = {}
    cart: dict[str, int] = {}
    for exchange in exchanges:
        in_force |= {each.field: each for each in exchange.message.told}
        yield Scene(need.language, exchange, tuple(in_force.values()), cart)
        cart = exchange.seen.cart


def _reached(need: Need, scenes: list[Scene], truth: GroundTruth) -> int | None:
    """After how many messages the need was met; None where it was not."""
    good = {product.product_id for product in truth.buyable(need.family.name, need.constraints)}
    if need.possible:
        return next((at for at, scene in enumerate(scenes, 1) if _one_of(good, scene.exchange.seen.cart)), None)
    if scenes and scenes[-1].exchange.seen.cart:
        return None
    told = (at for at, scene in enumerate(scenes, 1) if _is_told(need, scene))
    return next(told, None)


def _one_of(good: set[str], cart: dict[str, int]) -> bool:
    return any(cart.get(each) == 1 for each in good)


def _is_told(need: Need, scene: Scene) -> bool:
    """The whole need was said, and the answer is an honest no with the nearest that there is."""
    said_all = set(need.constraints) <= set(scene.in_force)
    own = own_words(need.family, scene.in_force, need.language)
    return scene.is_list and said_all and hears_no(scene.exchange.seen.text, own) and bool(scene.exchange.seen.cards)


def _repeats(before: Exchange, after: Exchange) -> bool:
    """The same list again although it was turned down, and not as all that there is."""
    again = bool(after.seen.cards) and set(after.seen.listed) == set(before.seen.listed)
    honest = hears(after.seen.text, "all") or hears(after.seen.text, "nothing")
    return again and after.message.act in REJECTIONS and not honest


def _cause(need: Need, scenes: list[Scene], truth: GroundTruth) -> str:
    """The first of the usual causes that applies."""
    bought = list(scenes[-1].exchange.seen.cart) if scenes else []
    if bought:
        product = truth.product(bought[0])
        if truth.family_of(product.product_id) != need.family.name:
            return "bought another kind of thing"
        broken = next((each for each in need.constraints if not each.holds(product)), None)
        return f"bought what breaks a constraint ({_kind(broken)})" if broken else "got too many of it"
    if not need.possible:
        return "was never told that nothing fits"
    if any(scene.exchange.message.act == "add" for scene in scenes):
        return "could not get it into the cart"
    if any(scene.is_false_no(need, truth) for scene in scenes):
        return "was told that nothing fits, and something does"
    if any(scene.meets(need, truth) and set(need.constraints) <= set(scene.in_force) for scene in scenes):
        return "was shown it and did not get to it"
    kind = any(truth.family_of(shown) == need.family.name for scene in scenes for shown in scene.exchange.seen.listed)
    return "was never shown one that fits" if kind else "was never shown the kind of thing"


def _kind(constraint: Constraint | None) -> str:
    if constraint is None or constraint.field in ("price", "colour"):
        return constraint.field if constraint else ""
    return "feature" if constraint.is_feature else "attribute"
