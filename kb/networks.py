"""Networks of machines, as settings list them: addresses and CIDR, with blanks or commas between them."""

from __future__ import annotations

from ipaddress import ip_network


def read_networks(text: str) -> tuple[str, ...]:
    """Return each network of a list; raises ValueError, naming what is none."""
    networks = tuple(text.replace(",", " ").split())
    for network in networks:
        try:
            ip_network(network)
        except ValueError as error:
            raise ValueError(
                f"{network!r} is no IP address or network; the bits behind a network, as in 10.1.0.0/16, are zero"
            ) from error
    return networks
