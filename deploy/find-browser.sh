#!/bin/sh
# Finds a Chromium for the tests of pages; on Debian, as root, it installs one. Never fails: the tests skip.
for name in chromium chromium-browser google-chrome; do
    # A name alone is no browser: some systems have one that only says what to install.
    "$name" --version >/dev/null 2>&1 </dev/null && exit 0
done
hint="no Chromium here: tests of pages are skipped; on Debian: apt-get install chromium fonts-noto-cjk"
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
    echo "$hint"
    exit 0
fi
echo "installing Chromium for the tests of pages (once)"
export DEBIAN_FRONTEND=noninteractive
{ apt-get install -qq -y chromium fonts-noto-cjk || { apt-get update -qq && apt-get install -qq -y chromium fonts-noto-cjk; }; } \
    >/dev/null 2>&1 </dev/null || echo "$hint"
exit 0
