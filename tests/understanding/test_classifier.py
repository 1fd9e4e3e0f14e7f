"""The fast path learns from the examples, keeps what it learnt, and never does what the conversation does not allow."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.state import DialogueState
from assistant.turn import Intent
from assistant.understanding.classifier import Classifier, Guess, load_or_train, sentences, settled_by
from assistant.understanding.classifier.examples import examples
from assistant.understanding.classifier.features import Message, block
from assistant.understanding.classifier.grouping import paraphrases
from assistant.understanding.classifier.kept import CARD, FOLDER, WEIGHTS
from assistant.understanding.classifier.model import allows, best, calibrated, intent_of
from assistant.understanding.exact import read_exact
from assistant.understanding.language import has_cjk
from assistant.understanding.references import References, resolve
from assistant.understanding.said import Said
from assistant.understanding.vocabulary import Vocabulary
from assistant.understanding.wording import wanted_words
from data.errors import AisleError
from data.records import Product
from retrieval.encoder import Encoder

# Said by nobody in the examples: what is tested here was not learnt by heart.
UNHEARD = [
    ("my mother in law is coming for her birthday and i have got nothing to give her", Message, {}, "recommend"),
    ("would that one survive the washing machine?", Message, {"listed": True, "single": True}, "ask_product"),
    ("do you charge anything for sending it to finland", Message, {"listed": True}, "ask_policy"),
    ("aw that's really sweet", Message, {"listed": True}, "smalltalk"),
    ("great, stick it in my basket then", Message, {"listed": True, "single": True}, "cart"),
    ("i'd rather see the green ones", Message, {"listed": True}, "refine"),
    ("which of those two would last me longer", Message, {"listed": True}, "compare"),
    ("my parcel was meant to be here last tuesday", Message, {}, "order"),
    ("can i please get a real employee on the line", Message, {}, "handoff"),
    ("what's the weather going to be in madrid", Message, {}, "out_of_scope"),
    ("这个洗衣机能洗吗", Message, {"listed": True, "single": True}, "ask_product"),
    ("寄到香港运费多少", Message, {}, "ask_policy"),
    ("謝謝你啦", Message, {"listed": True}, "smalltalk"),
    ("快递怎么三天了还没到", Message, {}, "order"),
]


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    encoder = Encoder()
    try:
        _ = encoder.model
    except AisleError as error:
        pytest.skip(f"the encoder cannot be fetched: {error}")
    return encoder


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("index")


@pytest.fixture(scope="session")
def classifier(index: Path, encoder: Encoder) -> Classifier:
    return load_or_train(index, encoder)


def test_there_are_many_examples_of_every_meaning_in_both_languages() -> None:
    lines = {(example.label, example.line): example for example in examples() if example.written}
    assert len(lines) > 600
    for label in {label for label, _ in lines}:
        texts = [example.text for (of, _), example in lines.items() if of == label]
        chinese = sum(map(has_cjk, texts))
        assert len(texts) >= 30, label
        assert chinese >= 10, label
        assert len(texts) - chinese >= 20, label


def test_the_examples_are_made_the_same_every_time() -> None:
    first = examples()
    examples.cache_clear()
    assert examples() == first


def test_a_paraphrase_never_lies_on_both_sides_of_a_test() -> None:
    groups: dict[int, set[int]] = {}
    for example in examples():
        groups.setdefault(example.line, set()).add(example.group)
    assert all(len(of) == 1 for of in groups.values())
    alike = paraphrases(
        [("refine", "do you have it in {colour}"), ("refine", "have it in {colour} please"), ("cart", "x")]
    )
    assert alike[0] == alike[1] != alike[2]


@pytest.mark.parametrize(("text", "kind", "situation", "intent"), UNHEARD)
def test_it_understands_what_it_has_not_heard(
    classifier: Classifier, encoder: Encoder, text: str, kind: type[Message], situation: dict[str, bool], intent: str
) -> None:
    assert text not in {example.text for example in examples()}
    guess = classifier.read(kind(text, **situation), encoder.encode_query(text))
    assert guess.intent == intent


def test_it_is_sure_of_what_is_plain_and_unsure_of_noise(classifier: Classifier, encoder: Encoder) -> None:
    plain = classifier.read(Message("can i pay by credit card?"), encoder.encode_query("can i pay by credit card?"))
    noise = classifier.read(Message("qwop zxcv blee"), encoder.encode_query("qwop zxcv blee"))
    assert plain.confidence > classifier.confident
    assert noise.intent == "search" or noise.confidence < classifier.confident  # looked up, or left to others


def test_what_was_learnt_is_kept_and_read_again(index: Path, classifier: Classifier, encoder: Encoder) -> None:
    written = (index / FOLDER / WEIGHTS).stat().st_mtime_ns
    again = load_or_train(index, encoder)
    assert (index / FOLDER / WEIGHTS).stat().st_mtime_ns == written
    assert np.array_equal(again.weights.dense, classifier.weights.dense)
    assert (again.labels, again.confident) == (classifier.labels, classifier.confident)


@pytest.mark.parametrize(
    "damage", ["cut short", "other bytes", "no card", "a card of something else", "other examples"]
)
def test_a_damaged_file_is_made_anew(index: Path, classifier: Classifier, encoder: Encoder, damage: str) -> None:
    card, weights = index / FOLDER / CARD, index / FOLDER / WEIGHTS
    whole = weights.read_bytes()
    match damage:
        case "cut short":
            weights.write_bytes(whole[: len(whole) // 2])
        case "other bytes":
            weights.write_bytes(whole[:-4] + b"\1\2\3\4")
        case "no card":
            card.unlink()
        case "a card of something else":
            card.write_text("[1, 2]", encoding="utf-8")
        case "other examples":
            changed = json.loads(card.read_text(encoding="utf-8")) | {"made_from": "others"}
            card.write_text(json.dumps(changed), encoding="utf-8")
    again = load_or_train(index, encoder)
    assert weights.read_bytes() == whole
    assert again.confident == classifier.confident


@given(st.text(max_size=60), st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_nothing_is_read_into_a_message_that_the_conversation_does_not_offer(
    text: str, listed: bool, single: bool, in_cart: bool, asked: bool
) -> None:
    """Whatever the weights say: the probabilities are of what is possible, and sum to one."""
    message = Message(text, listed, single, in_cart, asked)
    labels = tuple(sorted({example.label for example in examples()}))
    logits = np.linspace(-30, 30, len(labels))[None]
    shares = calibrated(logits, [message], labels, 0.7)[0]
    assert shares.sum() == pytest.approx(1)
    guess = best(shares, labels)
    assert allows(message, guess.label)
    assert 0 < guess.confidence <= 1 + 1e-9
    if not in_cart:
        assert guess.label not in ("cart.remove", "cart.set", "cart.clear")


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_features_have_one_width_and_no_gaps(texts: list[str]) -> None:
    found = block([Message(text) for text in texts], np.zeros((len(texts), 8), dtype=np.float32))
    assert found.dense.shape[0] == found.grams.shape[0] == len(texts)
    assert np.isfinite(found.dense).all()
    assert np.isfinite(found.grams.data).all()


def said(text: str, vocabulary: Vocabulary, shown: list[Product], focus: tuple[str, ...] = ()) -> Said:
    state = DialogueState(shown=[product.product_id for product in shown], focus=list(focus))
    references = resolve(text, shown, focus, shown)
    return Said(text, wanted_words(text), read_exact(text, vocabulary), references, References(), state)


@pytest.mark.parametrize(
    ("text", "focus", "problem"),
    [
        ("deal", (), "which_one"),
        ("sold", ("mug-red",), ""),
        ("i'm buying the second one", (), ""),
        ("ok i'd go for a wooden spoon", ("mug-red",), "which_one"),
    ],
)
def test_only_what_code_has_found_goes_into_the_cart(
    vocabulary: Vocabulary, mugs: list[Product], text: str, focus: tuple[str, ...], problem: str
) -> None:
    settled = settled_by(Guess("cart.add", 0.99), said(text, vocabulary, mugs, focus))
    assert (settled.intent, settled.operation) == ("cart", "add")
    assert settled.problem == problem


@pytest.mark.parametrize("kind", ["remove", "set", "clear"])
def test_a_guess_never_takes_anything_out_of_the_cart(vocabulary: Vocabulary, mugs: list[Product], kind: str) -> None:
    settled = settled_by(Guess(f"cart.{kind}", 0.99), said("the lot of it", vocabulary, mugs))
    assert settled.operation == "view"


def test_every_label_leads_to_an_intent(vocabulary: Vocabulary, mugs: list[Product]) -> None:
    known = set(Intent.__args__)  # type: ignore[attr-defined]
    for label in {example.label for example in examples()}:
        assert settled_by(Guess(label, 0.9), said("well then", vocabulary, mugs)).intent in known
        assert intent_of(label) in known


def test_the_sentence_that_asks_is_found_behind_a_remark() -> None:
    assert sentences("Nice. Does it have a lid?") == ["Nice.", "Does it have a lid?"]
    assert sentences("does it have a lid?") == []
    assert sentences("不错。防水吗？") == ["不错", "防水吗"]
    assert sentences("costs 3.50 or so") == []
