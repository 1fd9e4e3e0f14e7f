"""What a shop has, and where it lies on disk."""

import sys

# Whatever imports OpenVINO has it report that to its makers, from a forked process, unless this cannot be imported.
# It stands here because every part of the program imports this package before it imports OpenVINO.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
