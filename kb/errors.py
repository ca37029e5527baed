"""Errors that a user can act on; each states the fact and the remedy."""

from __future__ import annotations

from typing import ClassVar


class XianzhiError(Exception):
    """Base of every error we raise on purpose: `code` is stable, the message is for people."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, details: list[str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details or []


class InvalidInput(XianzhiError, ValueError):
    """What the caller sent cannot be used as it is; a ValueError, so that pydantic reports it with its field."""

    code = "invalid_input"


class NotFound(XianzhiError):
    """Something named by the caller does not exist."""

    code = "not_found"


class OrderNotFound(NotFound):
    """No order has this id."""

    code = "order_not_found"

    def __init__(self, order_id: str) -> None:
        super().__init__("No order has this id. Check the number, or send the order itself as `order`.")
        self.order_id = order_id


class CustomerNotFound(NotFound):
    """No customer has this id."""

    code = "customer_not_found"

    def __init__(self, customer_id: str) -> None:
        super().__init__("No customer has this id. Check it, or send the order itself as `order`.")
        self.customer_id = customer_id


class ArticleNotFound(NotFound):
    """No article has this id."""

    code = "article_not_found"

    def __init__(self, article_id: str) -> None:
        super().__init__(f"No article has the id {article_id!r}. List the ids with `xianzhi kb export`.")
        self.article_id = article_id


class InvalidCondition(InvalidInput):
    """A condition does not follow the condition language."""

    code = "invalid_condition"


class InvalidReply(InvalidInput):
    """A reply template does not parse, or names a slot that does not exist."""

    code = "invalid_reply"
