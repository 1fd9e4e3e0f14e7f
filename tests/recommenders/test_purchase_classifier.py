"""A small encoder learns who buys what from titles alone: the questions, the training, the probabilities."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit

from benchmarks.purchase_classifier import logistic
from data.errors import AisleError
from recommenders.interactions import Interactions
from recommenders.ranking.calibration import classification
from recommenders.transfer import (
    Pairs,
    PairSettings,
    PurchaseClassifier,
    TrainingSettings,
    Window,
    area_under_curve,
    pairs_in,
)
from recommenders.transfer.purchase_classifier import UNCALIBRATED, ClassifierSettings
from tests.recommenders.logs import FIRST_DAY, purchases_on_days

COLOURS = ["red", "blue", "green", "black"]
THINGS = ["mug", "lamp", "scarf", "clock", "bag", "tin"]
QUICK = TrainingSettings(epochs=4, batch=16, rate=3e-3, head_rate=3e-3, check_every=10, patience=100)
START = 50  # the day at which the window opens


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers that has learnt nothing."""
    return small_encoder(tmp_path_factory.mktemp("encoder"), seed=0)


def small_encoder(folder: Path, seed: int) -> Path:
    import torch  # noqa: PLC0415
    from transformers import BertConfig, BertModel, BertTokenizerFast  # noqa: PLC0415

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ";", *COLOURS, *THINGS]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def by_colour(n: int, seed: int) -> Pairs:
    """Shoppers stay with their colour: yes where the candidate has the colour of the past."""
    rng = np.random.default_rng(seed)
    own = rng.integers(0, len(COLOURS), n)
    asked = np.where(rng.random(n) < 0.5, own, (own + rng.integers(1, len(COLOURS), n)) % len(COLOURS))
    thing = rng.integers(0, len(THINGS), (n, 3))
    pairs = Pairs.asking(
        [[f"{COLOURS[c]} {THINGS[a]}", f"{COLOURS[c]} {THINGS[b]}"] for c, (a, b, _) in zip(own, thing, strict=True)],
        [f"{COLOURS[c]} {THINGS[t]}" for c, t in zip(asked, thing[:, 2], strict=True)],
    )
    return Pairs(pairs.recent, pairs.candidate, own == asked, pairs.user, pairs.item)


def log_of(rows: list[tuple[int, int, int]], n_items: int) -> Interactions:
    """(shopper, item, day)."""
    return purchases_on_days(rows, [str(item) for item in range(n_items)])


def day(number: int) -> int:
    return int(FIRST_DAY.timestamp()) + number * 86_400


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 99)), min_size=1, max_size=80),
    negatives=st.integers(1, 3),
    known=arrays(bool, 10),
)
def test_questions_keep_their_rules(rows: list[tuple[int, int, int]], negatives: int, known: np.ndarray) -> None:
    log = log_of(rows, 10)
    chosen = PairSettings(negatives=negatives, recent=3)
    pairs = pairs_in(log, list(log.items.ids), Window(day(START), day(80)), chosen, known, known)
    bought = {(str(user), str(item), when) for user, item, when in rows}
    before = {(user, item) for user, item, when in bought if when < START}
    then = {(user, item) for user, item, when in bought if START <= when < 80}
    for recent, candidate, yes, user_index in zip(pairs.recent, pairs.candidate, pairs.bought, pairs.user, strict=True):
        user = log.users[int(user_index)]
        assert ((user, candidate) in then) == yes
        assert (user, candidate) not in before
        assert known[int(candidate)]
        assert candidate in {item for _, item in before}
        told = recent.split("; ")
        assert 1 <= len(told) <= 3
        assert all((user, title) in before and known[int(title)] for title in told)
    assert int((~pairs.bought).sum()) <= negatives * int(pairs.bought.sum())
    first_bought = {(user, item) for user, item in then - before if known[int(item)] and item in {i for _, i in before}}
    with_past = {user for user, item in before if known[int(item)]}
    assert int(pairs.bought.sum()) == len([user for user, _ in first_bought if user in with_past])


def shop(shoppers: int = 600) -> Interactions:
    """Item 0 sells nine times as often as each of 1–4 before the window; in it everybody buys item 5."""
    rng = np.random.default_rng(0)
    rows = [(user, int(item), 1) for user in range(shoppers) for item in rng.choice(5, 1, p=[9 / 13, *[1 / 13] * 4])]
    rows += [(user, 5, START + 1) for user in range(shoppers)] + [(shoppers, 5, 0)]
    return log_of(rows, 6)


def test_negatives_follow_popularity_and_the_limits_hold() -> None:
    log = shop()
    window = Window(day(START), day(99))
    pairs = pairs_in(log, list(log.items.ids), window, PairSettings(limit=200))
    assert pairs.bought.sum() == 200
    assert 380 <= len(pairs) <= 400
    # Those who own item 0 cannot be asked about it: of the others, 9 of 12 or so are.
    others = ~pairs.bought & np.array(["0" not in recent for recent in pairs.recent])
    share = np.mean([candidate == "0" for candidate, other in zip(pairs.candidate, others, strict=True) if other])
    assert 0.6 < share < 0.95
    again = pairs_in(log, list(log.items.ids), window, PairSettings(limit=200))
    assert (again.recent, again.candidate) == (pairs.recent, pairs.candidate)


def test_the_titles_told_are_the_latest_or_those_closest_to_the_candidate() -> None:
    log = log_of([(0, item, item) for item in range(6)] + [(1, 6, 1), (1, 7, 2), (0, 6, START)], 8)
    window, chosen = Window(day(START), day(99)), PairSettings(recent=2)
    vectors = np.eye(8, dtype=np.float32)
    vectors[6] = (vectors[0] + vectors[1]) / np.sqrt(2)
    titles = list(log.items.ids)
    assert pairs_in(log, titles, window, chosen).recent[0] == "5; 4"
    closest = pairs_in(log, titles, window, chosen, vectors=vectors)
    assert set(closest.recent[list(closest.bought).index(True)].split("; ")) == {"0", "1"}


def test_a_log_without_answers_gives_no_questions() -> None:
    for log in (Interactions.empty(log_of([(0, 0, 0)], 2).items), log_of([(0, 0, 0)], 2)):
        assert len(pairs_in(log, ["a", "b"], Window(day(START), day(99)))) == 0


def test_the_encoder_learns_who_buys_what(encoder: Path) -> None:
    told: list[tuple[str, float]] = []
    model = PurchaseClassifier.open(encoder)
    test = by_colour(300, seed=3)
    untrained = classification(model.probabilities(test), test.bought, 0.5)
    model.fit(by_colour(480, 1), by_colour(100, 2), lambda what, share: told.append((what, share)), QUICK)
    said = model.probabilities(test)
    found = classification(said, test.bought, 0.5)
    assert found.accuracy > 0.9 > untrained.accuracy
    assert area_under_curve(said, test.bought) > 0.95
    assert found.ece < 0.08
    losses = [point.loss for point in model.history]
    assert len(losses) == 4 * 30
    assert np.mean(losses[-20:]) < 0.5 * np.mean(losses[:20])
    assert [point.step for point in model.history if point.validation is not None] == [*range(10, 121, 10)]
    assert told[-1][1] == 1.0
    assert told[-1][0].startswith("loss ")


def test_only_the_upper_layers_change(encoder: Path) -> None:
    model = PurchaseClassifier.open(encoder, ClassifierSettings(trained_layers=1))
    network = model._network
    before = {name: value.clone() for name, value in network.state_dict().items()}
    model.fit(by_colour(64, 1), by_colour(16, 2), training=TrainingSettings(batch=16))
    changed = {name for name, value in network.state_dict().items() if not value.equal(before[name])}
    assert changed == set(network.learnt())
    assert all(name.startswith(("encoder.encoder.layer.1.", "head.")) for name in changed)


class KilledError(Exception):
    pass


def test_a_killed_training_goes_on_as_if_nothing_had_happened(encoder: Path, tmp_path: Path) -> None:
    train, validation, test = by_colour(160, 1), by_colour(60, 2), by_colour(60, 3)
    chosen = TrainingSettings(epochs=2, batch=16, rate=1e-3, check_every=3)
    whole = PurchaseClassifier.open(encoder).fit(train, validation, training=chosen)

    def kill(_what: str, share: float) -> None:
        if share > 0.7:
            raise KilledError

    folder = tmp_path / "checkpoint"
    with pytest.raises(KilledError):
        PurchaseClassifier.open(encoder).fit(train, validation, kill, chosen, folder)
    assert {file.name for file in folder.iterdir()} == {"state.json", "tensors.safetensors"}
    shares: list[float] = []
    resumed = PurchaseClassifier.open(encoder).fit(
        train, validation, lambda _, share: shares.append(share), chosen, folder
    )
    assert shares[0] > 0.5
    assert resumed.history == whole.history
    assert np.array_equal(resumed.probabilities(test), whole.probabilities(test))
    assert not folder.exists()


@pytest.mark.parametrize("damage", ["cut off", "of other questions", "no JSON"])
def test_a_checkpoint_that_does_not_fit_is_passed_over(encoder: Path, tmp_path: Path, damage: str) -> None:
    train, validation = by_colour(64, 1), by_colour(16, 2)
    chosen, folder = TrainingSettings(batch=16, check_every=1), tmp_path / "checkpoint"

    def kill(_what: str, share: float) -> None:
        if share > 0.5:
            raise KilledError

    with pytest.raises(KilledError):
        other = by_colour(64, 9) if damage == "of other questions" else train
        PurchaseClassifier.open(encoder).fit(other, validation, kill, chosen, folder)
    if damage == "cut off":
        file = folder / "tensors.safetensors"
        file.write_bytes(file.read_bytes()[:1000])
    if damage == "no JSON":
        (folder / "state.json").write_text("{", encoding="utf-8")
    model = PurchaseClassifier.open(encoder).fit(train, validation, training=chosen, checkpoint=folder)
    assert model.history == PurchaseClassifier.open(encoder).fit(train, validation, training=chosen).history


def test_training_ends_when_the_validation_stops_getting_better(encoder: Path) -> None:
    train, contrary = by_colour(400, 1), by_colour(100, 2)
    contrary = Pairs(contrary.recent, contrary.candidate, ~contrary.bought, contrary.user, contrary.item)
    chosen = TrainingSettings(epochs=20, batch=16, rate=3e-3, head_rate=3e-3, check_every=10, patience=2)
    model = PurchaseClassifier.open(encoder).fit(train, contrary, training=chosen)
    asked = [point.validation for point in model.history if point.validation is not None]
    assert len(model.history) < 20 * 25
    assert int(np.argmin(asked)) == len(asked) - 3


def test_it_comes_back_from_one_file_without_code(encoder: Path, tmp_path: Path) -> None:
    test, file = by_colour(50, 3), tmp_path / "models" / "purchase_classifier.safetensors"
    model = PurchaseClassifier.open(encoder, ClassifierSettings(trained_layers=1, max_length=32))
    model.fit(by_colour(100, 1), by_colour(50, 2), training=QUICK).save(file)
    again = PurchaseClassifier.load(file, encoder)
    assert np.array_equal(again.probabilities(test), model.probabilities(test))
    assert (again.settings, again.platt) == (model.settings, model.platt)
    assert model.platt != UNCALIBRATED
    header = json.loads(file.read_bytes()[8 : 8 + int.from_bytes(file.read_bytes()[:8], "little")])
    assert not any(name.startswith("encoder.encoder.layer.0.") for name in header)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_file_of_another_encoder_or_none_at_all_is_refused(encoder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "model.safetensors", tmp_path / "other"
    other.mkdir()
    PurchaseClassifier.open(encoder).save(file)
    with pytest.raises(AisleError, match="another encoder"):
        PurchaseClassifier.load(file, small_encoder(other, seed=1))
    file.write_bytes(b"not a model")
    with pytest.raises(AisleError, match="train it again"):
        PurchaseClassifier.load(file, encoder)
    with pytest.raises(AisleError, match="cannot be loaded"):
        PurchaseClassifier.open(tmp_path / "nothing")


def test_odd_questions_get_an_answer(encoder: Path) -> None:
    model = PurchaseClassifier.open(encoder)
    odd = Pairs.asking([[], ["red mug"] * 100, [""], ["☃"]], ["red mug", "blue lamp " * 100, "", "茶"])
    found = model.probabilities(odd)
    assert (found.shape, found.dtype) == ((4,), np.float32)
    assert ((found > 0) & (found < 1)).all()
    none = odd.take(np.zeros(0, np.int64))
    assert model.probabilities(none).shape == (0,)
    assert model.fit(none, none).history == []
    one = by_colour(1, 1)
    assert [point.step for point in model.fit(one, none, training=TrainingSettings(epochs=3)).history] == [1, 2, 3]
    assert np.isfinite(model.probabilities(odd)).all()


def test_an_answer_does_not_depend_on_the_company(encoder: Path) -> None:
    model = PurchaseClassifier.open(encoder)
    pairs = by_colour(70, 1) + Pairs.asking([["red mug"] * 6], ["red mug"])
    alone = np.concatenate([model.probabilities(pairs.take(np.array([row]))) for row in range(len(pairs))])
    assert np.allclose(model.probabilities(pairs), alone, atol=0.02)  # bfloat16 where the processor has it


def test_training_settings_that_make_no_sense_are_refused(encoder: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        PurchaseClassifier.open(encoder).fit(by_colour(9, 1), by_colour(9, 2), training=TrainingSettings(batch=0))


def test_logistic_regression_finds_the_weights_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(20_000, 2))
    answers = rng.random(20_000) < expit(features @ [2, -1] + 0.5)
    assert logistic(features, answers) == pytest.approx([2, -1, 0.5], abs=0.1)
    parted = logistic(features, features[:, 0] > 0, penalty=1e-6)
    assert np.isfinite(parted).all()


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.2, 0.5, 0.9, 1.0]), st.booleans()), max_size=30))
def test_the_area_is_the_share_of_pairs_in_order(rows: list[tuple[float, bool]]) -> None:
    said = np.array([probability for probability, _ in rows])
    answers = np.array([answer for _, answer in rows], bool)
    yes, no = said[answers], said[~answers]
    pairs = (yes[:, None] > no) + 0.5 * (yes[:, None] == no)
    assert area_under_curve(said, answers) == pytest.approx(pairs.mean() if pairs.size else 0.5)
