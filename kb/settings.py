"""Every setting of the program; each can be given as an environment variable `XIANZHI_<NAME>`."""

from __future__ import annotations

import os
from datetime import datetime
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_model_dir() -> Path:
    """Return the folder where prepared encoders are kept: they are large, and shared by every checkout."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "xianzhi" / "models"


class Settings(BaseSettings):
    """Settings from the environment and an optional `.env` file."""

    model_config = SettingsConfigDict(env_prefix="XIANZHI_", env_file=".env", extra="ignore")

    data_dir: Path = Field(Path("var"), description="Folder of the database and the index generations.")
    database_url: str = Field(
        "",
        description="SQLAlchemy URL; empty means SQLite in `data_dir`. PostgreSQL: `postgresql+psycopg://…`.",
    )
    model: str = Field(
        "bundled", description="Encoder: `bundled`, a sentence-transformers folder, or a model hub name."
    )
    model_dir: Path = Field(
        default_factory=default_model_dir,
        description="Folder where prepared encoders are cached by checksum.",
    )
    precision: str = Field("int8", pattern="^(int8|float32)$", description="Arithmetic of the served encoder.")
    encoder_threads: int = Field(1, ge=1, le=64, description="Threads the encoder uses for one batch.")
    timezone: str = Field("Asia/Shanghai", description="The shop's time zone: dates in replies are written in it.")
    now: datetime | None = Field(
        None,
        description="A fixed present moment (ISO 8601 with zone), for demonstrations; empty means the clock.",
    )
    answer_threshold: float = Field(
        0.5, ge=0.0, le=1.0, description="Confidence below which a match says that it does not know."
    )
    api_key: SecretStr | None = Field(
        None, description="Bearer key asked of every `/v1` request; needed to serve beyond this machine."
    )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def resolved_database_url(self) -> str:
        """The database URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'xianzhi.db'}"

    @property
    def generations_dir(self) -> Path:
        """Folder of the built index generations."""
        return self.data_dir / "generations"
