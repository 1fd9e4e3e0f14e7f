"""The fast path: a small classifier over the sentence embedding, for what the rules leave open."""

from assistant.understanding.classifier.kept import load_or_train
from assistant.understanding.classifier.model import Classifier, Guess
from assistant.understanding.classifier.settling import OVERRULES, WEAK, is_loose, message_of, sentences, settled_by

__all__ = [
    "OVERRULES",
    "WEAK",
    "Classifier",
    "Guess",
    "is_loose",
    "load_or_train",
    "message_of",
    "sentences",
    "settled_by",
]
