"""Multinomial logistic regression over a message's features, with a confidence that can be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.understanding.classifier.features import Block, Message, block


@dataclass(frozen=True)
class Guess:
    """`label` is an intent and, after a dot, its kind; `confidence` (0 to 1) that of the intent, of whatever kind."""

    label: str
    confidence: float

    @property
    def intent(self) -> str:
        return intent_of(self.label)

    @property
    def kind(self) -> str:
        return self.label.partition(".")[2]


@dataclass(frozen=True)
class Weights:
    """float32: `dense` `[dimensions + flags, labels]`, `grams` `[BUCKETS, labels]`, `bias` `[labels]`."""

    dense: np.ndarray
    grams: np.ndarray
    bias: np.ndarray

    def logits(self, features: Block) -> np.ndarray:
        """float32 `[n, labels]`."""
        return features.dense @ self.dense + features.grams @ self.grams + self.bias


@dataclass(frozen=True)
class Classifier:
    """`temperature` divides the logits (Guo et al., "On calibration of modern neural networks", 2017). From `confident`
    on, a guess is good enough to be acted on without asking a language model."""

    labels: tuple[str, ...]
    weights: Weights
    temperature: float
    confident: float

    def read(self, message: Message, meaning: np.ndarray) -> Guess:
        """`meaning` is the text's unit vector, float32 `[dimensions]`."""
        probability = self.probabilities([message], meaning[None])[0]
        return best(probability, self.labels)

    def probabilities(self, messages: list[Message], meanings: np.ndarray) -> np.ndarray:
        """`[n, labels]`, 0 for what the situation does not allow."""
        return calibrated(self.weights.logits(block(messages, meanings)), messages, self.labels, self.temperature)


def calibrated(logits: np.ndarray, messages: list[Message], labels: tuple[str, ...], temperature: float) -> np.ndarray:
    """Probabilities `[n, labels]` from logits of the same shape, among the labels that each message may have."""
    possible = np.array([[allows(message, label) for label in labels] for message in messages])
    scaled = np.where(possible, logits / temperature, -np.inf)
    raised = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return raised / raised.sum(axis=1, keepdims=True)


def best(probability: np.ndarray, labels: tuple[str, ...]) -> Guess:
    """The most probable intent, and its most probable kind."""
    by_intent: dict[str, float] = {}
    for label, share in zip(labels, probability, strict=True):
        by_intent[intent_of(label)] = by_intent.get(intent_of(label), 0.0) + float(share)
    intent = max(by_intent, key=by_intent.__getitem__)
    kinds = [
        (float(share), label) for label, share in zip(labels, probability, strict=True) if intent_of(label) == intent
    ]
    return Guess(max(kinds)[1], by_intent[intent])


def intent_of(label: str) -> str:
    return label.partition(".")[0]


def allows(message: Message, label: str) -> bool:
    """Whether the conversation offers what the label is about: no comparison of nothing, no change to an empty cart."""
    table = message.listed or message.single
    if label in ("compare", "ask_product", "recommend.similar", "recommend.why"):
        return table or message.points
    if label == "refine":
        return table or message.asked
    if label in ("cart.remove", "cart.set", "cart.clear"):
        return message.in_cart
    return True
