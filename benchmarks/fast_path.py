"""What the fast path's threshold costs and brings, on example lines that the fitted models had not seen."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from assistant.understanding.classifier.model import Classifier, intent_of
from assistant.understanding.classifier.training import (
    Answered,
    HeldOut,
    guessed,
    hold_out,
    temperature,
    trade_off,
)
from assistant.understanding.language import has_cjk
from benchmarks.documents import Cells, markdown
from benchmarks.evaluation import Report
from retrieval.encoder import Encoder

PLOT: Final = Path(__file__).resolve().parents[1] / "docs" / "quality" / "fast_path.png"
BINS: Final = 10  # of confidence, for the expected calibration error
SHOWN: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def measure(classifier: Classifier, encoder: Encoder, plot: Path | None = None) -> Report:
    """The trade-off and the calibration; the plot is drawn where a file is named for it."""
    held_out = hold_out(encoder)
    divisor = temperature(held_out)
    curve = trade_off(held_out, divisor)
    right, confidence, weight = outcomes(held_out, divisor)
    chinese = np.array([has_cjk(message.text) for message in held_out.messages])
    figures = {
        "fast_path.examples": float(held_out.written.sum()),
        "fast_path.threshold": classifier.confident,
        "fast_path.held_out_accuracy": float(np.average(right, weights=weight)),
        "fast_path.held_out_accuracy.en": float(np.average(right, weights=weight * ~chinese)),
        "fast_path.held_out_accuracy.zh": float(np.average(right, weights=weight * chinese)),
        "fast_path.ece": calibration_error(right, confidence, weight),
        "fast_path.ece.uncalibrated": calibration_error(*outcomes(held_out, 1.0)),
    }
    if plot is not None:
        draw(curve, classifier.confident, plot)
    return Report(figures, {"understanding.fast_path": markdown(table(curve, classifier.confident, figures))})


def outcomes(held_out: HeldOut, divisor: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of every held-out example: whether its intent was guessed, with what confidence, and its weight; lines varied by
    rule weigh nothing."""
    guesses = guessed(held_out, divisor)
    truths = (intent_of(held_out.labels[truth]) for truth in held_out.truth)
    right = np.array([guess.intent == truth for guess, truth in zip(guesses, truths, strict=True)])
    return right, np.array([guess.confidence for guess in guesses]), held_out.weight * held_out.written


def calibration_error(right: np.ndarray, confidence: np.ndarray, weight: np.ndarray) -> float:
    """The expected calibration error over equal bins of confidence (Naeini et al., 2015): the mean distance of
    confidence and accuracy."""
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    error = 0.0
    for number in range(BINS):
        share = weight * (bins == number)
        if share.sum():
            error += share.sum() * abs(np.average(right, weights=share) - np.average(confidence, weights=share))
    return float(error / weight.sum())


def table(curve: list[Answered], threshold: float, figures: dict[str, float]) -> Cells:
    """A row for some thresholds and the one in use."""
    rows = [["confidence from", "answered without the model", "of these right"]]
    for at in curve:
        in_use = abs(at.confidence - threshold) < 1e-9
        if in_use or any(abs(at.confidence - shown) < 1e-9 for shown in SHOWN):
            cells = [f"{at.confidence:.2f}", f"{at.share:.1%}", f"{at.accuracy:.1%}"]
            rows.append([f"**{cell}**" if in_use else cell for cell in cells])
    return rows


def draw(curve: list[Answered], threshold: float, file: Path) -> None:
    """The curve as a picture: accuracy of the answered against their share."""
    import matplotlib as mpl  # noqa: PLC0415  (slow to load, and only wanted for the picture)

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    figure, axes = plt.subplots(figsize=(6, 3.6), constrained_layout=True)
    axes.plot([100 * at.share for at in curve], [100 * at.accuracy for at in curve], color="#2f6f62", linewidth=2)
    chosen = min(curve, key=lambda at: abs(at.confidence - threshold))
    axes.plot(100 * chosen.share, 100 * chosen.accuracy, "o", color="#c2573a", markersize=8)
    axes.annotate(
        f"in use: confidence ≥ {chosen.confidence:.2f}",
        (100 * chosen.share, 100 * chosen.accuracy),
        xytext=(-8, -16),
        textcoords="offset points",
        ha="right",
    )
    axes.set_xlabel("held-out examples answered without the language model, %")
    axes.set_ylabel("of these right, %")
    axes.grid(alpha=0.3)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=150)
    plt.close(figure)
