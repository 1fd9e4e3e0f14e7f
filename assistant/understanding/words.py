"""The small words of each language, from `languages/<code>/words.yaml`: places, pointers, degrees, names of fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml
from rapidfuzz import fuzz, process

from assistant.understanding.language import has_cjk
from assistant.understanding.scripts import simplified

ALIKE = 84  # of 100: a word with a slip of the finger
_LONG_WORD = re.compile(r"[a-z]{5,}", re.IGNORECASE)
_JOINTS = re.compile(r"[,;&，、；]")

Place = tuple[int, int]


@cache
def _by_language() -> Mapping[str, Mapping[str, Any]]:
    """What each language's file holds, by its code, English first."""
    folders = (each for each in resources.files("assistant.languages").iterdir() if each.is_dir())
    files = {
        each.name: each / "words.yaml" for each in sorted(folders, key=lambda each: (each.name != "en", each.name))
    }
    return {code: yaml.safe_load(file.read_text(encoding="utf-8")) for code, file in files.items() if file.is_file()}


def languages() -> tuple[str, ...]:
    return tuple(_by_language())


def tables() -> tuple[Mapping[str, Any], ...]:
    return tuple(_by_language().values())


@cache
def common_words() -> Mapping[str, frozenset[str]]:
    """The commonest words of each language by its code, of those that are told by them."""
    return {code: frozenset(table["common"]) for code, table in _by_language().items() if "common" in table}


def found(part: str, text: str) -> list[tuple[Place, Any]]:
    """Where the words of a part of the tables stand in the text and what they stand for, in the text's order; of two
    that overlap the longer."""
    plain = simplified(text.lower())
    taken: list[tuple[Place, Any]] = []
    hits = [(match.span(), meaning) for pattern, meaning in _patterns(part) for match in pattern.finditer(plain)]
    for span, meaning in sorted(hits, key=lambda hit: (hit[0][0] - hit[0][1], hit[0][0])):
        if not any(span[0] < end and start < span[1] for (start, end), _ in taken):
            taken.append((span, meaning))
    return sorted(taken, key=lambda hit: hit[0])


def says(part: str, text: str) -> bool:
    """Whether the text has any word of the part."""
    plain = simplified(text.lower())
    return any(pattern.search(plain) for pattern, _ in _patterns(part))


def mended(part: str, text: str) -> str:
    """The text with words of the part as they are spelt: "chepest" as "cheapest"."""
    known = _spelt(part)

    def spelt(word: re.Match[str]) -> str:
        near = process.extractOne(word[0].lower(), known, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return near[0] if near else word[0]

    return _LONG_WORD.sub(spelt, text)


@cache
def _spelt(part: str) -> tuple[str, ...]:
    said = (word for table in tables() for each, _ in _words(table.get(part, ())) for word in each.split())
    return tuple(dict.fromkeys(word for word in said if _LONG_WORD.fullmatch(word)))


def points(meaning: str, text: str) -> bool:
    """Whether the text has a pointer of that meaning: `all`, `other` …"""
    return any(each == meaning for _, each in found("pointers", text))


def starts(part: str, text: str) -> bool:
    """Whether the text begins with a word of the part."""
    return any(not text[:start].strip() for (start, _), _ in found(part, text))


def parted(text: str) -> list[str]:
    """What an enumeration names, one by one: "nuts, milk and eggs"."""
    joints = [place for part in ("both", "either") for place, _ in found(part, text)]
    joints += [match.span() for match in _JOINTS.finditer(text)]
    parts, start = list[str](), 0
    for place, end in sorted(joints):
        parts.append(text[start:place])
        start = end
    return [part for each in [*parts, text[start:]] if (part := each.strip())]


def cut_out(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text without these stretches."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return re.sub(r"\s+", " ", text).strip(" ,.;:!?，。；：！？、")


@cache
def _patterns(part: str) -> tuple[tuple[re.Pattern[str], Any], ...]:
    return tuple((_pattern(word), meaning) for table in tables() for word, meaning in _words(table.get(part, ())))


def _words(section: Any) -> Iterator[tuple[str, Any]]:
    """Words and what they stand for; of what is nested the way to it."""
    if isinstance(section, Mapping):
        for name, inside in section.items():
            if isinstance(inside, int):
                yield str(name), inside
            else:
                for word, meaning in _words(inside):
                    yield word, name if meaning is None else (name, meaning)
    else:
        for word in section:
            yield str(word), None


def _pattern(word: str) -> re.Pattern[str]:
    if has_cjk(word):
        return re.compile(re.escape(word))
    body = re.escape(word).replace(r"\*", r"\w+")
    return re.compile(rf"(?<![\w'-]){body}(?![\w'-])")


def fields_named(text: str) -> list[str]:
    """Fields of a product that the text names ("colour", 颜色)."""
    return list(dict.fromkeys(name for _, name in found("fields", text)))
