"""On what a benchmark ran: the machine, the versions that its figures depend on, and the day."""

from __future__ import annotations

import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import psutil

from data.threads import cores

PACKAGES: Final = {
    "OpenVINO": "openvino",
    "OpenVINO GenAI": "openvino-genai",
    "FAISS": "faiss-cpu",
    "PyTorch": "torch",
    "sentence-transformers": "sentence-transformers",
    "LangChain core": "langchain-core",
    "NumPy": "numpy",
}
CPUINFO: Final = Path("/proc/cpuinfo")


def machine() -> str:
    """One paragraph for a document: day, processor, memory, system, versions. Packages that are absent are left out."""
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {found}" for name, package in PACKAGES.items() if (found := _version(package)))
    return (
        f"{datetime.now(UTC).date().isoformat()}, {processor()}, {cores()} cores, {memory:.0f} GB of memory, "
        f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}, {versions}."
    )


def processor() -> str:
    """The processor as it calls itself, or its architecture where it does not say."""
    lines = CPUINFO.read_text(encoding="utf-8").splitlines() if CPUINFO.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
