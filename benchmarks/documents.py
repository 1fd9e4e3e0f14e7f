"""Documents that the benchmarks write: tables and lists between `<!-- figures:NAME -->` and `<!-- /figures -->`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from data.errors import AisleError
from data.files import replacing

NOT_RUN: Final = "Not run."

Cells = list[list[str]]  # the first row is the header


def fill(file: Path, found: Mapping[str, str]) -> None:
    """Write the blocks between their marks; the document's others stay as they are.

    Raises AisleError where the document is not there, and KeyError for a block that it has no marks for.
    """
    if not file.exists():
        raise AisleError(f"{file} is not there: it holds the text that the tables stand in.")
    text = file.read_text(encoding="utf-8")
    if homeless := [name for name in found if f"<!-- figures:{name} -->" not in text]:
        raise KeyError(f"{file} has no marks for {', '.join(homeless)}")
    with replacing(file) as beside:
        beside.write_text(filled_in(text, found), encoding="utf-8")


def filled_in(text: str, found: Mapping[str, str]) -> str:
    """The text with every block that was found between its marks."""

    def block(mark: re.Match[str]) -> str:
        if mark["name"] not in found:
            return mark[0]
        return f"<!-- figures:{mark['name']} -->\n{found[mark['name']]}\n<!-- /figures -->"

    return re.sub(r"<!-- figures:(?P<name>[\w.]+) -->.*?<!-- /figures -->", block, text, flags=re.DOTALL)


def markdown(cells: Cells) -> str:
    """The table, numbers to the right; or that it was not run, where there is nothing below the header."""
    if len(cells) < 2:
        return NOT_RUN
    numeric = [all(re.match(r"[-+−∞\d]", row[at]) for row in cells[1:]) for at in range(len(cells[0]))]
    rule = ["---:" if each else "---" for each in numeric]
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])
