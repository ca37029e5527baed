"""What browsers may do with our answers: said in the headers of every one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OWN_PAGES = ("'self'",)


def make_security_headers(ancestors: Sequence[str] = OWN_PAGES) -> Mapping[str, str]:
    """Return the headers; `ancestors` are who may show our pages in a frame.

    Pages load nothing but our own files and ask nobody but our own API; nothing is inline, so that no text of a
    customer's can become a script.
    """
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
            f"base-uri 'none'; form-action 'none'; frame-ancestors {' '.join(ancestors)}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
