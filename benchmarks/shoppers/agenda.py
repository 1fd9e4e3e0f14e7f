"""The shopper: an agenda of what is still to be said and done, and what each reply adds to it or takes from it.

After Schatzmann et al. 2007, "Agenda-Based User Simulation for Bootstrapping a POMDP Dialogue System": the goal is
hidden, the agenda is a stack, and each system turn, as the shopper sees it, pushes reactions on top. All chance comes
from the need's own seed, and from nothing that the assistant thinks.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.shoppers.hearing import answer_in, hears, hears_no
from benchmarks.shoppers.looking import Eyes
from benchmarks.shoppers.messages import AFTER_WHICH_A_LIST_IS_DUE, Act, Message
from benchmarks.shoppers.needs import Need
from benchmarks.shoppers.pointing import point_at
from benchmarks.shoppers.sayings import own_words, words_for
from benchmarks.shoppers.seeing import Card, Seen
from benchmarks.shoppers.truth import Constraint
from benchmarks.shoppers.wording import Voice

SHARE_CAREFUL = 0.35  # ask about what a card does not show before it is bought
SHARE_COMPARING = 0.12
SHARE_TAKING_NO_FOR_AN_ANSWER = 0.6  # the others ask once more
ATTEMPTS_TO_BUY = 2
DEAD_ENDS_BORNE = 3


class Shopper:
    """Someone with a need: `first` opens the conversation, `next` goes on from what is seen."""

    def __init__(self, need: Need) -> None:
        self.need = need
        self._rng = np.random.default_rng(need.manner)
        self._voice = Voice(need, self._rng)
        self._eyes = Eyes(need.family)
        self._wanted = list(need.at_first)
        self._told: list[Constraint] = []
        self._change_due = need.change is not None
        self._nice_due = need.nice is not None
        self._compare_due = need.change is None and self._rng.random() < SHARE_COMPARING
        self._careful = self._rng.random() < SHARE_CAREFUL
        self._asked_of: set[str] = set()
        self._struck: set[str] = set()
        self._earlier: dict[str, Card] = {}
        self._buying = 0
        self._said_no = 0
        self._silences = 0
        self._said = 0
        self._last = Message("open", "")

    def first(self) -> Message:
        told = [] if self.need.vague else self._wanted
        return self._say("open", self._voice.opening(told), told)

    def next(self, seen: Seen) -> Message:
        """The answer to a turn. The last one is a farewell."""
        if self._last.act == "add" and self._last.about[0] in seen.cart:
            return self._say("thanks", self._voice.say("thanks"))
        if self._said >= self.need.patience:
            return self._say("give_up", self._voice.say("give_up"))
        reactions: tuple[Callable[[Seen], Message | None], ...] = (
            self._after_buying,
            self._after_asking,
            self._to_a_no,
            self._to_a_question,
            self._to_silence,
        )
        for react in reactions:
            if message := react(seen):
                return message
        message = self._go_on(seen)
        self._earlier |= {card.product_id: card for card in seen.cards}
        return message

    def _say(self, act: Act, text: str, told: list[Constraint] | None = None, **meaning: object) -> Message:
        self._said += 1
        self._told += [each for each in told or [] if each not in self._told]
        self._last = Message(act, text, tuple(told or ()), **meaning)  # type: ignore[arg-type]
        return self._last

    @property
    def _untold(self) -> list[Constraint]:
        return [each for each in self._wanted if each not in self._told]

    # Reactions: what a reply puts on top of the agenda.

    def _after_buying(self, seen: Seen) -> Message | None:
        """It did not get into the cart: point at it in another way, or give that one up."""
        if self._last.act != "add":
            return None
        card = self._earlier.get(self._last.about[0])
        if card is None or self._buying >= ATTEMPTS_TO_BUY:
            self._struck.add(self._last.about[0])
            self._buying = 0
            return None
        return self._buy(card, seen, by_name=True)

    def _after_asking(self, seen: Seen) -> Message | None:
        asked, self._last = self._last, Message(self._last.act, self._last.text, self._last.told, self._last.about)
        if asked.asked is None:
            return None
        card = self._earlier[asked.about[0]]
        if answer_in(seen.text, words_for(asked.asked, self.need.language)) == "yes":
            return self._buy(card, seen)
        self._struck.add(card.product_id)
        left = [each for each in self._earlier.values() if self._suits(each)]
        return self._ask_or_buy(left[0], seen) if left else None

    def _to_a_no(self, seen: Seen) -> Message | None:
        """Nothing fits, says the shop. All is said, and nothing that is shown fits: so it is."""
        due = self._last.act in AFTER_WHICH_A_LIST_IS_DUE
        own = own_words(self.need.family, self._told, self.need.language)
        if not due or self._untold or self._fitting(seen) or not hears_no(seen.text, own):
            return None
        if self._change_due:
            return self._change()
        self._said_no += 1
        if self._said_no > 1 or self._rng.random() < SHARE_TAKING_NO_FOR_AN_ANSWER:
            return self._say("accept_no", self._voice.say("accept_no"))
        return self._say("again", self._voice.insistence(self._wanted, "again"), self._wanted)

    def _to_a_question(self, seen: Seen) -> Message | None:
        if not seen.choices or (self._fitting(seen) and not self._untold):
            return None
        for choice in seen.choices:
            for constraint in self._wanted:
                words = words_for(constraint, self.need.language)
                if not constraint.negated and self._eyes.is_choice(choice, constraint, words):
                    return self._say("answer", self._voice.say("answer", choice=choice), [constraint])
        if self._untold:
            told = self._untold[:2]
            return self._say("answer", self._voice.statement("answer_and", told), told)
        return self._say("answer", self._voice.say("dont_care"))

    def _to_silence(self, seen: Seen) -> Message | None:
        """A list was due, and nothing came: say it again by its proper name, but not for ever."""
        if self._last.act not in AFTER_WHICH_A_LIST_IS_DUE or seen.cards:
            return None
        self._silences += 1
        if self._silences > DEAD_ENDS_BORNE:
            return self._say("give_up", self._voice.say("give_up"))
        return self._say("again", self._voice.insistence(self._wanted, "again"), self._wanted)

    # The agenda itself, top first.

    def _go_on(self, seen: Seen) -> Message:
        of_the_kind = [card for card in seen.cards if self._eyes.is_family(card)]
        if seen.cards and not of_the_kind and self._last.act in AFTER_WHICH_A_LIST_IS_DUE:
            return self._say("insist", self._voice.insistence(self._wanted), self._wanted)
        if self._untold:
            told = self._untold[: 1 + (self._rng.random() < 0.6 or self._change_due)]
            return self._say("inform", self._voice.statement("inform", told), told)
        if self._change_due:
            return self._change()
        if self._nice_due and self.need.nice:
            self._nice_due = False
            return self._say("nice", self._voice.statement("nice", [self.need.nice]))
        if fitting := self._fitting(seen):
            return self._choose(fitting, seen)
        return self._reject(of_the_kind, seen)

    def _change(self) -> Message:
        change = self.need.change
        assert change is not None, "a change is due only where there is one"
        self._change_due = False
        self._wanted = list(self.need.constraints)
        return self._say("change", self._voice.statement("change", [change.then]), [change.then])

    def _choose(self, fitting: list[Card], seen: Seen) -> Message:
        if self._compare_due and len(fitting) > 1:
            self._compare_due = False
            one, two = (point_at(card, seen, self._voice, self._rng) for card in fitting[:2])
            self._earlier |= {card.product_id: card for card in fitting}
            about = tuple(card.product_id for card in fitting[:2])
            return self._say("compare", self._voice.say("compare", one=one, two=two), about=about)
        cheapest = min(fitting, key=lambda card: card.price)
        return self._ask_or_buy(cheapest if self._rng.random() < 0.25 else fitting[0], seen)

    def _ask_or_buy(self, card: Card, seen: Seen) -> Message:
        self._earlier[card.product_id] = card
        hidden = [each for each in self._wanted if self._eyes.shows(card, each) is None and self._voice.can_ask(each)]
        wary = self._careful or hears(seen.text, "nearest")
        if hidden and wary and card.product_id not in self._asked_of:
            self._asked_of.add(card.product_id)
            it = point_at(card, seen, self._voice, self._rng)
            question = self._voice.question(hidden[0], it)
            if question:
                return self._say("ask", question, about=(card.product_id,), asked=hidden[0])
        return self._buy(card, seen)

    def _buy(self, card: Card, seen: Seen, *, by_name: bool = False) -> Message:
        self._buying += 1
        self._earlier[card.product_id] = card
        beside = card.product_id in seen.listed
        if by_name or not beside:
            it = self._voice.pick(self._voice.words("by_title"), title=card.title)
            act = "add" if beside else "add_back"
        else:
            it, act = point_at(card, seen, self._voice, self._rng, spoken_of=self._last.about), "add"
        return self._say("add", self._voice.say(act, it=it), about=(card.product_id,))

    def _reject(self, of_the_kind: list[Card], seen: Seen) -> Message:
        """Nothing that is shown will do: take what was shown before, or say what is wrong with this."""
        before = [card for card in self._earlier.values() if self._suits(card)]
        if before:
            return self._ask_or_buy(before[0], seen)
        for constraint in self._wanted:
            if of_the_kind and all(self._eyes.shows(card, constraint) is False for card in of_the_kind):
                act: Act = "over_budget" if constraint.field == "price" else "wrong"
                return self._say(act, self._voice.statement(act, [constraint]), [constraint])
        if self._last.act == "more" and hears(seen.text, "all"):
            return self._say("give_up", self._voice.say("give_up"))
        return self._say("more", self._voice.say("more"))

    # What the shopper can tell by looking.

    def _fitting(self, seen: Seen) -> list[Card]:
        return [card for card in seen.cards if self._suits(card)]

    def _suits(self, card: Card) -> bool:
        if card.product_id in self._struck or card.sold_out or not self._eyes.is_family(card):
            return False
        return all(self._eyes.shows(card, each) is not False for each in self._wanted)
