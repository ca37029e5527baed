#!/bin/sh
# The Dockerfile's steps without a container engine: the same scripts, in a temporary folder, as a user without rights.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
port=${XIANZHI_PORT:-8099}
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT INT TERM

chmod 755 "$work"
mkdir "$work/app" "$work/data" "$work/empty"
# What COPY takes: the tracked files, nothing that lies about in the checkout.
(cd "$source" && git ls-files -z | tar --null --files-from=- -cf -) | tar -xf - -C "$work/app"
echo "1/4 prepare the encoder"
sh "$work/app/deploy/prepare.sh" "$work/app" "$work/prepare" "$work/models"
echo "2/4 install what serves"
sh "$work/app/deploy/runtime.sh" "$work/app" "$work/venv"
echo "3/4 serve as a user without rights"
export XIANZHI_MODEL_DIR="$work/models" XIANZHI_DATA_DIR="$work/data" XIANZHI_API_KEY=prove XIANZHI_PORT="$port"
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1
run="$work/venv/bin/xianzhi serve --host 0.0.0.0 --port $port"
cd "$work/empty"
as_nobody="setpriv --reuid 65534 --regid 65534 --clear-groups"
if [ "$(id -u)" = 0 ] && ! $as_nobody "$work/venv/bin/python" -c "" 2>/dev/null; then
    echo "a user without rights cannot run $(readlink -f "$work/venv/bin/python"); name another as PYTHON" >&2
    exit 1
fi
if [ "$(id -u)" = 0 ]; then
    chown 65534:65534 "$work/data"
    $as_nobody sh -c "HOME=/nonexistent exec $run" &
else
    $run &
fi
server=$!
echo "4/4 health check"
tries=0
until "$work/venv/bin/python" "$work/app/deploy/check-health.py"; do
    tries=$((tries + 1))
    [ "$tries" -lt 60 ] || { echo "not healthy after 60 seconds" >&2; exit 1; }
    sleep 1
done
echo "healthy: the image's steps work"
