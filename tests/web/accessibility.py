"""What stands in the way of people who use assistive technology, as axe-core finds it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
GRAVE = {"serious", "critical"}


def list_grave(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical."""
    # Through the debugger: the page's own policy lets no such script in.
    page.evaluate(AXE.read_text("utf-8") + ";0")
    found: dict[str, Any] = page.evaluate("axe.run(document)")
    return [
        f"{one['id']}: {node['html'][:160]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found["violations"]
        if one["impact"] in GRAVE
        for node in one["nodes"]
    ]
