"""The `aisle` command: what it prints, and how it fails."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant import Assistant
from assistant.cli import BENCHMARKS, EVALUATIONS, app
from assistant.doctor import Finding, examine
from assistant.turn import Turn


@pytest.fixture
def store(shop: Assistant, store_folder: Path) -> str:
    """The folder of the demo shop, its index built."""
    return str(store_folder)


def printed(*arguments: str, stdin: str = "") -> str:
    result = CliRunner().invoke(app, arguments, input=stdin)
    assert result.exit_code == 0, result.exception
    return result.output


def test_ask_prints_the_turn_as_json(store: str) -> None:
    output = printed("ask", "tents under $250", "--store", store, "--session", "cli", "--llm", "none", "--json")
    turn = Turn.model_validate(json.loads(output))
    assert turn.understanding.filters.price_max == 250
    assert turn.products and all(product.price <= 250 for product in turn.products)
    assert {"understand", "first_product", "first_token", "total"} <= set(turn.seconds)


def test_messages_of_one_session_are_one_conversation(store: str) -> None:
    arguments = ("--store", store, "--session", "cli-two", "--llm", "none")
    printed("ask", "tents", *arguments)
    second = json.loads(printed("ask", "not grey", *arguments, "--json"))
    assert second["number"] == 2
    assert second["understanding"]["filters"]["category"] == ["Outdoor > Camping > Tents"]


def test_chat_answers_piped_lines_and_keeps_them(store: str, tmp_path: Path) -> None:
    saved = tmp_path / "kept" / "chat.md"
    output = printed(
        "chat", "--store", store, "--llm", "none", "--save", str(saved),
        stdin="water bottles in stock\n\nadd the first one to my cart\ncompare the first two\n",
    )  # fmt: skip
    assert output.index("> water bottles in stock") < output.index("> add the first one")
    assert "Added 1 ×" in output and "no language model" in output
    kept = saved.read_text(encoding="utf-8")
    assert kept.count("**Shopper:**") == kept.count("**Assistant:**") == 3
    assert "| Price |" in kept


BROKEN = {
    "an unknown store": (["ask", "hi", "--store", "no-such-shop"], "There is no store 'no-such-shop'"),
    "a missing file": (["ingest", "absent.csv", "--store", "new"], "absent.csv"),
    "a file that is no table": (["ingest", "picture.png", "--store", "new"], "picture.png"),
    "a wrong mapping": (["ingest", "picture.png", "--store", "new", "--map", "title"], "--map takes FIELD=COLUMN"),
    "an unknown benchmark": (["bench", "speed"], "There is no benchmark 'speed'"),
    "an unknown evaluation": (["eval", "taste"], "There is nothing called 'taste' to evaluate"),
    "training without a store": (["train", "--store", "no-such-shop"], "There is no store 'no-such-shop'"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_goes_wrong_is_one_sentence_and_exit_1(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments, sentence = BROKEN[case]
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    monkeypatch.setenv("AISLE_HOME", str(tmp_path / "home"))
    command = [sys.executable, "-m", "assistant.cli", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False)
    assert run.returncode == 1
    assert sentence in run.stderr.replace("\n", " ")
    assert "Traceback" not in run.stderr + run.stdout
    assert len(run.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("home/stores/*/products.parquet"))
    assert not list(tmp_path.rglob("*.part"))


def test_a_command_that_does_not_exist() -> None:
    assert CliRunner().invoke(app, ["sell"]).exit_code == 2


def test_train_says_what_each_model_is_worth_and_doctor_that_there_are_models(
    store_folder: Path, shop: Assistant, tmp_path: Path
) -> None:
    folder = tmp_path / "demo"
    shutil.copytree(store_folder, folder, ignore=shutil.ignore_patterns("aisle.db*", "models"))
    assert _models(str(folder)).state == "warn" and "aisle train" in _models(str(folder)).remedy
    output = printed("train", "--store", str(folder), "--models", "popularity,item_knn", "--seed", "3")
    assert "NDCG@10" in output and "item_knn" in output and "Learnt from" in output
    assert _models(str(folder)).state == "ok"
    answer = json.loads(
        printed("ask", "what do you recommend?", "--store", str(folder), "--user", "u0001", "--llm", "none", "--json")
    )
    assert answer["evidence"]["reasons"] and answer["user"] == "u0001"


def _models(store: str) -> Finding:
    return next(finding for finding in examine(store) if finding.name == "models")


@pytest.mark.parametrize("name", sorted({**BENCHMARKS, **EVALUATIONS}))
def test_every_benchmark_takes_the_options_that_the_command_gives_it(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    module = import_module(f"benchmarks.{ {**BENCHMARKS, **EVALUATIONS}[name] }")
    with pytest.raises(SystemExit) as ended:
        module.main(["--help"])
    assert ended.value.code == 0
    assert "--json" in capsys.readouterr().out
