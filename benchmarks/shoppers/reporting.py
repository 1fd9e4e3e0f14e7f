"""The figures of many conversations: all of them, by language, by style, and why the failures failed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from benchmarks.documents import markdown
from benchmarks.shoppers.needs import STYLES
from benchmarks.shoppers.talking import Dialogue

WITHIN = 6  # messages
_Z = 1.96  # 95 %
_PER_DIALOGUE = {"questions_per_dialogue": "questions"}
_TOTALS = (
    "budget_violations", "constraint_violations", "questions_twice", "repeats", "dead_ends", "false_noes",
    "wrong_cart_changes", "wrong_answers", "crashes",
)  # fmt: skip


def figures(dialogues: list[Dialogue]) -> dict[str, float]:
    """`success` is the share that succeeded within six messages, `success_at_length` within the shopper's patience."""
    found = _of(dialogues)
    for language in ("en", "zh"):
        found |= {f"{name}.{language}": value for name, value in _of(_where(dialogues, language=language)).items()}
    for style in STYLES:
        found[f"success.{style}"] = _success(_where(dialogues, style=style))
    found["success.possible"] = _success([each for each in dialogues if each.need.possible])
    found["success.impossible"] = _success([each for each in dialogues if not each.need.possible])
    return {name: value for name, value in found.items() if not math.isnan(value)}


def tables(dialogues: list[Dialogue]) -> dict[str, str]:
    """Blocks of the document: the figures by language, success by style, and the causes of failure."""
    return {
        "dialogues": markdown(_by_language(dialogues)),
        "dialogues.styles": markdown(_by_style(dialogues)),
        "dialogues.causes": markdown(_causes(dialogues)),
    }


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share: lowest and highest; (0, 1) where nothing was tried.

    Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    middle = share + _Z**2 / (2 * trials)
    half = _Z * math.sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    return (middle - half) / (1 + _Z**2 / trials), (middle + half) / (1 + _Z**2 / trials)


def _of(dialogues: list[Dialogue]) -> dict[str, float]:
    seconds = [exchange.seconds for each in dialogues for exchange in each.exchanges]
    turns = [each.judgement.turns for each in dialogues if each.judgement.success]
    found = {
        "dialogues": float(len(dialogues)),
        "success": _success(dialogues),
        "success_at_length": _mean(each.judgement.success for each in dialogues),
        "turns_to_success": _mean(turns),
    }
    found |= {name: _mean(getattr(each.judgement, of) for each in dialogues) for name, of in _PER_DIALOGUE.items()}
    found |= {name: float(sum(getattr(each.judgement, name) for each in dialogues)) for name in _TOTALS}
    found["seconds_p50"] = float(np.percentile(seconds, 50)) if seconds else math.nan
    found["seconds_p95"] = float(np.percentile(seconds, 95)) if seconds else math.nan
    return found


def _is_success(dialogue: Dialogue) -> bool:
    return dialogue.judgement.success and dialogue.judgement.turns <= WITHIN


def _success(dialogues: list[Dialogue]) -> float:
    return _mean(_is_success(each) for each in dialogues)


def _where(dialogues: list[Dialogue], **wanted: str) -> list[Dialogue]:
    return [each for each in dialogues if all(getattr(each.need, name) == value for name, value in wanted.items())]


def _by_language(dialogues: list[Dialogue]) -> list[list[str]]:
    groups = [dialogues, _where(dialogues, language="en"), _where(dialogues, language="zh")]
    found = [_of(group) for group in groups]
    rows = [["", "all", "English", "Chinese"]]
    rows.append([f"success within {WITHIN} messages", *(_share_of(group, _is_success) for group in groups)])
    rows.append(["success at any length", *(_share_of(group, lambda each: each.judgement.success) for group in groups)])
    for name in (*list(found[0])[3:],):
        rows.append([name.replace("_", " "), *(_figure(each[name]) for each in found)])
    return rows


def _by_style(dialogues: list[Dialogue]) -> list[list[str]]:
    rows = [["way of writing", "English", "Chinese"]]
    for style in STYLES:
        groups = (_where(dialogues, style=style, language=language) for language in ("en", "zh"))
        rows.append([style, *(_share_of(group, _is_success) for group in groups)])
    return rows


def _causes(dialogues: list[Dialogue]) -> list[list[str]]:
    failed = [each for each in dialogues if not _is_success(each)]
    causes = Counter((each.judgement.cause or f"needed more than {WITHIN} messages") for each in failed)
    rows = [["the shopper …", "all", "English", "Chinese"]]
    for cause, count in causes.most_common():
        of_cause = [each for each in failed if (each.judgement.cause or f"needed more than {WITHIN} messages") == cause]
        by_language = [len(_where(of_cause, language=language)) for language in ("en", "zh")]
        rows.append([cause, str(count), *map(str, by_language)])
    return rows


def _share_of(dialogues: list[Dialogue], holds: Callable[[Dialogue], bool]) -> str:
    if not dialogues:
        return "–"
    count = sum(map(holds, dialogues))
    low, high = wilson(count, len(dialogues))
    return f"{count / len(dialogues):.0%} ({count} of {len(dialogues)}; {low:.0%} to {high:.0%})"


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3g}"


def _mean(values: Iterable[float]) -> float:
    numbers = [float(value) for value in values]
    return sum(numbers) / len(numbers) if numbers else math.nan
