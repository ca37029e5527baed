"""Show enough of a customer's data to recognise it by, and not enough to use it."""

from __future__ import annotations

from kb.orders.tails import fold_phone

HIDDEN = "****"
KEPT_REGION_LEVELS = 3  # Province, city, district; what shops write below that is an address.


def mask_name(name: str | None) -> str | None:
    """Return the first character, which in Chinese is the surname: 周**; how long the name is stays hidden."""
    first = (name or "").strip()[:1]
    return f"{first}**" if first else None


def mask_phone(phone: str | None) -> str | None:
    """Return how a phone begins and ends: 138****1037; a short one only ends, a very short one does neither."""
    if not (phone or "").strip():
        return None
    digits = fold_phone(phone or "")
    if len(digits) >= 11:
        return f"{digits[:3]}{HIDDEN}{digits[-4:]}"
    return f"{HIDDEN}{digits[-2:]}" if len(digits) >= 7 else HIDDEN


def mask_email(email: str | None) -> str | None:
    """Return the first character, and nothing of the domain, which may be a person's own: u***@***."""
    first = (email or "").strip()[:1]
    return f"{first}***@***" if first else None


def mask_address(address: str | None) -> str | None:
    """Return whether there is one; the region beside it says as much of it as is needed."""
    return HIDDEN if (address or "").strip() else None
