"""Exit with 0 while the server is ready to answer; the container's health check."""

import os
import sys
import urllib.request

port = os.environ.get("XIANZHI_PORT", "8000")
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as answer:
        sys.exit(answer.status != 200)
except OSError:
    sys.exit(1)
