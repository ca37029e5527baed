"""The pages as files: nothing from elsewhere, nothing inline, no text as markup, every word in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from api.routers.pages import WEB

PAGES = sorted(WEB.glob("*.html"))
SCRIPTS = sorted(WEB.glob("*.js"))
STYLES = sorted(WEB.glob("*.css"))
FILES = [*PAGES, *SCRIPTS, *STYLES]


def name_of(file: Path) -> str:
    return file.name


def read(name: str) -> str:
    return (WEB / name).read_text(encoding="utf-8")


def list_words(language: str) -> set[str]:
    """Return the names of all words of a language, such as `errors.slow`."""
    block = re.search(rf"^  {language}: {{\n(.*?)^  }},", read("words.js"), re.MULTILINE | re.DOTALL)
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
    named = re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8"))
    assert [name for name in named if not (WEB / name).is_file()] == []


def test_both_languages_have_the_same_words() -> None:
    chinese, english = list_words("zh"), list_words("en")
    assert len(chinese) > 60
    assert chinese == english


def test_every_word_that_is_asked_for_exists() -> None:
    asked = set(re.findall(r'data-(?:say|label)="(\w+)"', read("index.html")))
    for script in SCRIPTS:
        asked |= set(re.findall(r'\bsay\("(\w+)"', script.read_text(encoding="utf-8")))
    assert asked <= list_words("zh")


def test_every_field_of_the_form_has_a_label() -> None:
    page = read("index.html")
    fields = set(re.findall(r'<(?:textarea|select|input)[^>]*\sid="([^"]+)"', page))
    assert fields == {"question", "order", "order-json", "key"}
    assert fields <= set(re.findall(r'<label[^>]*\sfor="([^"]+)"', page))
