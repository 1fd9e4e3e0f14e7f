"""From examples to a classifier: fitted, and calibrated on paraphrases that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from scipy.optimize import minimize, minimize_scalar

from assistant.understanding.classifier.examples import Example, examples
from assistant.understanding.classifier.features import Block, Message, block
from assistant.understanding.classifier.model import Classifier, Guess, Weights, best, calibrated, intent_of
from assistant.understanding.language import has_cjk
from retrieval.encoder import Encoder

FOLDS: Final = 3
PENALTY: Final = 0.1  # of the squared weights, against the mean loss of an example times their number
STEPS: Final = 40
ACCURATE: Final = 0.9  # of the guesses that are acted on
THRESHOLDS: Final = tuple(round(0.02 * step, 2) for step in range(15, 50))
TEMPERATURES: Final = (0.3, 5.0)


@dataclass(frozen=True)
class HeldOut:
    """What models that had not seen an example's group say of it. `logits` float32 `[n, labels]`, `truth` int `[n]`."""

    messages: list[Message]
    logits: np.ndarray
    truth: np.ndarray
    weight: np.ndarray
    labels: tuple[str, ...]
    written: np.ndarray  # bool: by a person, not varied by rule


def train(encoder: Encoder) -> Classifier:
    """Fit on all examples; temperature and threshold come from a third that was held out of a fit of its own.

    Raises AisleError where the encoder cannot be had.
    """
    known = examples()
    messages, features = described(known, encoder)
    labels, truth, weight = _targets(known)
    held_out = _held_out(known, messages, features, truth, weight, labels, folds=1)
    divisor = temperature(held_out)
    confident = threshold(held_out, divisor)
    return Classifier(labels, fit(features, truth, weight, len(labels)), divisor, confident)


def hold_out(encoder: Encoder) -> HeldOut:
    """Every example once, by a model of the other folds."""
    known = examples()
    messages, features = described(known, encoder)
    labels, truth, weight = _targets(known)
    return _held_out(known, messages, features, truth, weight, labels)


def described(known: Sequence[Example], encoder: Encoder) -> tuple[list[Message], Block]:
    """The examples as the classifier reads messages."""
    messages = [message_of(example) for example in known]
    texts = list(dict.fromkeys(message.text for message in messages if not has_cjk(message.text)))
    vectors = dict(zip(texts, encoder.encode(texts), strict=True))
    nothing = np.zeros(encoder.dimensions, dtype=np.float32)  # Chinese, which the encoder does not know
    return messages, block(messages, np.array([vectors.get(message.text, nothing) for message in messages]))


def message_of(example: Example) -> Message:
    """The example in its situation."""
    scene = example.scene
    return Message(
        text=example.text,
        listed=scene in ("list", "asked", "one"),
        single=scene == "one",
        in_cart=scene == "cart",
        asked=scene in ("asked", "asked_first"),
        names_thing=example.names_thing,
        names_value=example.names_value,
    )


def fit(features: Block, truth: np.ndarray, weight: np.ndarray, labels: int) -> Weights:
    """The weights of least regularised log loss, found by L-BFGS (Byrd et al., 1995)."""
    count, width = features.dense.shape
    ends = np.cumsum([width * labels, features.grams.shape[1] * labels])
    target = np.zeros((count, labels), dtype=np.float32)
    target[np.arange(count), truth] = 1
    transposed = features.grams.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = unpacked(flat.astype(np.float32))
        logits = weights.logits(features)
        logits -= logits.max(axis=1, keepdims=True)
        raised = np.exp(logits)
        total = raised.sum(axis=1, keepdims=True)
        value = float((weight * (np.log(total[:, 0]) - logits[np.arange(count), truth])).sum())
        error = (raised / total - target) * weight[:, None]
        slope = np.concatenate([(features.dense.T @ error).ravel(), (transposed @ error).ravel(), error.sum(axis=0)])
        penalised = flat[: ends[1]]
        value += PENALTY / 2 * float(penalised @ penalised)
        slope = slope.astype(np.float64)
        slope[: ends[1]] += PENALTY * penalised
        return value, slope

    def unpacked(flat: np.ndarray) -> Weights:
        return Weights(
            flat[: ends[0]].reshape(width, labels), flat[ends[0] : ends[1]].reshape(-1, labels), flat[ends[1] :]
        )

    found = minimize(loss, np.zeros(ends[1] + labels), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return unpacked(found.x.astype(np.float32))


def temperature(held_out: HeldOut) -> float:
    """The temperature under which the held-out examples are least surprising."""

    def surprise(log_temperature: float) -> float:
        shares = calibrated(held_out.logits, held_out.messages, held_out.labels, float(np.exp(log_temperature)))
        right = shares[np.arange(len(held_out.truth)), held_out.truth]
        return float(-(held_out.weight * np.log(np.maximum(right, 1e-9))).sum())

    low, high = np.log(TEMPERATURES)
    return float(np.exp(minimize_scalar(surprise, bounds=(low, high), method="bounded", options={"xatol": 0.02}).x))


class Answered(NamedTuple):
    """Of the guesses from `confidence` on: their share of all, and the share of them whose intent is right."""

    confidence: float
    share: float
    accuracy: float


def trade_off(held_out: HeldOut, divisor: float) -> list[Answered]:
    """What each threshold costs and brings on held-out lines as people wrote them, every line counting alike."""
    guesses = guessed(held_out, divisor)
    confidence = np.array([guess.confidence for guess in guesses])
    right = np.array(
        [
            guess.intent == intent_of(held_out.labels[truth])
            for guess, truth in zip(guesses, held_out.truth, strict=True)
        ]
    )
    weight = held_out.weight * held_out.written
    found = []
    for least in THRESHOLDS:
        answered = weight * (confidence >= least)
        share = float(answered.sum() / weight.sum())
        found.append(Answered(least, share, float((answered * right).sum() / max(answered.sum(), 1e-9))))
    return found


def guessed(held_out: HeldOut, divisor: float) -> list[Guess]:
    """The guess for every held-out example."""
    shares = calibrated(held_out.logits, held_out.messages, held_out.labels, divisor)
    return [best(share, held_out.labels) for share in shares]


def threshold(held_out: HeldOut, divisor: float) -> float:
    """The lowest confidence from which on guesses are right as often as `ACCURATE` says."""
    return next((at.confidence for at in trade_off(held_out, divisor) if at.accuracy >= ACCURATE), THRESHOLDS[-1])


def _targets(known: Sequence[Example]) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Labels, each example's label, and weights under which every line counts alike."""
    labels = tuple(sorted({example.label for example in known}))
    place = {label: number for number, label in enumerate(labels)}
    lines = np.unique([example.line for example in known], return_inverse=True, return_counts=True)
    weight = (1 / lines[2][lines[1]]).astype(np.float32)
    return labels, np.array([place[example.label] for example in known]), weight


def _held_out(
    known: Sequence[Example],
    messages: list[Message],
    features: Block,
    truth: np.ndarray,
    weight: np.ndarray,
    labels: tuple[str, ...],
    folds: int = FOLDS,
) -> HeldOut:
    """The examples of the first `folds` of all folds, each judged by a fit on the other folds."""
    groups = np.array([example.group for example in known])
    fold = np.random.default_rng(0).integers(0, FOLDS, groups.max() + 1)[groups]
    logits = np.zeros((len(known), len(labels)), dtype=np.float32)
    for number in range(folds):
        rest, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        fitted = fit(features.rows(rest), truth[rest], weight[rest], len(labels))
        logits[held] = fitted.logits(features.rows(held))
    seen = np.flatnonzero(fold < folds)
    written = np.array([example.written for example in known])
    return HeldOut([messages[at] for at in seen], logits[seen], truth[seen], weight[seen], labels, written[seen])
