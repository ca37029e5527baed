"""The guard: every figure, date and number of a reply, and what in the order or in a cited text supports it."""

from kb.replies.guard.check import (
    MAX_REPLY,
    Claim,
    GuardReport,
    ReplyTooLong,
    Support,
    SupportSource,
    check_reply,
    find_unsupported,
)
from kb.replies.guard.claims import ClaimKind
from kb.replies.guard.evidence import OrderEvidence
from kb.replies.guard.statements import Statements, read_statements

__all__ = [
    "MAX_REPLY",
    "Claim",
    "ClaimKind",
    "GuardReport",
    "OrderEvidence",
    "ReplyTooLong",
    "Statements",
    "Support",
    "SupportSource",
    "check_reply",
    "find_unsupported",
    "read_statements",
]
