"""Who a customer is, as far as every agent may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.customers.masking import KEPT_REGION_LEVELS, mask_address, mask_email, mask_name, mask_phone
from kb.orders.order import Customer as OrderCustomer
from kb.orders.order import CustomerTier
from kb.orders.tables import Customer
from kb.orders.words import CUSTOMER_TIER, Words
from kb.text.mask import mask_personal_data


@dataclass(frozen=True, slots=True)
class MaskedCustomer:
    """Who it is, as far as everybody may see; None where it is not known."""

    id: str
    name: str | None
    phone: str | None
    email: str | None
    tier: CustomerTier | None
    tier_words: Words | None
    region: tuple[str, ...]
    address: str | None


def mask_customer(row: Customer) -> MaskedCustomer:
    """Return a stored customer as everybody may see them."""
    tier = CustomerTier(row.tier) if row.tier else None
    return MaskedCustomer(
        id=row.id,
        name=mask_name(row.name),
        phone=mask_phone(row.phone),
        email=mask_email(row.email),
        tier=tier,
        tier_words=CUSTOMER_TIER[tier] if tier else None,
        region=_mask_region(row.region),
        address=mask_address(row.address),
    )


def describe_unknown(customer_id: str, said: OrderCustomer | None) -> MaskedCustomer:
    """Return a customer of whom only their orders tell."""
    tier = said.tier if said else None
    region = said.region if said else None
    return MaskedCustomer(
        customer_id, None, None, None, tier, CUSTOMER_TIER[tier] if tier else None, _mask_region(region or ()), None
    )


def _mask_region(region: Sequence[str]) -> tuple[str, ...]:
    return tuple(mask_personal_data(part).text for part in region[:KEPT_REGION_LEVELS])
