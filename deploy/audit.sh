#!/bin/sh
# Asks a public list of known weaknesses about every pinned package. Needs the network, and so is no part of `make test`.
# Ends with 0: none is known; 1: some are; 2: nobody could be asked.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
# In an environment of its own: what audits is no part of what is audited.
"${PYTHON:-python3}" -m venv "$work/venv"
if ! "$work/venv/bin/pip" install --quiet --disable-pip-version-check "pip-audit==2.10.1" 2>"$work/log"; then
    tail -n 3 "$work/log" >&2
    echo "NOT AUDITED: pip-audit could not be installed. Run it where packages can be reached." >&2
    exit 2
fi
"$work/venv/bin/pip-audit" --disable-pip --no-deps --requirement "$source/constraints.txt" \
    --format json --output "$work/report.json" --progress-spinner off 2>"$work/log" || true
if [ ! -s "$work/report.json" ]; then
    tail -n 3 "$work/log" >&2
    echo "NOT AUDITED: the list of weaknesses could not be reached. Run it where the network can be." >&2
    exit 2
fi
"$work/venv/bin/python" "$source/deploy/audit.py" "$work/report.json"
