"""What a language model already knows of products, put to use where sales say little."""

from recommenders.transfer.calibration import Measures, Platt, expected_calibration_error, measures
from recommenders.transfer.pairs import Pairs, PairSettings, Window, pairs_in
from recommenders.transfer.purchase_classifier import PurchaseClassifier
from recommenders.transfer.training import LossPoint, TrainingSettings

__all__ = [
    "LossPoint",
    "Measures",
    "PairSettings",
    "Pairs",
    "Platt",
    "PurchaseClassifier",
    "TrainingSettings",
    "Window",
    "expected_calibration_error",
    "measures",
    "pairs_in",
]
