"""What a language model already knows of products, put to use where sales say little."""

from recommenders.transfer.auc import area_under_curve
from recommenders.transfer.pairs import Pairs, PairSettings, Window, pairs_in
from recommenders.transfer.purchase_classifier import PurchaseClassifier
from recommenders.transfer.training import LossPoint, TrainingSettings

__all__ = [
    "LossPoint",
    "PairSettings",
    "Pairs",
    "PurchaseClassifier",
    "TrainingSettings",
    "Window",
    "area_under_curve",
    "pairs_in",
]
