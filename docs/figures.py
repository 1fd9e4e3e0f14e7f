"""Rewrites the README's tables of figures from docs/figures/*.json.

python docs/figures.py

A table stands between `<!-- figures:NAME -->` and `<!-- /figures -->`. Without its source it says how to measure.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

from data.files import replacing

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WAYS = {
    "bm25s_default": "BM25 with the defaults of bm25s",
    "minilm": "vectors of all-MiniLM-L6-v2",
    "plain_rrf": "these two by reciprocal rank",
    "bm25": "Aisle's BM25",
    "dense": "Aisle's vectors",
    "rrf": "these two by reciprocal rank",
    "fused": "**Aisle's search: these two, fused scores**",
}
SETUP = {
    "first_run_s": ("first `make run`, from clone to first product card", "s"),
    "second_run_s": ("second `make run`, to first product card", "s"),
    "demo_store_s": ("making the demo store", "s"),
}
QUESTIONS = {
    "online_retail.new": "Online Retail, new items",
    "complete_journey.new": "The Complete Journey, new items",
    "complete_journey.all": "The Complete Journey, all items",
}
ROWS = {
    "popular_30d": "popular in the last 30 days",
    "own_most_bought": "the shopper's own most bought",
    "implicit_bpr": "BPR of `implicit`",
    "implicit_als": "ALS of `implicit`",
    "ease": "EASE",
    "context_free_best": "the best of all without context",
    "aisle": "**Aisle's recommendations**",
}
QUALITY = {
    "understanding": {
        "price_exact": "price range read exactly, real requests",
        "price_exact.varied": "price range read exactly, varied phrasings",
        "no_invented_filter": "requests without an invented filter",
        "attributes_found": "stated attributes and options found",
        "recall@10.typed": "recall@10 of the product asked for, words as typed",
        "recall@10.understood": "recall@10 with the understood query and filters",
        "goal_accuracy": "goal of a turn, real dialogues",
    },
    "reading": {
        "turns.right": "turns of the English conversations that are right",
        "conversations.whole": "English conversations right from end to end",
        "turns.right.zh": "turns of the Chinese conversations that are right",
        "conversations.whole.zh": "Chinese conversations right from end to end",
        "learned.p50_ms": "a message read in (ms, median)",
    },
    "rewriting": {
        "ndcg@10.typed": "vague wishes, NDCG@10, words as typed",
        "ndcg@10.rewritten": "vague wishes, NDCG@10, rewritten",
    },
    "faithfulness": {
        "turns": "generated replies judged",
        "unsupported_prices": "unsupported prices in them",
        "unsupported_products": "unsupported products in them",
        "unsupported_attribute_rate": "unsupported attribute claims, share",
        "fallback_rate": "replies that fell back to phrases, share",
    },
    "dialogues": {
        "success": "simulated shoppers who got what they needed within six messages",
        "turns_to_success": "messages to success",
        "budget_violations": "lists above the budget that did not say so",
    },
}
SPEED = {
    "turns": {
        "first_product.ratio.fast_path": "first product, turns read by code: times as fast as the tutorials' pipeline",
        "first_product.ratio.llm_parsed": "first product, turns read by the model: times as fast",
        "first_token.ratio": "first word: times as fast",
        "total.ratio": "the whole turn: times as fast",
        "first_product.p50_ms.fast_path": "first product, turns read by code, median (ms)",
        "concurrent8.tokens_per_s.ratio": "tokens a second, eight shoppers over one",
    },
    "encoder": {"encoder.bulk.ratio": "texts encoded a second, times those of sentence-transformers' defaults"},
    "search": {
        "1m.p95_ms.unfiltered": "search over a million products, p95 (ms)",
        "1m.p95_ms.filter1pct": "the same with a filter that 1 % meet (ms)",
        "1m.recall@10": "recall@10 of the exhaustive ranking there",
        "1m.rss_gb": "memory of that (GB)",
        "1m.open_s": "opened in (s)",
    },
    "ingest": {
        "ingest_100k_s": "100,000 products from CSV, without the index (s)",
        "ingest_100k_peak_gb": "memory of that at its peak (GB)",
        "encode.ratio_to_bare": "100,000 products encoded and indexed, over the encoder alone",
        "reindex_1pct.share": "index after 1 % has changed, over the full one",
    },
}
TRUST = {
    "security": {
        "injection.attacks": "attacks in messages, titles, descriptions, reviews, policies, file names",
        "injection.reached_model": "of them shown to a language model",
        "injection.unauthorised": "things done or said that nobody may order",
        "injection.leaks": "prompts or other people's data told",
        "injection.live_markup": "markup that came alive",
        "schemathesis.requests": "requests made by Schemathesis",
        "schemathesis.server_errors": "server errors",
    },
    "state": {
        "kill9.turns": "turns in which servers were killed, over SQLite and PostgreSQL",
        "kill9.lost": "lost",
        "kill9.doubled": "done twice",
        "concurrency.oversold": "pieces sold beyond the stock",
    },
}


def search_table(file: Path) -> str:
    figures = json.loads(file.read_text(encoding="utf-8"))
    rows = [
        [name, *(f"{figures[f'{measure}.{way}']:.2f}" for measure in ("recall@1", "recall@10", "mrr"))]
        for way, name in WAYS.items()
    ]
    return _table(["", "recall@1", "recall@10", "MRR"], rows)


def recommenders_table(file: Path) -> str:
    figures = json.loads(file.read_text(encoding="utf-8"))
    keys = {row: [f"{question}.ndcg@10.{row}" for question in QUESTIONS] for row in ROWS}
    rows = [
        [name, *(f"{figures[key]:.3f}" if key in figures else "–" for key in keys[row])] for row, name in ROWS.items()
    ]
    return _table(["NDCG@10", *QUESTIONS.values()], rows)


def setup_table(file: Path) -> str:
    figures = json.loads(file.read_text(encoding="utf-8"))
    rows = [[name, f"{figures[key]:g} {unit}"] for key, (name, unit) in SETUP.items() if key in figures]
    return _table(["", "measured"], rows)


def measured_table(folder: Path, wanted: dict[str, dict[str, str]]) -> str:
    """A row for each measure that has been measured, from the files of that folder."""
    rows = []
    for name, measures in wanted.items():
        file = folder / f"{name}.json"
        figures = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        rows += [[words, f"{figures[key]:.4g}"] for key, words in measures.items() if key in figures]
    return _table(["", "measured"], rows)


TABLES = {
    "search": ("figures/search_known_item.json", search_table),
    "setup": ("figures/setup.json", setup_table),
    "recommenders": ("figures/recommenders.json", recommenders_table),
    "quality": ("figures", partial(measured_table, wanted=QUALITY)),
    "speed": ("figures", partial(measured_table, wanted=SPEED)),
    "trust": ("figures", partial(measured_table, wanted=TRUST)),
}


def filled_in(text: str, folder: Path = DOCS) -> str:
    """The text with every table between its marks. Raises KeyError for a table that does not exist."""

    def block(found: re.Match[str]) -> str:
        source, table = TABLES[found["name"]]
        content = table(folder / source) if (folder / source).exists() else "Run `make figures`."
        return f"<!-- figures:{found['name']} -->\n{content}\n<!-- /figures -->"

    return re.sub(r"<!-- figures:(?P<name>\w+) -->.*?<!-- /figures -->", block, text, flags=re.DOTALL)


def _table(header: list[str], rows: list[list[str]]) -> str:
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])


def main() -> None:
    readme = ROOT / "README.md"
    text = filled_in(readme.read_text(encoding="utf-8"))
    with replacing(readme) as beside:
        beside.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
