"""Every setting of the program; each can be given as an environment variable `XIANZHI_<NAME>`."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kb.access import ApiKey, holds_white_space, list_keys, read_keys, split_entries
from kb.networks import read_networks
from kb.origins import read_ancestors, read_origins
from kb.secret_files import SecretFiles

PREFIX = "XIANZHI_"
MOST_COST = 1_000.0  # Of a wrong answer: only what is 99.9 % sure is then shown as sure.
SHORTEST_SECRET, MOST_SECRETS = 16, 2
SHORTEST_CUSTOMER_SECRET = 32  # RFC 7518 §3.2: a key of HS256 is no shorter than its hash.
# What the database layer is written and tested for.
DRIVERS = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})


def split_secrets(secrets: SecretStr | None) -> tuple[bytes, ...]:
    """Return the secrets that a setting lists."""
    return tuple(part.encode() for part in split_entries(secrets.get_secret_value())) if secrets else ()


def _check_secrets(value: SecretStr | None, *, shortest: int) -> SecretStr | None:
    secrets = split_secrets(value)
    if value is not None and not (1 <= len(secrets) <= MOST_SECRETS):
        raise ValueError("it is one secret, or two with a comma between them")
    if any(len(secret) < shortest for secret in secrets):
        raise ValueError(f"a secret has at least {shortest} characters")
    return value


def default_model_dir() -> Path:
    """Return the folder where prepared encoders are kept: they are large, and shared by every checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "xianzhi" / "models"


class Settings(BaseSettings):
    """Settings from the environment and an optional `.env` file."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        extra="ignore",
        hide_input_in_errors=True,  # A URL of a database holds its password.
    )

    data_dir: Path = Field(Path("var"), description="Folder of the database and the index generations.")
    database_url: str = Field(
        "",
        description="SQLAlchemy URL; empty means SQLite in `data_dir`. PostgreSQL: `postgresql+psycopg://…`.",
        examples=["postgresql+psycopg://user:password@host/database"],
    )
    model: str = Field(
        "bundled", description="Encoder: `bundled`, a sentence-transformers folder, or a model hub name."
    )
    model_dir: Path = Field(
        default_factory=default_model_dir,
        description="Folder where prepared encoders are cached by checksum.",
    )
    precision: Literal["int8", "float32"] = Field(
        "int8", description="Arithmetic of the served encoder.", examples=["int8"]
    )
    encoder_threads: int = Field(1, ge=1, le=64, description="Threads the encoder uses for one batch.", examples=["1"])
    questions_together: int = Field(
        1,
        ge=1,
        le=64,
        description="Questions arriving together that share one batch of the encoder; 1 encodes each alone.",
        examples=["1"],
    )
    question_vectors: int = Field(
        10_000,
        ge=0,
        le=1_000_000,
        description="Vectors of the last questions that a server remembers, about 2 kB each; 0 remembers none.",
        examples=["10000"],
    )
    questions_kept: int = Field(
        1_000,
        ge=0,
        le=100_000,
        description="Questions for which a server keeps what it found until the base changes; 0 keeps none.",
        examples=["1000"],
    )
    timezone: str = Field(
        "Asia/Shanghai",
        description="The shop's time zone: dates in replies are written in it.",
        examples=["Asia/Shanghai"],
    )
    now: datetime | None = Field(
        None,
        description="A fixed present moment (ISO 8601 with zone), for demonstrations; empty means the clock.",
        examples=["2026-11-20T10:00:00+08:00"],
    )
    wrong_answer_cost: float = Field(
        1.0,
        ge=0.0,
        le=MOST_COST,
        description="What a wrong answer shown to an agent as sure costs, in right answers withheld.",
        examples=["1"],
    )
    wrong_answer_cost_public: float = Field(
        1.0,
        ge=0.0,
        le=MOST_COST,
        description="The same of a wrong answer shown to a customer.",
        examples=["1"],
    )
    record_matches: bool = Field(
        True,
        description="Record matches, masked, so that feedback can name them and evaluation can learn from use.",
        examples=["true"],
    )
    matches_kept_days: int = Field(
        90, ge=1, le=3_650, description="Days that recorded matches and their feedback are kept.", examples=["90"]
    )
    solutions_seconds: float = Field(
        0.5,
        ge=0.0,
        le=30.0,
        description="Seconds a look-up spends on the solutions of its likely reasons; 0 leaves them out.",
        examples=["0.5"],
    )
    client_seconds: float = Field(
        10.0,
        gt=0.0,
        le=600.0,
        description="Seconds that a client has to send a request, and to take its answer; more for what is long.",
        examples=["10"],
    )
    idle_seconds: int = Field(
        15, ge=1, le=600, description="Seconds that a connection stays open with nothing asked.", examples=["15"]
    )
    connections: int = Field(
        256, ge=1, le=10_000, description="Connections at once; who waits gives way to who comes.", examples=["256"]
    )
    connections_per_address: int = Field(
        128, ge=1, le=10_000, description="The same from one address, but that of a named proxy.", examples=["128"]
    )
    order_source: str = Field(
        "tables",
        min_length=1,
        description="Where orders come from: `tables`, our own, or the settings file of the shop's own system.",
        examples=["tables"],
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="Signs what is sent to `/v1/events`; two with a comma between them while one replaces the other.",
        examples=["at-least-sixteen-characters"],
    )
    customer_secret: SecretStr | None = Field(
        None,
        description="Signs who a visitor of the shop's pages is; two with a comma while one replaces the other.",
        examples=["at-least-thirty-two-characters-long"],
    )
    widget_origins: str = Field(
        "",
        description="Origins of the shop's pages that may ask the widget's addresses from a browser.",
        examples=["https://shop.example.com"],
    )
    host_origins: str = Field(
        "",
        description="Origins of pages that may send the sidebar a conversation and take replies from it.",
        examples=["https://desk.example.com"],
    )
    frame_ancestors: str = Field(
        "self",
        description="Who may show our pages in a frame: `self`, `none`, and origins.",
        examples=["self https://desk.example.com"],
    )
    traces_endpoint: str = Field(
        "",
        description="OTLP/HTTP address of an OpenTelemetry collector that traces are sent to; empty sends none.",
        examples=["http://127.0.0.1:4318/v1/traces"],
    )
    api_key: SecretStr | None = Field(
        None, description="Bearer key asked of every `/v1` request; needed to serve beyond this machine."
    )
    api_keys: SecretStr | None = Field(
        None,
        description="Keys with roles, `name:role:key` with commas between them.",
        examples=["wang:agent:at-least-sixteen-characters"],
    )
    keys_required: bool = Field(
        False,
        description="Ask for a key also where there is none, as behind a proxy on this machine.",
        examples=["true"],
    )
    key_requests_per_minute: int = Field(
        6_000,
        ge=0,
        le=1_000_000,
        description="Requests a minute that one key may make, but those of widgets; 0 sets no limit.",
        examples=["6000"],
    )
    address_requests_per_minute: int = Field(
        600,
        ge=0,
        le=1_000_000,
        description="Requests a minute that one address may make with a widget's key; 0 sets no limit.",
        examples=["600"],
    )
    proxies: str = Field(
        "",
        description="Addresses or networks of the proxies before us whose `X-Forwarded-For` is believed.",
        examples=["10.0.0.0/24"],
    )

    @field_validator("now", "api_key", "api_keys", "webhook_secret", "customer_secret", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("webhook_secret")
    @classmethod
    def _secrets_are_long(cls, value: SecretStr | None) -> SecretStr | None:
        return _check_secrets(value, shortest=SHORTEST_SECRET)

    @field_validator("customer_secret")
    @classmethod
    def _customer_secrets_are_long(cls, value: SecretStr | None) -> SecretStr | None:
        return _check_secrets(value, shortest=SHORTEST_CUSTOMER_SECRET)

    @field_validator("host_origins", "widget_origins")
    @classmethod
    def _origins_are_readable(cls, value: str) -> str:
        read_origins(value)
        return value

    @field_validator("proxies")
    @classmethod
    def _networks_are_readable(cls, value: str) -> str:
        read_networks(value)
        return value

    @field_validator("frame_ancestors")
    @classmethod
    def _ancestors_are_readable(cls, value: str) -> str:
        read_ancestors(value)
        return value

    @field_validator("api_key")
    @classmethod
    def _key_can_be_offered(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and holds_white_space(value.get_secret_value()):
            raise ValueError("a key has no white space in it; several keys, each with a role, go into api_keys")
        return value

    @field_validator("api_keys")
    @classmethod
    def _keys_can_be_read(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not read_keys(value.get_secret_value()):
            raise ValueError("it lists no key; write name:role:key, or leave it out")
        return value

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # "Asia" is a folder of zones.
            raise ValueError(f"there is no time zone {value!r}") from error
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername if value else "sqlite"
        except (ArgumentError, ValueError) as error:
            raise ValueError("it is not a URL") from error
        if driver not in DRIVERS:
            raise ValueError(f"the database {driver!r} is none of: {', '.join(sorted(DRIVERS))}")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read secrets also from the files that variables name, before the variables: an empty one hides no file."""
        variables: dict[str, str | None] = {}
        for source in (dotenv_settings, env_settings):
            variables |= source.env_vars if isinstance(source, EnvSettingsSource) else {}
        return init_settings, SecretFiles(settings_cls, variables), env_settings, dotenv_settings

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    def find_now(self) -> datetime:
        """Return the present moment: the clock's, or the fixed one, which without a zone is the shop's."""
        fixed = self.now
        if fixed is None:
            return datetime.now(UTC)
        return fixed if fixed.utcoffset() is not None else fixed.replace(tzinfo=self.zone)

    @property
    def matches_kept(self) -> timedelta:
        """How long recorded matches and their feedback are kept."""
        return timedelta(days=self.matches_kept_days)

    @cached_property
    def keys(self) -> tuple[ApiKey, ...]:
        """Every key that the service takes; none where it asks for none."""
        return list_keys(self.api_key, self.api_keys)

    @property
    def webhook_secrets(self) -> tuple[bytes, ...]:
        """The secrets that events may be signed with; none where no events are taken."""
        return split_secrets(self.webhook_secret)

    @property
    def customer_secrets(self) -> tuple[bytes, ...]:
        """The secrets that the shop may sign its visitors' identity with; none where it signs nothing."""
        return split_secrets(self.customer_secret)

    @property
    def resolved_database_url(self) -> str:
        """The database URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'xianzhi.db'}"

    @property
    def generations_dir(self) -> Path:
        """Folder of the built index generations."""
        return self.data_dir / "generations"

    @property
    def encoders_dir(self) -> Path:
        """Folder of the encoders that were adapted to this shop."""
        return self.data_dir / "encoders"

    @property
    def adaptation_dir(self) -> Path:
        """Folder of what an adaptation of the encoder has done so far."""
        return self.data_dir / "adaptation"
