"""The pages as files: nothing from elsewhere, nothing inline, no text as markup, every word in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api.app import create_app
from api.routers.pages import WEB
from kb.settings import Settings
from tests.web.weights import ENTRIES, weigh


def list_own(ending: str) -> list[Path]:
    """Return our own files; what is carried from elsewhere is looked at in `test_vendored`."""
    return sorted(path for path in WEB.rglob(f"*.{ending}") if "vendor" not in path.parts)


PAGES = list_own("html")
SCRIPTS = list_own("js")
STYLES = list_own("css")
FILES = [*PAGES, *SCRIPTS, *STYLES]
# Each with a file of words of its own.
FOLDERS = {"words.js": WEB, "sidebar/words.js": WEB / "sidebar", "widget/words.js": WEB / "widget"}


def name_of(file: Path) -> str:
    return file.relative_to(WEB).as_posix()


def read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


def list_words(language: str, file: str) -> set[str]:
    """Return the names of all words of a language, such as `errors.slow`."""
    block = re.search(rf"^  {language}: {{\n(.*?)^  }},", read(file), re.MULTILINE | re.DOTALL)
    assert block is not None
    names: set[str] = set()
    group = ""
    for line in block[1].splitlines():
        if opened := re.match(r"    (\w+): {$", line):
            group = f"{opened[1]}."
        elif line == "    },":
            group = ""
        elif group:
            names |= {group + name for name in re.findall(r'(?:^|, |\{ )\s*(\w+): "', line)}
        elif inside := re.match(r"    (\w+): { (.*) },$", line):
            names |= {f"{inside[1]}.{name}" for name in re.findall(r'(\w+): "', inside[2])}
        elif plain := re.match(r"    (\w+): ", line):
            names.add(plain[1])
    return names


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_nothing_is_loaded_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
    assert re.findall(r"https?:|//[a-z]+\.|@import|url\(", text) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_hold_no_inline_scripts_or_styles(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text) == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_scripts_never_make_markup_or_code_of_text(script: Path) -> None:
    text = script.read_text(encoding="utf-8")
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", text) == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r'(?:src|href)="/web/([^"]+)"', page.read_text(encoding="utf-8"))
    assert named
    assert [name for name in named if not (WEB / name).is_file()] == []


@pytest.mark.parametrize("script", SCRIPTS, ids=name_of)
def test_every_module_a_script_imports_is_there(script: Path) -> None:
    named = re.findall(r'(?:from|import) "([^"]+)"', script.read_text(encoding="utf-8"))
    assert [name for name in named if not name.startswith(("./", "../")) or not (script.parent / name).is_file()] == []


@pytest.mark.parametrize("file", FOLDERS)
def test_both_languages_have_the_same_words(file: str) -> None:
    chinese, english = list_words("zh", file), list_words("en", file)
    assert len(chinese) > 45
    assert chinese == english


@pytest.mark.parametrize("file", FOLDERS)
def test_every_word_that_is_asked_for_exists(file: str) -> None:
    asked = set(re.findall(r'data-(?:say|label)="(\w+)"', read("index.html"))) if file == "words.js" else set()
    for script in (script for script in SCRIPTS if script.parent == FOLDERS[file]):
        asked |= set(re.findall(r'\bsay\("([\w.]+)"', script.read_text(encoding="utf-8")))
    assert asked
    assert asked <= list_words("zh", file)


def test_every_page_and_file_says_what_it_may_load() -> None:
    settings = Settings.model_validate({"frame_ancestors": "self https://desk.example.com"})
    client = TestClient(create_app(settings))
    for path in (
        "/",
        "/sidebar",
        "/docs",
        "/sidebar/settings",
        "/web/icon.svg",
        "/web/sidebar/sidebar.js",
        "/widget-demo",
    ):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert policy.endswith("; frame-ancestors 'self' https://desk.example.com")
        assert headers["x-content-type-options"] == "nosniff"


def test_the_sidebar_is_told_with_whom_it_speaks() -> None:
    settings = Settings.model_validate({"host_origins": "https://desk.example.com", "timezone": "Asia/Tokyo"})
    told = TestClient(create_app(settings)).get("/sidebar/settings").json()
    assert told == {"host_origins": ["https://desk.example.com"], "time_zone": "Asia/Tokyo"}


@pytest.mark.parametrize("name", ["host_origins", "frame_ancestors"])
def test_an_origin_that_lets_anybody_in_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="not an origin"):
        Settings.model_validate({name: "*"})


def test_the_widgets_files_lie_where_their_content_names_them_and_are_kept() -> None:
    client = TestClient(create_app(Settings.model_validate({})))
    script = client.get("/widget.js")
    assert script.headers["cache-control"] == "no-cache"
    found = re.search(r'MODULES = "(web/[0-9a-f]{16}/)"', script.text)
    assert found is not None
    kept = client.get(f"/{found[1]}widget/elements.js")
    assert "immutable" in kept.headers["cache-control"]
    # A neighbour of another release gets ours, and asks again next time.
    other = client.get("/web/0123456789abcdef/widget/elements.js")
    assert other.text == kept.text
    assert other.headers["cache-control"] == "no-cache"
    assert client.get(f"/{found[1]}widget/nothing.js").status_code == 404


def test_the_widget_weighs_less_than_forty_kilobytes() -> None:
    assert weigh(TestClient(create_app(Settings.model_validate({}))), ENTRIES["widget"]).compressed <= 40_000


def test_every_field_of_the_form_has_a_label() -> None:
    page = read("index.html")
    fields = set(re.findall(r'<(?:textarea|select|input)[^>]*\sid="([^"]+)"', page))
    assert fields == {"question", "order", "order-json", "customer-id", "key"}
    assert fields <= set(re.findall(r'<label[^>]*\sfor="([^"]+)"', page))
