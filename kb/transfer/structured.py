"""Read YAML and JSON text that people write: plain data only, no aliases, no surprising types."""

from __future__ import annotations

import json
import re

import yaml

MAX_DEPTH = 50


class InvalidStructure(ValueError):
    """A text is not usable YAML or JSON."""


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML by the 1.2 core schema: `no` stays a word, 007 keeps its zeros, dates stay text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  # Emptied here: the 1.1 resolvers belong to the parent.

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse aliases: a few lines of them unfold to gigabytes."""
        if self.check_event(yaml.AliasEvent):
            raise InvalidStructure("aliases (*name) are not allowed; write the value out")
        return super().compose_node(parent, index)


# Each is narrower than YAML 1.1's, so that what any writer leaves unquoted as text stays text.
_PLAIN_TYPES = {
    "bool": (r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    "null": (r"^(null|Null|NULL|~)$", "nN~"),
    "int": (r"^-?(0|[1-9][0-9]*)$", "-0123456789"),
    "float": (r"^-?(0|[1-9][0-9]*)\.[0-9]+([eE][-+][0-9]+)?$", "-0123456789"),
}
for _name, (_pattern, _starts) in _PLAIN_TYPES.items():
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(_pattern), list(_starts))
# Nothing after the colon is nothing.
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^$"), [""])


def parse_structure(text: str) -> object:
    """Return the data a JSON or YAML text stands for; raises `InvalidStructure`."""
    try:
        if text.lstrip().startswith(("{", "[")):
            return _parse_json_or_yaml(text)
        return _load_plain(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in its line {mark.line + 1}" if mark else ""
        raise InvalidStructure(f"is neither JSON nor YAML{where}") from error
    except RecursionError as error:
        raise InvalidStructure("is nested too deeply") from error
    except InvalidStructure:
        raise
    except ValueError as error:
        raise InvalidStructure(f"cannot be read: {error}") from error


def _load_plain(text: str) -> object:
    loader = _PlainLoader(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _parse_json_or_yaml(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return _load_plain(text)


def check_depth(value: object, *, depth: int = 0) -> None:
    """Raise `InvalidStructure` where data is nested too deeply or holds text that cannot be stored."""
    if depth > MAX_DEPTH:
        raise InvalidStructure(f"is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, part in value.items():
            check_depth(name, depth=depth + 1)
            check_depth(part, depth=depth + 1)
    elif isinstance(value, list | tuple):
        for part in value:
            check_depth(part, depth=depth + 1)


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise InvalidStructure("holds a NUL character")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            raise InvalidStructure("holds half of a surrogate pair") from None
