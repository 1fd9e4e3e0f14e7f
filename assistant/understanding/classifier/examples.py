"""What shoppers say and what they mean by it: lines written by people here, filled in and varied by rule.

Lines of `examples/*.yaml` that say the same are one group: whatever is made of them stays together when part of the
examples is held out, so that no paraphrase of a tested line has been learnt from.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import yaml

from assistant.understanding.classifier.grouping import paraphrases
from assistant.understanding.classifier.varying import varied
from assistant.understanding.language import has_cjk

SceneName = Literal["nothing", "list", "one", "cart", "asked", "asked_first"]
SITUATIONS: Final = 2  # of those in which a line may be said
KNOWN_HERE: Final = 0.5  # how often the thing that an example names is one that the shop's vocabulary has

_SLOT = re.compile(r"\{(thing|things|colour|brand|price|person|occasion)\}")


@dataclass(frozen=True)
class Example:
    """One message in one situation, made from a `line`; `group` is that of the lines that say the same. `written` is
    what a person wrote, filled in; the others are varied by rule.

    `names_thing` and `names_value` say whether the shop's vocabulary finds a shelf, or a colour or brand, in it.
    """

    label: str
    text: str
    scene: SceneName
    line: int
    group: int
    written: bool = True
    names_thing: bool = False
    names_value: bool = False


@cache
def examples() -> tuple[Example, ...]:
    """All of them, always the same and in the same order."""
    lines = list(_lines())
    made: list[Example] = []
    groups = paraphrases([(label, line) for label, _, line in lines])
    for number, (label, scenes, line) in enumerate(lines):
        chance = random.Random(zlib.crc32(f"{label} {line}".encode()))
        for scene in chance.sample(scenes, min(len(scenes), SITUATIONS)):
            made.append(_filled(label, line, scene, chance, number, groups[number]))
        told = varied(made[-1].text, chance, smalltalk=label.startswith("smalltalk"))
        made.append(replace(made[-1], text=told, scene=chance.choice(scenes), written=False))
    return tuple(made)


def sources() -> list[str]:
    """The texts that the examples are made from, for a fingerprint."""
    here = resources.files("assistant.understanding.classifier")
    files = [here / "fillings.yaml", *sorted((here / "examples").iterdir(), key=lambda file: file.name)]
    return [file.read_text(encoding="utf-8") for file in files if file.name.endswith(".yaml")]


@cache
def fillings() -> dict[str, Any]:
    text = resources.files("assistant.understanding.classifier").joinpath("fillings.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _lines() -> Iterator[tuple[str, list[SceneName], str]]:
    for text in sources()[1:]:
        for block in yaml.safe_load(text):
            for line in block["say"].strip().splitlines():
                yield block["label"], block["when"].split(), line.strip()


def _filled(label: str, line: str, scene: SceneName, chance: random.Random, number: int, group: int) -> Example:
    words = fillings()["zh" if has_cjk(line) else "en"]
    slots = set(_SLOT.findall(line))
    return Example(
        label=label,
        text=_SLOT.sub(lambda slot: chance.choice(words[slot[1]]), line),
        scene=scene,
        line=number,
        group=group,
        names_thing=bool(slots & {"thing", "things"}) and chance.random() < KNOWN_HERE,
        names_value=bool(slots & {"colour", "brand"}),
    )
