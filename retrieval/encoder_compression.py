"""A network's weights in eight bits, for which the processor multiplies two to four times as many at once.

Run as a program, in a process of its own: NNCF writes to stdout, which may be somebody's protocol, and imports PyTorch.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class NotCompressibleError(Exception):
    """The network stays as it is; the text says why."""


def compress(network: Path, compressed: Path) -> None:
    """From one file of OpenVINO to another. Each output channel of a layer has a scale and a zero point of its own
    (NNCF, https://arxiv.org/abs/2002.08679); activations are rounded while the network runs, group by group, so that
    nothing has to be calibrated. Takes seconds.

    Raises NotCompressibleError.
    """
    command = [sys.executable, "-m", __name__, str(network), str(compressed)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise NotCompressibleError(said[-1] if said else f"exit status {done.returncode}")


def _main() -> None:
    import nncf  # noqa: PLC0415
    import openvino  # noqa: PLC0415

    network, compressed = sys.argv[1:]
    read = openvino.Core().read_model(network)
    openvino.save_model(nncf.compress_weights(read, mode=nncf.CompressWeightsMode.INT8_ASYM), compressed)


if __name__ == "__main__":
    _main()
