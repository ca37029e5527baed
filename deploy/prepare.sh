#!/bin/sh
# First stage: install with torch, and turn the encoder into the files that serving reads.
# Usage: prepare.sh SOURCE VENV MODELS
set -eu
"${PYTHON:-python3}" -m venv "$2"
"$2/bin/pip" install --quiet --disable-pip-version-check --constraint "$1/constraints.txt" "$1[prepare]"
XIANZHI_MODEL_DIR="$3" "$2/bin/xianzhi" index prepare
# The unpacked source is only needed to export; serving reads the prepared folder.
rm -rf "$3"/*-source-*
