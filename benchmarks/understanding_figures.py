"""What is reported of the client turns that were read: accuracies, confusions, verdicts on the disagreements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

import yaml

from benchmarks.documents import Cells, markdown
from benchmarks.evaluation import Report
from benchmarks.mgshopdial_labels import GOALS, Goal, mapping_table

READERS: Final = {
    "learned": "read by the trained reader",
    "llm": "read by the language model",
    "fallback": "read by nobody, and searched as typed",
}
VERDICTS: Final = Path(__file__).with_name("mgshopdial_verdicts.yaml")
JUDGED: Final = {
    "ours": "a person sides with us",
    "theirs": "a person sides with the label",
    "both": "both can be defended",
}


@dataclass(frozen=True)
class Read:
    """One client turn as annotators and as Aisle read it. `source`: who read it, a key of `READERS`."""

    dialogue: str
    utterance: int
    theirs: Goal
    their_intent: Goal | None
    intent: str
    ours: Goal
    source: str
    seconds: float


def report(turns: Sequence[Read]) -> Report:
    """Figures and the blocks of docs/quality.md that come from the dialogues."""
    learned = [turn.seconds for turn in turns if turn.source == "learned"]
    labelled = [(turn.their_intent, turn.ours) for turn in turns if turn.their_intent is not None]
    figures = {
        "goal_accuracy": accuracy([(turn.theirs, turn.ours) for turn in turns]),
        "goal_macro_f1": macro_f1([(turn.theirs, turn.ours) for turn in turns]),
        "intent_accuracy": accuracy(labelled),
        "intent_macro_f1": macro_f1(labelled),
        "learned.share": len(learned) / len(turns),
    }
    if learned:
        figures["learned.p50_ms"] = 1000 * median(learned)
    figures |= verdict_figures(turns, verdicts())
    blocks = {
        "understanding.mapping": markdown(mapping_table()),
        "understanding.goals": markdown(accuracy_table(turns)),
        "understanding.confusion": markdown(confusion_table(turns)),
        "understanding.verdicts": markdown(verdict_table(figures)),
    }
    return Report(figures, blocks)


def accuracy(pairs: Sequence[tuple[Goal | None, Goal | None]]) -> float:
    """The share of (label, reading) that agree."""
    return sum(theirs == ours for theirs, ours in pairs) / len(pairs)


def macro_f1(pairs: Sequence[tuple[Goal | None, Goal | None]]) -> float:
    """The mean over the goals of the harmonic mean of precision and recall."""
    scores = []
    for goal in GOALS:
        both = sum(theirs == ours == goal for theirs, ours in pairs)
        either = sum((theirs == goal) + (ours == goal) for theirs, ours in pairs)
        scores.append(2 * both / either if either else 0.0)
    return sum(scores) / len(scores)


def accuracy_table(turns: Sequence[Read]) -> Cells:
    """All turns, then by who read them."""
    rows = [["", "share of turns", "goal accuracy", "macro F1", "p50"]]
    parts = {"**all turns**": list(turns)}
    parts |= {name: [turn for turn in turns if turn.source == source] for source, name in READERS.items()}
    for name, part in parts.items():
        if part:
            pairs = [(turn.theirs, turn.ours) for turn in part]
            share = f"{len(part) / len(turns):.0%}".replace("%", " %")
            p50 = 1000 * median(turn.seconds for turn in part)
            rows.append([name, share, f"{accuracy(pairs):.3f}", f"{macro_f1(pairs):.3f}", f"{p50:.0f} ms"])
    return rows


def confusion_table(turns: Sequence[Read]) -> Cells:
    """Their goals by our intents, in turns."""
    intents = [intent for intent, _ in Counter(turn.intent for turn in turns).most_common()]
    rows = [["label", *GOALS, *intents]]
    for goal in GOALS:
        ours = Counter(turn.ours for turn in turns if turn.theirs == goal)
        by_intent = Counter(turn.intent for turn in turns if turn.theirs == goal)
        rows.append([goal, *(str(ours[each]) for each in GOALS), *(str(by_intent[each]) for each in intents)])
    return rows


def verdicts() -> dict[tuple[str, int, str], str]:
    """(dialogue, utterance, our goal) → `ours`, `theirs` or `both`, as a person judged the disagreement."""
    if not VERDICTS.exists():
        return {}
    rows = yaml.safe_load(VERDICTS.read_text(encoding="utf-8"))
    return {(row["dialogue"], row["utterance"], row["ours"]): row["verdict"] for row in rows}


def verdict_figures(turns: Sequence[Read], judged: dict[tuple[str, int, str], str]) -> dict[str, float]:
    """How many of the turns that we read otherwise have been judged, and the shares of the verdicts among these."""
    differing = [turn for turn in turns if turn.ours != turn.theirs]
    found = [judged.get((turn.dialogue, turn.utterance, turn.ours)) for turn in differing]
    given = Counter(verdict for verdict in found if verdict is not None)
    count = given.total()
    return {"disagreements": len(differing), "disagreements.judged": count} | {
        f"disagreements.{verdict}": given[verdict] / count if count else 0.0 for verdict in JUDGED
    }


def verdict_table(figures: dict[str, float]) -> Cells:
    """The verdicts on today's disagreements."""
    rows = [["of the turns that Aisle reads otherwise than their label", ""]]
    rows.append(["turns", f"{figures['disagreements']:.0f}"])
    rows.append(["of these judged", f"{figures['disagreements.judged']:.0f}"])
    rows += [
        [words, f"{figures[f'disagreements.{verdict}']:.0%}".replace("%", " %")] for verdict, words in JUDGED.items()
    ]
    return rows
