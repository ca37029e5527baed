"""From a question to ranked solutions."""

import os

# onnxruntime reports to its maker from version 1.29 on, unless this stands before it is first imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
