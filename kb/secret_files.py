"""Secrets from files, as Docker and Kubernetes hand them over: `XIANZHI_<NAME>_FILE` names the file of a setting."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from kb.errors import XianzhiError

MOST_BYTES = 65_536
SECRETS = ("api_key", "api_keys", "webhook_secret", "customer_secret", "database_url")


class SecretFileUnusable(XianzhiError):
    """The file that is to hold a secret holds none."""

    code = "secret_file_unusable"


class SecretFiles(PydanticBaseSettingsSource):
    """Reads the settings that hold a secret from the files that other variables name."""

    def __init__(self, settings: type[BaseSettings], variables: Mapping[str, str | None]) -> None:
        super().__init__(settings)
        prefix = settings.model_config.get("env_prefix", "")
        self._names = {name: f"{prefix}{name}".upper() for name in SECRETS}
        self._variables = {name.upper(): value for name, value in variables.items() if value}

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the setting's value, or None where no file is named for it; raises `SecretFileUnusable`."""
        variable = self._names.get(field_name, "")
        path = self._variables.get(f"{variable}_FILE")
        if path is None:
            return None, field_name, False
        if variable in self._variables:
            raise SecretFileUnusable(f"Both {variable} and {variable}_FILE are set. Keep one of them.")
        return _read_secret(Path(path), f"{variable}_FILE"), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return every setting for which a file is named."""
        found = {name: self.get_field_value(self.settings_cls.model_fields[name], name)[0] for name in SECRETS}
        return {name: value for name, value in found.items() if value is not None}


def _read_secret(path: Path, variable: str) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig").strip()  # Windows' editors begin a file with a mark.
    except OSError as error:
        raise SecretFileUnusable(
            f"The file that {variable} names cannot be read: {error.strerror}. Check its name and its rights."
        ) from error
    except UnicodeDecodeError as error:
        raise SecretFileUnusable(f"The file that {variable} names is not text in UTF-8. Write it anew.") from error
    if not text or len(content) > MOST_BYTES:
        raise SecretFileUnusable(f"The file that {variable} names is empty, or larger than 64 kB. Write the secret in.")
    return text
