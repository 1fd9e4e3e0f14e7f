"""One file a format; a new format is a new file here with a class that has `name`, `sniff` and `read`."""

from data.importers.base import Batch, Importer, Source
from data.importers.registry import choose, formats

__all__ = ["Batch", "Importer", "Source", "choose", "formats"]
