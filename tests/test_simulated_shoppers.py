"""Simulated shoppers: what they need is true of the store, they see what a page shows, and the judge is not fooled."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import Assistant
from assistant.turn import Cart, CartLine, Evidence, Question, Turn, Understanding
from benchmarks.mgshopdial_replay import lines, named_in
from benchmarks.shoppers.agenda import DEAD_ENDS_BORNE, Shopper
from benchmarks.shoppers.hearing import answer_in, hears, hears_no
from benchmarks.shoppers.judging import Exchange, judge
from benchmarks.shoppers.messages import Message
from benchmarks.shoppers.needs import STYLES, Need, draw, round_down, round_up
from benchmarks.shoppers.reporting import figures, tables, wilson
from benchmarks.shoppers.sayings import phrases
from benchmarks.shoppers.seeing import Card, Seen
from benchmarks.shoppers.styles import with_typos
from benchmarks.shoppers.talking import Dialogue, talk
from benchmarks.shoppers.transcripts import transcript
from benchmarks.shoppers.truth import Constraint, GroundTruth
from data.demo.build import build
from data.demo.specs import load_departments
from data.store import Store

FAMILIES = {"insulated travel mug", "granola", "women's hiking boot", "men's hiking boot"}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("shop") / "demo"
    departments = [
        department.model_copy(update={"families": kept})
        for department in load_departments()
        if (kept := tuple(family for family in department.families if family.name in FAMILIES))
    ]
    build(folder, departments, "a test", seed=7, shoppers=30, reviews=60)
    return Store.open(folder)


@pytest.fixture(scope="module")
def truth(store: Store) -> GroundTruth:
    whole = GroundTruth(store)
    whole.families = [family for family in whole.families if family.name in FAMILIES]
    return whole


@pytest.fixture(scope="module")
def needs(truth: GroundTruth) -> list[Need]:
    return draw(truth, 140, seed=5)


@pytest.fixture(scope="module")
def shop(store: Store) -> Iterator[Assistant]:
    opened = Assistant.open(store.folder, progress=False, llm="none")
    yield opened
    opened.close()


def test_every_product_belongs_to_the_family_that_its_title_names(truth: GroundTruth) -> None:
    """Two families may stand on one shelf."""
    for name in FAMILIES:
        assert len(truth.of_family(name)) >= 15
        for product in truth.of_family(name):
            assert name in product.title
            assert truth.family_of(product.product_id) == name


class TestNeeds:
    def test_the_same_seed_draws_the_same_and_more_of_them_change_none(
        self, truth: GroundTruth, needs: list[Need]
    ) -> None:
        assert draw(truth, 20, seed=5) == needs[:20]
        assert draw(truth, 20, seed=6) != needs[:20]

    def test_a_possible_need_can_be_met_and_an_impossible_one_cannot(
        self, truth: GroundTruth, needs: list[Need]
    ) -> None:
        assert {need.possible for need in needs} == {True, False}
        for need in needs:
            products = truth.buyable(need.family.name, need.constraints)
            assert bool(products) == need.possible, need
            for product in products:
                assert product.in_stock
                assert all(constraint.holds(product) for constraint in need.constraints)

    def test_all_of_it_can_be_said_in_the_shoppers_language(self, needs: list[Need]) -> None:
        said = [(each, need.language) for need in needs for each in (*need.constraints, *need.at_first)]
        assert {language for _, language in said} == {"en", "zh"}
        assert all(phrases(constraint, language) for constraint, language in said)

    def test_there_is_every_kind_of_shopper(self, needs: list[Need]) -> None:
        assert {need.style for need in needs} == set(STYLES)
        for held in ("gift", "vague", "change", "nice"):
            assert 0 < sum(bool(getattr(need, held)) for need in needs) < len(needs), held

    def test_a_change_of_mind_begins_elsewhere_and_ends_at_the_need(self, needs: list[Need]) -> None:
        changing = [need for need in needs if need.change]
        for need in changing:
            assert need.change is not None
            assert need.change.first in need.at_first
            assert need.change.first not in need.constraints
            assert need.change.then in need.constraints

    @given(st.floats(1, 900))
    def test_people_name_round_sums(self, amount: float) -> None:
        assert round_down(amount) <= amount <= round_up(amount)
        assert round_up(amount) == int(round_up(amount))


class TestWords:
    def test_an_opening_names_the_thing_and_what_is_told(self, needs: list[Need]) -> None:
        for need in needs:
            shopper = Shopper(need)
            message = shopper.first()
            names = need.family.chinese if need.language == "zh" else [need.family.name]
            names = [*names, *(synonym.text for synonym in need.family.synonyms)]
            assert need.style == "typos" or any(name.casefold() in message.text.casefold() for name in names), message
            budget = next((each for each in message.told if each.field == "price"), None)
            written = message.text.translate(str.maketrans("０１２３４５６７８９", "0123456789"))
            assert budget is None or f"{budget.most:g}" in written
            assert not any(mark in message.text for mark in "{}|"), message.text

    def test_shoppers_do_not_all_talk_alike(self, needs: list[Need]) -> None:
        texts = {Shopper(need).first().text for need in needs}
        assert len(texts) > 0.9 * len(needs)

    @given(st.text(alphabet="abcdefghij 0123456789$", min_size=1), st.integers(0, 2**32 - 1))
    def test_a_slip_never_touches_a_number(self, message: str, seed: int) -> None:
        slipped = with_typos(message, np.random.default_rng(seed))
        assert [letter for letter in slipped if not letter.isalpha()] == [
            letter for letter in message if not letter.isalpha()
        ]

    def test_a_slip_does_slip(self) -> None:
        slips = {with_typos("a waterproof jacket", np.random.default_rng(seed)) for seed in range(30)}
        assert len(slips) > 10
        assert "a waterproof jacket" not in {slip for slip in slips if len(slip) != len("a waterproof jacket")}


class TestWhatAShopperSees:
    def test_it_is_what_a_page_shows_and_nothing_else(self, truth: GroundTruth) -> None:
        product = truth.of_family("granola")[0]
        turn = Turn(
            session="s",
            number=1,
            message="granola",
            text="Here.",
            understanding=Understanding(intent="search", query="SECRET QUERY"),
            products=[product],
            evidence=Evidence(question=Question(field="SECRET FIELD", choices=["organic"]), suggestions=["more"]),
            cart=Cart(lines=[CartLine(product=product, quantity=2, total=1.0)]),
        )
        seen = Seen.of(turn)
        assert seen.choices == ("organic",)
        assert seen.cart == {product.product_id: 2}
        assert seen.cards == (Card(product.product_id, product.title, product.price, not product.in_stock),)
        shown = json.dumps(dataclasses.asdict(seen))
        assert "SECRET" not in shown
        assert product.description[:30] not in shown

    @pytest.mark.parametrize(
        ("reply", "answer"),
        [
            ("Yes, it is leakproof, says the listing.", "yes"),
            ("On this mug, the listing says: “A leakproof lid keeps bags dry.”", "yes"),
            ("No. By its listing, the mug is not leakproof.", "no"),
            ("It isn't leakproof.", "no"),
            ("The listing of the mug doesn't say. I'd rather not guess.", "unknown"),
            ("I find nothing for “fisrt one” here.", "unknown"),
            ("是的，防漏。", "yes"),
            ("不是，这款不防漏。", "no"),
            ("商品信息没有说明。", "unknown"),
        ],
    )
    def test_a_reply_is_read_as_people_read_it(self, reply: str, answer: str) -> None:
        assert answer_in(reply, ("leakproof", "防漏")) == answer

    def test_an_honest_no_is_told_from_a_misunderstanding(self) -> None:
        own = ("travel mug", "leakproof")
        assert hears_no("Nothing fits with “leakproof”. Without it I found 3 products:", own)
        assert hears_no("Nothing under $9.00 fits; the cheapest that does is $14.00:", own)
        assert not hears_no("I find nothing for “that's final” here.", own)
        assert not hears_no("Here is what fits: 3 products.", own)

    def test_what_is_dearer_has_to_be_said(self) -> None:
        assert hears("Nothing under $9.00 fits; the cheapest that does is $14.00:", "dearer")
        assert hears("没有9美元以下的，最便宜的是14美元：", "dearer")
        assert not hears("Here is what fits: 3 products.", "dearer")
        assert not hears("The cheapest of 3 products is a mug.", "dearer")


def mug_need(truth: GroundTruth, needs: list[Need], constraints: tuple[Constraint, ...], *, possible: bool) -> Need:
    family = next(family for family in truth.families if family.name == "insulated travel mug")
    return replace(
        needs[0], family=family, constraints=constraints, possible=possible, language="en", change=None, nice=None
    )


class TestTheJudge:
    """Conversations written by hand, of which a person can tell how they went."""

    def cards(self, truth: GroundTruth, *product_ids: str) -> tuple[Card, ...]:
        products = [truth.product(product_id) for product_id in product_ids]
        return tuple(Card(each.product_id, each.title, each.price) for each in products)

    def test_what_meets_the_need_in_the_cart_is_a_success(self, truth: GroundTruth, needs: list[Need]) -> None:
        budget = Constraint.budget(30)
        good = truth.buyable("insulated travel mug", [budget])[0].product_id
        need = mug_need(truth, needs, (budget,), possible=True)
        found = judge(
            need,
            [
                Exchange(Message("open", "a mug under $30", (budget,)), Seen("Here.", self.cards(truth, good)), 0.1),
                Exchange(Message("add", "the first", about=(good,)), Seen("Added.", cart={good: 1}), 0.1),
            ],
            truth,
        )
        assert found.success
        assert found.turns == 2
        assert (found.budget_violations, found.wrong_cart_changes, found.dead_ends) == (0, 0, 0)

    def test_what_breaks_it_is_not_and_neither_is_thirty_of_it(self, truth: GroundTruth, needs: list[Need]) -> None:
        budget = Constraint.budget(30)
        good = truth.buyable("insulated travel mug", [budget])[0].product_id
        dear = next(each for each in truth.of_family("insulated travel mug") if each.price > 30).product_id
        need = mug_need(truth, needs, (budget,), possible=True)
        bought = Message("add", "the first", about=(dear,))
        found = judge(need, [Exchange(bought, Seen("Added.", cart={dear: 1}), 0.1)], truth)
        assert not found.success
        assert found.cause == "bought what breaks a constraint (price)"
        many = Message("add", "the first", about=(good,))
        found = judge(need, [Exchange(many, Seen("Added.", cart={good: 30}), 0.1)], truth)
        assert not found.success
        assert found.wrong_cart_changes == 1

    def test_a_list_above_the_budget_counts_unless_the_reply_says_so(
        self, truth: GroundTruth, needs: list[Need]
    ) -> None:
        budget = Constraint.budget(30)
        dear = next(each for each in truth.of_family("insulated travel mug") if each.price > 30).product_id
        need = mug_need(truth, needs, (budget,), possible=True)
        opening = Message("open", "a mug under $30", (budget,))

        def violations(text: str, message: Message = opening) -> int:
            return judge(need, [Exchange(message, Seen(text, self.cards(truth, dear)), 0.1)], truth).budget_violations

        assert violations("Here is what fits.") == 1
        assert violations("Nothing under $30 fits; the cheapest that does is $31:") == 0
        assert violations("Here is what fits.", Message("open", "a mug")) == 0  # no budget was stated
        assert violations("It costs $31.", Message("ask", "is it leakproof?", (budget,), about=(dear,))) == 0

    def test_a_false_no_is_told_from_an_honest_one(self, truth: GroundTruth, needs: list[Need]) -> None:
        cheap, mean = Constraint.budget(30), Constraint.budget(2)
        shown = Seen(
            "Nothing under that fits; the cheapest that does is this:", self.cards(truth, self._dearest(truth))
        )
        possible, impossible = (mug_need(truth, needs, (budget,), possible=budget is cheap) for budget in (cheap, mean))
        false = judge(possible, [Exchange(Message("open", "a mug", (cheap,)), shown, 0.1)], truth)
        honest = judge(impossible, [Exchange(Message("open", "a mug", (mean,)), shown, 0.1)], truth)
        assert (false.false_noes, false.success) == (1, False)
        assert (honest.false_noes, honest.success) == (0, True)

    def _dearest(self, truth: GroundTruth) -> str:
        return max(truth.of_family("insulated travel mug"), key=lambda each: each.price).product_id

    def test_repeats_and_dead_ends(self, truth: GroundTruth, needs: list[Need]) -> None:
        need = mug_need(truth, needs, (Constraint.budget(100),), possible=True)
        cards = self.cards(truth, self._dearest(truth))
        found = judge(
            need,
            [
                Exchange(Message("open", "a mug"), Seen("Here.", cards), 0.1),
                Exchange(Message("over_budget", "too expensive"), Seen("Here.", cards), 0.1),
                Exchange(Message("again", "a mug!"), Seen("I didn't catch that."), 0.1),
                Exchange(Message("again", "a mug!"), Seen("Which?", choices=("big", "small")), 0.1),
            ],
            truth,
        )
        assert (found.repeats, found.dead_ends, found.questions) == (1, 1, 1)
        assert not found.success

    @given(st.integers(0, 200), st.integers(0, 200))
    def test_an_interval_holds_its_share(self, successes: int, failures: int) -> None:
        trials = successes + failures
        low, high = wilson(successes, trials)
        assert 0 <= round(low, 9) <= round(high, 9) <= 1
        assert trials == 0 or round(low, 9) <= successes / trials <= round(high, 9)


class TestConversations:
    def test_talking_to_the_real_assistant(self, shop: Assistant, truth: GroundTruth, needs: list[Need]) -> None:
        dialogues = [talk(shop, need, f"s{number}", truth) for number, need in enumerate(needs[:21])]
        english = [each for each in dialogues if each.need.language == "en"]
        assert sum(each.judgement.success for each in english) >= len(english) / 3
        for dialogue in dialogues:
            assert dialogue.exchanges[-1].message.last
            assert len(dialogue.exchanges) <= dialogue.need.patience + 1
            for exchange in dialogue.exchanges:
                assert f"> {exchange.message.text}" in transcript(dialogue)
        found = figures(dialogues)
        assert found["dialogues"] == 21
        assert found["success"] <= found["success_at_length"]
        assert found["dialogues.en"] + found["dialogues.zh"] == 21
        assert set(tables(dialogues)) == {"dialogues", "dialogues.styles", "dialogues.causes"}

    def test_the_same_shopper_in_the_same_shop_says_the_same(
        self, shop: Assistant, truth: GroundTruth, needs: list[Need]
    ) -> None:
        need = next(need for need in needs if need.language == "en" and need.possible)
        first, second = (self._said(talk(shop, need, session, truth)) for session in ("once", "twice"))
        assert first == second

    def _said(self, dialogue: Dialogue) -> list[str]:
        return [exchange.message.text for exchange in dialogue.exchanges]

    def test_a_shopper_gives_up_on_a_shop_that_says_nothing(self, needs: list[Need]) -> None:
        for need in needs[:40]:
            shopper = Shopper(need)
            message, said = shopper.first(), 1
            while not message.last:
                message, said = shopper.next(Seen("…")), said + 1
            assert said == DEAD_ENDS_BORNE + 2 <= need.patience
            assert message.act == "give_up"

    def test_a_shopper_buys_from_a_shop_that_shows_the_right_thing_at_once(
        self, truth: GroundTruth, needs: list[Need]
    ) -> None:
        """A shop that knows the need and is obeyed by its cart: nobody should need more than six messages there."""
        possible = [need for need in needs if need.possible]
        for need in possible:
            good = truth.buyable(need.family.name, need.constraints)[0]
            card = Card(good.product_id, good.title, good.price)
            shopper = Shopper(need)
            message = shopper.first()
            exchanges: list[Exchange] = []
            while True:
                cart = {good.product_id: 1} if message.act == "add" else {}
                words = "Yes." if message.act == "ask" else "Here is what fits."
                exchanges.append(Exchange(message, Seen(words, (card,), cart=cart), 0.0))
                if message.last:
                    break
                message = shopper.next(exchanges[-1].seen)
            found = judge(need, exchanges, truth)
            assert found.success, need
            assert found.turns <= 6, (need, [each.message.text for each in exchanges])


class TestReplay:
    def test_neighbouring_utterances_are_one_message(self) -> None:
        said = [
            {"participant": "Wizard", "utterance": "Hello", "goal": "meta"},
            {"participant": "Client", "utterance": "Hi", "goal": "meta"},
            {"participant": "Client", "utterance": "a pen? ", "goal": "search"},
            {"participant": "Client", "utterance": "a red one", "goal": "search"},
            {"participant": "Wizard", "utterance": "This one.", "goal": "search"},
            {"participant": "Client", "utterance": "ok", "goal": "meta"},
        ]
        told = list(lines(said))
        assert [line.text for line in told] == ["Hi a pen? a red one", "ok"]
        assert [line.goal for line in told] == ["search", "meta"]
        assert [line.answer for line in told] == ["This one.", ""]

    def test_items_are_known_by_their_title_or_by_words_of_their_own(self) -> None:
        items = ["1922 by Ann Ball", "Blue Summer by Ann Ball", "Zig Zag Runner Shoe, red", "Zig Trail Shoe, red"]
        assert named_in("I have 1922 and blue summer", items) == {items[0], items[1]}
        assert named_in("both by Ann Ball, or red shoes", items) == frozenset()
        assert named_in("the zag runner", items) == {items[2]}


def test_the_words_of_shoppers_lie_beside_their_code() -> None:
    folder = Path(__file__).parent.parent / "benchmarks" / "shoppers" / "wording"
    assert {file.name for file in folder.glob("*.yaml")} == {"en.yaml", "zh.yaml", "heard.yaml", "sayings.yaml"}
