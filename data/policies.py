"""A shop's policies: one Markdown file, a `##` heading for each topic."""

from __future__ import annotations

import re
from pathlib import Path

from data.errors import AisleError


def read_policies(path: Path) -> str:
    """The text of the file; one without `##` headings becomes a single topic.

    Raises AisleError where the file is missing, a folder, not text or empty.
    """
    if not path.is_file():
        raise AisleError(f"There is no file {path} with policies: name a Markdown file with a `## heading` per topic.")
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise AisleError(f"{path} is not UTF-8 text: save the policies as Markdown.") from error
    if not text:
        raise AisleError(f"{path} is empty: write the shop's policies under `## headings`.")
    if not re.search(r"(?m)^##\s+\S", text):
        text = "## Shop policies\n" + re.sub(r"(?m)^#\s+", "", text)
    return text + "\n"
