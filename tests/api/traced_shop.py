"""A shop that is asked a few things and tells a collector: a process of its own, for a process has one tracer for good.

`python -m tests.api.traced_shop FOLDER ENDPOINT`
"""

from __future__ import annotations

import sys
from pathlib import Path

from kb.database import Database
from tests.api.conftest import fill, open_shop

AGENTS_KEY, WIDGETS_KEY = "a-key-of-an-agent", "a-key-of-a-widget"
QUESTION, SECRET_WORD = "七天无理由退货", "13800138000"
PARENT = f"00-{0xABC:032x}-{0xDEF:016x}-01"


def main(folder: Path, endpoint: str) -> None:
    """Ask one match as an agent, one as a widget, one that fails, and two without a key."""
    empty = folder / "empty.db"
    database = Database(f"sqlite:///{empty}")
    database.migrate()
    database.close()
    (folder / "shop").mkdir()
    keys = f"wang:agent:{AGENTS_KEY},page:widget:{WIDGETS_KEY}"
    with open_shop(folder / "shop", empty, keys=keys, more_settings={"traces_endpoint": endpoint}) as shop:
        fill(shop.database)
        agent, widget = ({"Authorization": f"Bearer {key}", "traceparent": PARENT} for key in (AGENTS_KEY, WIDGETS_KEY))
        body = {"question": QUESTION}
        shop.client.post("/v1/match", json=body, headers={**agent, "X-Request-ID": "asked-by-an-agent"})
        shop.client.post("/v1/match", json={**body, "audience": "public"}, headers=widget)
        shop.client.get("/v1/customers:lookup", params={"q": SECRET_WORD}, headers=agent)
        shop.client.post("/v1/match", json=body)
        shop.client.request(SECRET_WORD, "/healthz", headers={"traceparent": PARENT})


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
