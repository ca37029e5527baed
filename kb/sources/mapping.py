"""The settings file of a shop's own system: where it answers, and which of its fields is which of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    field_validator,
    model_validator,
)

from kb.errors import InvalidInput
from kb.sources.json_path import JsonPath
from kb.transfer import fields
from kb.transfer.cells import Converter, UnusableCell
from kb.transfer.structured import InvalidStructure, parse_structure

MAX_FILE_BYTES = 200_000
MAX_FIELDS = 200
# A header that is called so is a secret, and no secret belongs into a file that is kept with the others.
SECRET_HEADER = re.compile(r"authorization|cookie|key|token|secret|password|sign", re.IGNORECASE)
HEADER_NAME = re.compile(r"[A-Za-z0-9-]{1,100}")
URL = re.compile(r"/(?!/)[^#]*")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS = "iso", "epoch_s", "epoch_ms"


def _check_time(value: str) -> str:
    if value not in {ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS} and "%" not in value:
        raise ValueError(f"a time is {ISO}, {EPOCH_SECONDS}, {EPOCH_MILLISECONDS}, or a form such as %Y%m%d%H%M%S")
    if "%" in value:
        try:
            datetime.strptime(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).strftime(value), value)
        except (ValueError, re.error) as error:
            raise ValueError("this form of a time cannot be read; write one such as %Y-%m-%d %H:%M:%S") from error
    return value


TimeForm = Annotated[str, Field(max_length=100), AfterValidator(_check_time)]


class MappingUnusable(InvalidInput):
    """The settings file of an order source cannot be used."""

    code = "order_source_unusable"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class HeaderFromEnvironment(_Strict):
    """A header whose value stands in an environment variable."""

    environment: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
    prefix: Annotated[str, Field(max_length=100)] = ""


class NotFoundRule(_Strict):
    """How an answer with status 200 says that there is no such order."""

    path: JsonPath
    values: Annotated[tuple[str | int, ...], Field(min_length=1, max_length=20)]


class RequestRule(_Strict):
    """One request: its address below `base_url`, and where in the answer the thing asked for stands."""

    url: Annotated[str, Field(max_length=1_000)]
    at: JsonPath = ()
    not_found: NotFoundRule | None = None


class FieldRule(_Strict):
    """Where one of our fields stands in theirs, and how it is written there."""

    path: JsonPath
    values: Annotated[Mapping[str, str | None], Field(max_length=200)] = Field(default_factory=dict)
    time: TimeForm | None = None
    cents: bool | None = None


class ListRule(_Strict):
    """Where a list of ours stands in theirs, and what each of its entries holds."""

    each: JsonPath
    fields: Rules


def _is_list(rule: object) -> str:
    return "list" if isinstance(rule, ListRule) or (isinstance(rule, dict) and "each" in rule) else "field"


Rule = Annotated[
    Annotated[FieldRule, Tag("field")] | Annotated[ListRule, Tag("list")],
    Discriminator(_is_list),
    BeforeValidator(lambda value: {"path": value} if isinstance(value, str) else value),
]
Rules = Annotated[Mapping[str, Rule], Field(max_length=MAX_FIELDS)]


class Requests(_Strict):
    """What can be asked of the system; each address holds the placeholder that its name tells."""

    order: RequestRule | None = None
    customer_orders: RequestRule | None = None
    customer_by_phone: RequestRule | None = None


class CacheRules(_Strict):
    """How many answers are kept, how long one is as good as new, and how long it may stand in while nobody answers."""

    size: Annotated[int, Field(ge=0, le=100_000)] = 1_000
    seconds: Annotated[float, Field(ge=0, le=3_600)] = 10.0
    stale_seconds: Annotated[float, Field(ge=0, le=604_800)] = 3_600.0


class BreakerRules(_Strict):
    """After how many failures in a row nothing is asked any more, and for how long."""

    failures: Annotated[int, Field(ge=1, le=1_000)] = 5
    seconds: Annotated[float, Field(gt=0, le=3_600)] = 30.0


PLACEHOLDERS = {"order": "order_id", "customer_orders": "customer_id", "customer_by_phone": "phone"}


class SourceMapping(_Strict):
    """All of the file."""

    base_url: Annotated[str, Field(max_length=1_000)]
    headers: Annotated[Mapping[str, str | HeaderFromEnvironment], Field(max_length=50)] = Field(default_factory=dict)
    ca_file: Path | None = None
    timeout_ms: Annotated[int, Field(ge=50, le=10_000)] = 800
    zone: str | None = None
    time: TimeForm = "iso"
    cents: bool = False
    cache: CacheRules = CacheRules()
    breaker: BreakerRules = BreakerRules()
    requests: Requests
    order: Rules
    customer: Rules = Field(default_factory=dict)

    @field_validator("base_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        has_more = parts.query or parts.fragment or parts.username is not None or parts.password is not None
        if parts.scheme not in {"http", "https"} or not parts.hostname or has_more or PLACEHOLDER.search(value):
            raise ValueError("is to be http(s)://host/path, without a name, password, query or placeholder in it")
        return value.rstrip("/")

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, value: str | None) -> str | None:
        try:
            return value if value is None else ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"there is no time zone {value!r}") from error

    @field_validator("headers")
    @classmethod
    def _holds_no_secret(
        cls, value: Mapping[str, str | HeaderFromEnvironment]
    ) -> Mapping[str, str | HeaderFromEnvironment]:
        for name, header in value.items():
            if not HEADER_NAME.fullmatch(name):
                raise ValueError("the name of a header is letters, digits and -")
            if isinstance(header, str) and SECRET_HEADER.search(name):
                raise ValueError(f"{name} is a secret: write {{environment: NAME_OF_A_VARIABLE}} in place of its value")
            if isinstance(header, str) and not header.isprintable():
                raise ValueError(f"{name} holds a character that no header may hold")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> SourceMapping:
        _check_requests(self)
        _check_names("order", self.order, _ORDER)
        _check_names("customer", self.customer, _CUSTOMER)
        if "status" not in self.order:
            raise ValueError("order.status is missing: no order is known without it")
        if self.requests.customer_by_phone is not None and "id" not in self.customer:
            raise ValueError("customer.id is missing: no customer is known without it")
        return self


@dataclass(frozen=True, slots=True)
class _Kind:
    """The fields of a kind of record, and which of them are lists of parts."""

    converters: fields.Converters
    lists: frozenset[str]


_ORDER = _Kind(fields.ORDER, frozenset({"items", "shipments", "shipments.events"}))
_CUSTOMER = _Kind(fields.CUSTOMER, frozenset())


def read_mapping(path: Path) -> SourceMapping:
    """Return what a settings file says; raises `MappingUnusable` with every fault."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise MappingUnusable(
            f"The order source {path} cannot be read: {error.strerror or type(error).__name__}. "
            "XIANZHI_ORDER_SOURCE is `tables` or the path of a settings file."
        ) from error
    if len(data) > MAX_FILE_BYTES:
        raise MappingUnusable(f"The order source {path} is larger than {MAX_FILE_BYTES:,} bytes.")
    try:
        return SourceMapping.model_validate(parse_structure(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise MappingUnusable(f"The order source {path} is not UTF-8. Save it as UTF-8.") from error
    except InvalidStructure as error:
        raise MappingUnusable(f"The order source {path} {error}.") from error
    except ValidationError as error:
        raise MappingUnusable(
            f"The order source {path} cannot be used. Correct what is listed; docs/order-sources.md has an example.",
            details=list(_explain(error)),
        ) from error


def _explain(error: ValidationError) -> Iterator[str]:
    for details in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in details["loc"]) or "the file"
        is_ours = details["type"] == "value_error"
        yield f"{place}: {details['ctx']['error'] if is_ours else details['msg']}"


def _check_requests(mapping: SourceMapping) -> None:
    rules = {name: getattr(mapping.requests, name) for name in PLACEHOLDERS}
    if not any(rules.values()):
        raise ValueError(f"requests has none of: {', '.join(PLACEHOLDERS)}")
    for name, rule in rules.items():
        if rule is None:
            continue
        wanted = PLACEHOLDERS[name]
        if PLACEHOLDER.findall(rule.url) != [wanted] or not URL.fullmatch(rule.url):
            raise ValueError(f"requests.{name}.url is to begin with one / and to hold {{{wanted}}} once, and no other")
        if not rule.url.isascii() or not rule.url.isprintable() or " " in rule.url:
            raise ValueError(f"requests.{name}.url holds a character that no address may hold")


def _check_names(place: str, rules: Mapping[str, FieldRule | ListRule], kind: _Kind, at: str = "") -> None:
    for name, rule in rules.items():
        field = f"{at}{name}"
        if isinstance(rule, ListRule):
            if field not in kind.lists:
                raise ValueError(f"{place}.{field} is no list: name the path of its value")
            _check_names(place, rule.fields, kind, f"{field}.")
        elif field not in kind.converters or field.rpartition(".")[0] in kind.lists - {at.rstrip(".")}:
            raise ValueError(f"{place}.{field} is no field of ours, or stands in a list that needs `each` and `fields`")
        else:
            _check_values(f"{place}.{field}", rule, kind.converters[field])


def _check_values(place: str, rule: FieldRule, convert: Converter) -> None:
    for value in rule.values.values():
        try:
            convert(value or "", UTC)
        except UnusableCell as error:
            raise ValueError(f"{place}: {error.problem}. {error.remedy}") from error
