#!/bin/sh
# Second stage: what serves, without torch.
# Usage: runtime.sh SOURCE VENV
set -eu
"${PYTHON:-python3}" -m venv "$2"
"$2/bin/pip" install --quiet --disable-pip-version-check --constraint "$1/constraints.txt" "$1[postgres]"
if "$2/bin/python" -c "import torch" 2>/dev/null; then
    echo "torch must not be part of what serves" >&2
    exit 1
fi
