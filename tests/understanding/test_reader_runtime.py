"""The trained reader as it runs: what it makes of messages nobody wrote for it, of odd ones, and of damaged files."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path

import pytest

from assistant.conversation.commands import Command
from assistant.understanding.message import Message
from assistant.understanding.reader.labels import ACTS, CARD, LABELS, WEIGHTS
from assistant.understanding.reader.runtime import TRAINED, LearnedReader, ReaderError, open_reader
from assistant.understanding.reader.scene import Scene
from data.errors import AisleError

LIST = Scene(shown="wiper blades", titles=("Helmar wiper blade, 45 cm", "Ostra wiper blade, 60 cm"), after="list")


def trained() -> Path:
    return Path(str(resources.files("assistant.understanding.reader"))) / TRAINED


@pytest.fixture(scope="module")
def reader() -> LearnedReader:
    try:
        return open_reader()
    except ReaderError:
        raise  # it is shipped with the code
    except AisleError as error:
        pytest.skip(f"the reader's base cannot be fetched: {error}")


def holds(commands: list[Command], text: str) -> bool:
    """Commands in order, each a stretch of the message, with their spans inside."""
    position = 0
    for command in commands:
        inside = all(command.start <= s.start < s.end <= command.end and s.label in LABELS for s in command.spans)
        if not (inside and position <= command.start and text[command.start : command.end] == command.text):
            return False
        if command.act not in ACTS or not 0 < command.sure <= 1:
            return False
        position = command.start  # a letter of several tokens may be cut between them
    return True


def test_what_is_wanted_and_its_bound_are_marked(reader: LearnedReader) -> None:
    text = "I'm looking for front brake pads under $40"
    commands = reader.read(text, Scene())
    assert holds(commands, text)
    assert [command.act for command in commands] == ["find"]
    assert any("brake pads" in word for word in commands[0].words("thing"))
    assert any("40" in word for word in commands[0].words("price_max"))


@pytest.mark.parametrize(
    ("text", "scene", "act", "label", "word"),
    [
        ("how heavy is the second one?", LIST, "ask", "ref", "second"),
        ("put the first one in my cart", LIST, "add", "ref", "first"),
        ("第二个放购物车", LIST, "add", "ref", "第二个"),
        ("我想买刹车片，两百以内", Scene(), "find", "thing", "刹车片"),
        ("thanks a lot!", LIST, "thanks", "", ""),
        ("can I speak to a person please", LIST, "handoff", "", ""),
    ],
)
def test_plain_messages_are_read(
    reader: LearnedReader, text: str, scene: Scene, act: str, label: str, word: str
) -> None:
    commands = reader.read(text, scene)
    assert holds(commands, text)
    assert commands[-1].act == act
    if label:
        assert any(word in said for said in commands[-1].words(label))


@pytest.mark.parametrize("typed", ["", " ", "\t\n ", "\u200b"])
def test_an_empty_message_asks_for_nothing(reader: LearnedReader, typed: str) -> None:
    assert reader.read(Message.of(typed).text, LIST) == []


@pytest.mark.parametrize(
    "text",
    [
        "😀😀😀🧥",
        "?",
        "....",
        "a",
        "的",
        "\u0000\u0007",
        "İİİ ﬁﬁ ²",
        "🇫🇷" * 50,
        "<script>alert(1)</script>",
        "[x]{thing} || add | y",
    ],
)
def test_odd_messages_do_not_break_it(reader: LearnedReader, text: str) -> None:
    assert holds(reader.read(text, Scene()), text)


@pytest.mark.parametrize("unit", ["brake pads ", "刹车片", "x", "😀", ". "])
def test_a_hundred_thousand_characters_are_read_as_far_as_they_go(reader: LearnedReader, unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    commands = reader.read(text, Scene(shown=text[:5000]))
    assert commands and holds(commands, text)


def test_threads_that_share_a_reader_read_the_same(reader: LearnedReader) -> None:
    texts = [f"do you have {thing} under ${bound}" for thing in ("wipers", "oil", "刹车片") for bound in (10, 20, 30)]
    alone = [reader.read(text, LIST) for text in texts]
    with ThreadPoolExecutor(4) as threads:
        together = [*threads.map(lambda text: reader.read(text, LIST), texts)]
    assert [[*map(_in_short, commands)] for commands in together] == [[*map(_in_short, commands)] for commands in alone]


def _in_short(command: Command) -> tuple[object, ...]:
    return command.act, command.text, [(span.start, span.end, span.label) for span in command.spans]


def _copied(folder: Path) -> Path:
    if not (trained() / WEIGHTS).exists():
        pytest.skip(f"nothing has been trained in {trained()}")
    return Path(shutil.copytree(trained(), folder / "copy"))


@pytest.mark.parametrize(
    "damage", ["no folder", "no card", "no weights", "cut short", "not json", "a list", "other acts"]
)
def test_a_damaged_folder_is_told_with_the_way_out(damage: str, tmp_path: Path) -> None:
    folder = _copied(tmp_path)
    card, weights = folder / CARD, folder / WEIGHTS
    match damage:
        case "no folder":
            shutil.rmtree(folder)
        case "no card":
            card.unlink()
        case "no weights":
            weights.unlink()
        case "cut short":
            weights.write_bytes(weights.read_bytes()[:1000])
        case "not json":
            card.write_text("{", encoding="utf-8")
        case "a list":
            card.write_text("[1, 2]", encoding="utf-8")
        case "other acts":
            known = json.loads(card.read_text(encoding="utf-8"))
            card.write_text(json.dumps(known | {"acts": ["find"]}), encoding="utf-8")
    with pytest.raises(ReaderError, match="cannot be used") as told:
        open_reader(folder)
    assert str(folder) in str(told.value) and "aisle train-reader" in str(told.value)
