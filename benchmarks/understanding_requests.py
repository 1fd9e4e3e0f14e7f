"""How exactly real product requests are read: ShoppingBench's development requests, and two hundred price phrasings.

Figures (each request counts once unless said otherwise):

`price_exact`            the price bounds in the filters are those of the request, none where it states none.
`price_exact.varied`     the same for the phrasings of tests/understanding/price_phrasings.yaml, both languages.
`no_invented_filter`     every brand, colour, shelf, attribute, refusal and bound in the filters is said in the request.
`attributes_found`       of the attributes and options that a request says in its target's words (all words of the
                         value, stemmed, stand in it; or the size is meant), those that are kept: all words of the value
                         stand in the understood query or the wishes, or a filter holds them and the target meets it.
`attributes_found.all`   the same over all attributes and options of the targets, also those said in other words.
`recall@10.typed`        targets among the first ten for the request as it was typed, without filters.
`recall@10.understood`   targets among the first ten for the understood query under the understood filters.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from rich.console import Console

from assistant.engines import open_engine
from assistant.state import DialogueState
from assistant.turn import Understanding
from assistant.understanding.conditions import read_conditions
from assistant.understanding.message import Message
from assistant.understanding.money import Price
from assistant.understanding.reader.runtime import open_reader
from assistant.understanding.understand import Understander
from benchmarks.documents import markdown
from benchmarks.evaluation import Options, Report
from benchmarks.paths import data_folder
from benchmarks.request_grounds import invented, is_kept, is_said
from benchmarks.request_store import Request, make_store, requests
from data.errors import AisleError
from retrieval.hybrid import HybridSearch
from retrieval.phrases import PhraseEncoder

PHRASINGS = Path(__file__).resolve().parents[1] / "tests" / "understanding" / "price_phrasings.yaml"
K = 10
BARS = {
    "price_exact": 0.99,
    "price_exact.varied": 0.97,
    "no_invented_filter": 0.99,
    "attributes_found": 0.85,
    "recall@10.understood": 0.92,
}


@dataclass(frozen=True)
class Outcome:
    """What became of one request. `said` and `kept` count its attributes; ranks start at 1, None beyond the tenth."""

    request: Request
    price_exact: bool
    invented: tuple[str, ...]
    drops_target: bool
    said: int
    kept: int
    kept_of_all: int
    rank_typed: int | None
    rank_understood: int | None
    intent: str
    seconds: float


def measure(options: Options, console: Console) -> Report:
    """Raises AisleError where the data are absent."""
    data_folder()
    console.print("A shop for the requests: importing and indexing …")
    with tempfile.TemporaryDirectory(prefix="aisle-requests-") as folder:
        wanted = requests()
        store = make_store(Path(folder) / "store", wanted)
        search = HybridSearch.open(store, progress=False)
        model = (
            open_engine(store.settings.model_copy(update={"llm": "auto"})) if getattr(options, "llm", False) else None
        )
        understander = Understander(search, model, "en", open_reader(), PhraseEncoder(), Path(folder))
        return report(run(search, understander, wanted), varied(understander))


def run(search: HybridSearch, understander: Understander, wanted: Iterable[Request]) -> list[Outcome]:
    return [_outcome(search, understander, request) for request in wanted]


def varied(understander: Understander) -> list[tuple[str, bool]]:
    """Each phrasing, and whether its price is read exactly at the beginning of a conversation.

    Raises AisleError where the file is absent.
    """
    if not PHRASINGS.exists():
        raise AisleError(f"{PHRASINGS} is not there: run this from a checkout of the repository.")
    cases = yaml.safe_load(PHRASINGS.read_text(encoding="utf-8"))
    return [(case["text"], _reads_exactly(understander, case)) for case in cases]


def report(outcomes: list[Outcome], phrasings: list[tuple[str, bool]]) -> Report:
    said = sum(outcome.said for outcome in outcomes)
    stated = sum(len(outcome.request.constraints) for outcome in outcomes)
    figures = {
        "price_exact": _share(outcome.price_exact for outcome in outcomes),
        "price_exact.varied": _share(exact for _, exact in phrasings),
        "no_invented_filter": _share(not outcome.invented for outcome in outcomes),
        "attributes_found": sum(outcome.kept for outcome in outcomes) / max(said, 1),
        "attributes_found.all": sum(outcome.kept_of_all for outcome in outcomes) / max(stated, 1),
        "recall@10.typed": _share(outcome.rank_typed is not None for outcome in outcomes),
        "recall@10.understood": _share(outcome.rank_understood is not None for outcome in outcomes),
    }
    return Report(
        {name: round(value, 4) for name, value in figures.items()},
        {"understanding.requests": _table(figures, outcomes, said), "understanding.missed": _missed(outcomes)},
    )


def _outcome(search: HybridSearch, understander: Understander, request: Request) -> Outcome:
    started = time.perf_counter()
    understood = understander.understand(request.text, DialogueState(), [])
    seconds = time.perf_counter() - started
    row = search.catalogue.row_of(request.product_id)
    keeps = {constraint: is_kept(search.catalogue, understood, constraint, row) for constraint in request.constraints}
    said = [constraint for constraint in request.constraints if is_said(request.text, constraint)]
    return Outcome(
        request=request,
        price_exact=(understood.filters.price_min, understood.filters.price_max) == (request.low, request.high),
        invented=tuple(invented(request, understood.filters)),
        drops_target=not understood.filters.mask(search.catalogue)[row],
        said=len(said),
        kept=sum(keeps[constraint] for constraint in said),
        kept_of_all=sum(keeps[constraint] for constraint in request.constraints),
        rank_typed=_rank(search, request, request.text, None),
        rank_understood=_rank(search, request, understood.query, understood),
        intent=understood.intent,
        seconds=seconds,
    )


def _rank(search: HybridSearch, request: Request, query: str, understood: Understanding | None) -> int | None:
    """A message that was not taken for a search finds nothing."""
    if understood and understood.intent not in ("search", "refine", "recommend"):
        return None
    hits = search.search(query, K, understood.filters) if understood else search.search(query, K)
    ids = [hit.product_id for hit in hits]
    return ids.index(request.product_id) + 1 if request.product_id in ids else None


def _reads_exactly(understander: Understander, case: dict[str, object]) -> bool:
    commands, _ = understander.read(Message.of(str(case["text"])), DialogueState(), [])
    prices = (read_conditions(command, understander.resolver.linker).price for command in commands)
    found = next(filter(None, prices), Price(None, None))
    wanted = (case.get("min"), case.get("max"))
    return all(
        (one is None) == (other is None) and (one is None or bool(np.isclose(float(one), float(str(other)))))
        for one, other in zip(found, wanted, strict=True)
    )


def _share(flags: Iterable[bool]) -> float:
    return float(np.mean([bool(flag) for flag in flags]))


def _table(figures: dict[str, float], outcomes: list[Outcome], said: int) -> str:
    rows = [["figure", "bar", "measured", "of"]]
    of = {"price_exact.varied": "200 phrasings", "attributes_found": f"{said} said"}
    of["attributes_found.all"] = f"{sum(len(outcome.request.constraints) for outcome in outcomes)} stated"
    for name, value in figures.items():
        bar = f"≥ {BARS[name]:.2f}" if name in BARS else "–"
        rows.append([f"`{name}`", bar, f"{value:.3f}", of.get(name, f"{len(outcomes)} requests")])
    milliseconds = 1000 * np.array([outcome.seconds for outcome in outcomes])
    half, most = np.percentile(milliseconds, [50, 95])
    return f"{markdown(rows)}\n\nUnderstanding took {half:.0f} ms (median; 95 of 100 within {most:.0f} ms)."


def _missed(outcomes: list[Outcome]) -> str:
    """Requests with an error, by the id of their target."""
    rows = [["target", "price", "invented", "attributes lost", "filter drops it", "rank typed", "rank understood"]]
    for outcome in outcomes:
        lost = outcome.said - outcome.kept
        wrong = not outcome.price_exact or outcome.invented or lost or outcome.drops_target
        if wrong or outcome.rank_understood is None:
            rows.append(
                [
                    outcome.request.product_id,
                    "exact" if outcome.price_exact else "wrong",
                    ", ".join(outcome.invented) or "none",
                    str(lost),
                    "yes" if outcome.drops_target else "no",
                    str(outcome.rank_typed or f"> {K}"),
                    str(outcome.rank_understood or f"> {K}"),
                ]
            )
    return markdown(rows)
