"""What the evaluations of conversation have in common: a report, and the command that keeps it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from benchmarks.documents import fill
from benchmarks.figures import merge
from data.errors import AisleError

DOCS = Path(__file__).resolve().parents[1] / "docs"
DOCUMENT = DOCS / "quality.md"
PERFORMANCE = DOCS / "performance.md"
SECURITY = DOCS / "security.md"

Options = argparse.Namespace


@dataclass
class Report:
    """`figures` as they go into JSON; `blocks` are Markdown for the marks of a document."""

    figures: dict[str, float] = field(default_factory=dict)
    blocks: dict[str, str] = field(default_factory=dict)

    def __or__(self, other: Report) -> Report:
        return Report(self.figures | other.figures, self.blocks | other.blocks)


def command(
    parser: argparse.ArgumentParser,
    measure: Callable[[Options, Console], Report],
    arguments: list[str] | None,
    document: Path = DOCUMENT,
) -> Report:
    """Parse the options, measure, print the figures, and keep what `--json` and `--docs` ask to be kept: the latter in
    `document` unless the caller names another file."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument(
        "--docs", nargs="?", type=Path, const=document, metavar="FILE", help="write tables and transcripts there"
    )
    options = parser.parse_args(arguments)
    console = Console()
    try:
        report = measure(options, console)
        for name, figure in report.figures.items():
            console.print(f"{name:40} {figure:.4g}", highlight=False)
        if options.json:
            merge(options.json, report.figures)
        if options.docs:
            fill(options.docs, report.blocks)
        return report
    except AisleError as error:
        parser.exit(1, f"{error}\n")
