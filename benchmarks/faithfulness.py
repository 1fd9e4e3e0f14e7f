"""Whether replies say only what is so: conversations by seed with the demo store, judged straight from its tables.

Shoppers search, compare, ask and provoke (`faithfulness_talk.yaml`), in English and Chinese, until the language model
has written in so many turns. Kept are the reply, and what the model wrote before the check; `claims_judge.py` judges
both. Conversations are appended to `$AISLE_HOME/evaluations/faithfulness-<fingerprint>.jsonl` as they end, so that a
long run may be stopped and taken up again; the fingerprint is of the store, the seed and what writes replies.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field
from rich.console import Console

import assistant.prompts
import assistant.replies
from assistant import Assistant
from assistant.turn import Turn
from benchmarks.claims_judge import Finding, Judge
from benchmarks.documents import markdown
from benchmarks.evaluation import Options, Report, command
from data.errors import AisleError
from data.records import Product
from data.store import Store, fingerprint, home

TURNS = 300
LONGEST = 4  # messages of a conversation
CHINESE = 0.2  # of the conversations
EXAMPLES = 12
_WRITES_REPLIES = (
    "reply", "reply_again", "compare", "to_chinese", "plain_words", "checker", "claims", "comparing", "facts",
    "grounds", "guard", "mentions", "suspicion", "translation", "writer",
)  # fmt: skip
_TALK = yaml.safe_load(Path(__file__).with_name("faithfulness_talk.yaml").read_text(encoding="utf-8"))


class Overheard(BaseChatModel):
    """The store's model, with all that it writes kept in `written`: which prompt, what came, how long it took."""

    model: BaseChatModel
    written: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "overheard"

    def _generate(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> ChatResult:
        result = self.model._generate(messages, stop, None, **kwargs)
        self._keep(messages, str(result.generations[0].message.content))
        return result

    def _stream(
        self, messages: list[BaseMessage], stop: Any = None, run_manager: Any = None, **kwargs: Any
    ) -> Iterator[ChatGenerationChunk]:
        text = ""
        try:
            for chunk in self.model._stream(messages, stop, None, **kwargs):
                text += str(chunk.message.content)
                yield chunk
        finally:  # the writer leaves at the first sentence that it refuses: what was written until then counts
            self._keep(messages, text)

    def _keep(self, messages: list[BaseMessage], text: str) -> None:
        names = {
            str(assistant.prompts.prefix(name)[0].content): name
            for name in ("reply", "compare", "reply_again", "to_chinese")
        }
        if name := names.get(str(messages[0].content)):
            self.written.append({"prompt": name, "text": text})


def measure(options: Options, console: Console) -> Report:
    store = Store.open(options.store)
    file = options.kept or _file(store, options.seed)
    rows = _talked(store, options, file, console)
    if not rows:
        raise AisleError("No turn in which the model wrote: the evaluation needs a language model.")
    console.print(f"Turns in {file}", highlight=False, soft_wrap=True)
    return report(rows, Judge(store))


def report(rows: list[dict[str, Any]], judge: Judge) -> Report:
    after = [
        finding for row in rows for finding in judge.findings(row["text"], row["added"], row["shown"], row["message"])
    ]
    raw = [finding for row in rows for finding in _before(row, judge)]
    wrote = [row for row in rows if row["written"]]
    asked = [row for row in wrote if row["written"][0]["prompt"] != "to_chinese"]
    retried = [row for row in asked if any(each["prompt"] == "reply_again" for each in row["written"])]
    figures: dict[str, float] = {
        "turns": len(wrote),
        "unsupported_prices": _unsupported(after, "price"),
        "unsupported_products": _unsupported(after, "product"),
        "unsupported_quotes": _unsupported(after, "quote"),
        "unsupported_attribute_rate": _rate(after),
        "fallback_rate": sum(not row["added"] for row in asked) / max(len(asked), 1),
        "attribute_claims": sum(finding.kind == "attribute" for finding in after),
        "before_check.unsupported_prices": _unsupported(raw, "price"),
        "before_check.unsupported_products": _unsupported(raw, "product"),
        "before_check.unsupported_attribute_rate": _rate(raw),
        "refused_share": sum(bool(row["refused"]) for row in asked) / max(len(asked), 1),
        "retried_share": len(retried) / max(len(asked), 1),
        "saved_by_retry": sum(bool(row["added"]) for row in retried) / max(len(retried), 1),
        "reply_seconds.p50": float(np.median([row["seconds"] for row in wrote])),
        "reply_seconds.p95": float(np.quantile([row["seconds"] for row in wrote], 0.95)),
    }
    return Report(figures, _blocks(figures, asked, after))


def _talked(store: Store, options: Options, file: Path, console: Console) -> list[dict[str, Any]]:
    rows = _read(file)
    if sum(bool(row["written"]) for row in rows) >= options.turns or options.kept:
        return rows
    opened = Assistant.open(options.store, progress=False)
    if opened.model is None:
        raise AisleError("The evaluation of what the model writes needs a language model.")
    model = Overheard(model=opened.model)
    talking = Assistant(opened.shop, model)
    number = 1 + max((row["conversation"] for row in rows), default=-1)
    while sum(bool(row["written"]) for row in rows) < options.turns:
        talk = list(_conversation(talking, model, number, options.seed))
        rows += talk
        with file.open("a", encoding="utf-8") as kept:
            kept.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in talk)
        console.print(
            f"conversation {number}: the model wrote in {sum(bool(row['written']) for row in rows)} turns",
            highlight=False,
        )
        number += 1
    opened.close()
    return rows


def _conversation(talking: Assistant, model: Overheard, number: int, seed: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(f"{seed}-{number}")
    session = f"faithfulness-{seed}-{number}"
    talking.delete_session(session)
    language = "zh" if rng.random() < CHINESE else "en"
    product = talking.shop.catalogue.product(rng.randrange(len(talking.shop.catalogue)))
    talk = _TALK["open"][language], *[_TALK["follow"][language]] * rng.randint(1, LONGEST - 1)
    seen: list[str] = []
    for templates in talk:
        model.written.clear()
        turn = talking.reply(_filled(rng.choice(templates), product, rng), session=session)
        seen = [
            *(each.product_id for each in turn.products),
            *(line.product.product_id for line in turn.cart.lines),
            *seen,
        ]
        yield _row(turn, number, language, list(model.written), list(dict.fromkeys(seen))[:12])
    talking.delete_session(session)


def _row(turn: Turn, number: int, language: str, written: list[dict[str, Any]], shown: list[str]) -> dict[str, Any]:
    return {
        "conversation": number, "message": turn.message, "language": language, "intent": turn.understanding.intent,
        "text": turn.text, "added": _added(turn, written), "written": written, "refused": turn.refused, "shown": shown,
        "seconds": turn.seconds["total"] - turn.seconds["understand"],
    }  # fmt: skip


def _added(turn: Turn, written: list[dict[str, Any]]) -> str:
    """The sentences of the model's own that were sent."""
    own = [each["text"] for each in written if each["prompt"] != "to_chinese"]
    sentences = [sentence.strip() for text in own for sentence in re.split(r"(?<=[.!?])\s+", text)]
    return " ".join(sentence for sentence in sentences if sentence and sentence in turn.text)


def _before(row: dict[str, Any], judge: Judge) -> list[Finding]:
    """What the model wrote first, whole sentences only, as if it had been sent."""
    first = next((each["text"] for each in row["written"] if each["prompt"] in ("reply", "compare")), "")
    whole = first[: max(first.rfind(mark) for mark in ".!?") + 1]
    return judge.findings(whole, whole, row["shown"], row["message"])


def _filled(template: str, product: Product, rng: random.Random) -> str:
    uses = [tag for tag in product.tags if " " in tag and tag.isascii()] or ["every day"]
    flags = [name for name, value in product.attributes.items() if value in ("yes", "no")] or ["light"]
    return template.format(
        family=product.family.lower().removesuffix("s"),
        use=rng.choice(uses),
        word=rng.choice(flags),
        colour=(product.values("colour") or ("blue",))[0],
        price=rng.choice([20, 50, 100, 200]),
        shelf=product.family.lower(),
    )


def _blocks(figures: dict[str, float], asked: list[dict[str, Any]], after: list[Finding]) -> dict[str, str]:
    table = [["", "sent", "before the check"]]
    for name, key in (("unsupported prices", "unsupported_prices"), ("unsupported products", "unsupported_products")):
        table.append([name, f"{figures[key]:.0f}", f"{figures['before_check.' + key]:.0f}"])
    rates = [figures["unsupported_attribute_rate"], figures["before_check.unsupported_attribute_rate"]]
    table.append(["unsupported attribute claims", *(f"{rate:.1%}" for rate in rates)])
    shares = [["of the turns in which the model was asked for more", "share"]]
    shares += [[name, f"{figures[key]:.0%}"] for name, key in (
        ("a sentence was refused", "refused_share"), ("asked a second time", "retried_share"),
        ("of these, saved by it", "saved_by_retry"), ("nothing but phrases in the end", "fallback_rate"))]  # fmt: skip
    refused = [sentence for row in asked for sentence in row["refused"]]
    drawn = random.Random(0).sample(refused, min(EXAMPLES, len(refused)))
    wrong = [f"- {finding.claim}: {finding.sentence}" for finding in after if not finding.supported][:EXAMPLES]
    return {
        "faithfulness.table": f"{figures['turns']:.0f} turns.\n\n{markdown(table)}\n\n{markdown(shares)}",
        "faithfulness.refused": "\n".join(f"- {sentence}" for sentence in drawn) or "None.",
        "faithfulness.unsupported": "\n".join(wrong) or "None.",
    }


def _unsupported(findings: list[Finding], kind: str) -> float:
    return float(sum(finding.kind == kind and not finding.supported for finding in findings))


def _rate(findings: list[Finding]) -> float:
    claims = [finding.supported for finding in findings if finding.kind == "attribute"]
    return 1 - sum(claims) / len(claims) if claims else 0.0


def _file(store: Store, seed: int) -> Path:
    folders = [Path(package.__path__[0]) for package in (assistant.replies, assistant.prompts)]
    files = sorted(file for folder in folders for file in folder.iterdir() if file.stem in _WRITES_REPLIES)
    mark = fingerprint(store.products_file, Path(__file__).with_name("faithfulness_talk.yaml"), *files, str(seed))[:12]
    folder = home() / "evaluations"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"faithfulness-{mark}.jsonl"


def _read(file: Path) -> list[dict[str, Any]]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [json.loads(line) for line in lines if line.endswith("}")]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=TURNS, help="in so many the model must have written")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--store", default="demo", help="its name, or the path of its folder")
    parser.add_argument("--kept", type=Path, metavar="FILE", help="judge the turns in this file, and talk no further")
    command(parser, measure, arguments)


if __name__ == "__main__":
    main()
