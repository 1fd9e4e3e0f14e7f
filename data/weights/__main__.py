"""`python -m data.weights [NAME …]`: fetch the default models, or those named, ahead of their first use."""

from __future__ import annotations

import sys

from data.errors import AisleError
from data.weights import fetch, models


def main(names: list[str]) -> int:
    try:
        for name in names or [weights.name for weights in models() if weights.default]:
            print(fetch(name))
    except AisleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
