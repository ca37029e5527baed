"""Bodies that break careless servers: each gets a clear 4xx in the envelope, and never a 500."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.json_body import MAX_BODY_BYTES, MAX_DEPTH
from tests.api.conftest import Shop

JSON = {"Content-Type": "application/json"}


def question(text: bytes) -> bytes:
    return b'{"question": ' + text + b"}"


def order(text: bytes) -> bytes:
    return b'{"question": "x", "order": {"status": "paid", ' + text + b"}}"


NOT_JSON = {
    "nothing": b"",
    "blanks": b" \r\n\t",
    "half an object": b'{"question": "x"',
    "half a string": b'{"question": "x',
    "no value": b'{"question": }',
    "no colon": b'{"question" "x"}',
    "comma at the end": b'{"question": "x",}',
    "two commas": b'{"question": "x",, "limit": 1}',
    "two values": b'{"question": "x"} {"question": "y"}',
    "text after the end": b'{"question": "x"}x',
    "single quotes": b"{'question': 'x'}",
    "bare key": b'{question: "x"}',
    "number as key": b'{1: "x"}',
    "comment": b'{"question": "x" /* y */}',
    "form": b"question=x",
    "markup": b"<question>x</question>",
    "byte order mark": b'\xef\xbb\xbf{"question": "x"}',
    "UTF-16": '{"question": "x"}'.encode("utf-16"),
    "UTF-32": '{"question": "x"}'.encode("utf-32"),
    "Latin-1": question(b'"caf\xe9"'),
    "GBK": '{"question": "退货"}'.encode("gbk"),
    "overlong slash": question(b'"\xc0\xaf"'),
    "raw surrogate": question(b'"\xed\xa0\x80"'),
    "beyond Unicode": question(b'"\xf4\x90\x80\x80"'),
    "cut character": question(b'"\xe9\x80"'),
    "escaped high surrogate": question(b'"\\ud800"'),
    "escaped low surrogate": question(b'"\\uDC00 x"'),
    "surrogates in the wrong order": question(b'"\\udc00\\ud800"'),
    "surrogate in a key": b'{"\\ud800": 1, "question": "x"}',
    "surrogate deep inside": order(b'"items": [{"tags": ["\\udfff"]}]'),
    "escaped NUL": question(b'"a\\u0000b"'),
    "NUL in a key": b'{"a\\u0000": 1, "question": "x"}',
    "raw NUL": question(b'"a\x00b"'),
    "raw line break": question(b'"a\nb"'),
    "raw escape character": question(b'"a\x1bb"'),
    "bad escape": question(b'"\\x41"'),
    "half an escape": question(b'"\\u12"'),
    "NaN": b'{"question": "x", "limit": NaN}',
    "Infinity": b'{"question": "x", "limit": Infinity}',
    "minus Infinity": order(b'"payment": {"amount": -Infinity}'),
    "NaN deep inside": order(b'"items": [{"price": NaN}]'),
    "huge float": order(b'"payment": {"amount": 1e999}'),
    "huge negative float": b'{"question": "x", "limit": -1e999}',
    "huge integer": b'{"question": "x", "limit": 1' + b"0" * 30 + b"}",
    "integer of 5,000 digits": b'{"question": "x", "limit": ' + b"9" * 5_000 + b"}",
    "hexadecimal": b'{"question": "x", "limit": 0x1}',
    "leading zero": b'{"question": "x", "limit": 01}',
    "plus sign": b'{"question": "x", "limit": +1}',
    "bare point": b'{"question": "x", "limit": .5}',
    "same key twice": b'{"question": "x", "question": "y"}',
    "same key twice deep inside": order(b'"items": [{"sku": "1", "sku": "2"}]'),
    "the last of fifty thousand keys twice": b"{" + b",".join(b'"%d":1' % min(n, 49_998) for n in range(50_000)) + b"}",
    "one list too deep": b'{"question": ' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}",
    "a hundred thousand lists": b"[" * 100_000 + b"]" * 100_000,
    "a hundred thousand objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "open lists": b"[" * 100_000,
}  # fmt: skip

WRONG_FORM = {
    "null": b"null",
    "true": b"true",
    "a number": b"7",
    "a text": b'"x"',
    "a list": b'[{"question": "x"}]',
    "an empty list": b"[]",
    "an empty object": b"{}",
    "question as a number": question(b"7"),
    "question as a list": question(b'["x"]'),
    "question as an object": question(b'{"text": "x"}'),
    "question as null": question(b"null"),
    "limit as a fraction": b'{"question": "x", "limit": 1.5}',
    "limit of eighteen digits": b'{"question": "x", "limit": 999999999999999999}',
    "limit as minus zero": b'{"question": "x", "limit": -0}',
    "order as a text": b'{"question": "x", "order": "SO1"}',
    "order as a list": b'{"question": "x", "order": [1]}',
    "year 0000": order(b'"placed_at": "0000-01-01T00:00:00Z"'),
    "year 9999": order(b'"placed_at": "9999-12-31T23:59:59-23:59"'),
    "time as a number": order(b'"placed_at": 1e300'),
    "now far away": b'{"question": "x", "now": "9999-12-31T23:59:59+00:00"}',
    "amount as true": order(b'"payment": {"amount": true}'),
    "quantity of a billion": order(b'"items": [{"quantity": 1000000000}]'),
    "two hundred and one items": order(b'"items": [' + b",".join([b"{}"] * 201) + b"]"),
    "key of a thousand characters": b'{"question": "x", "' + b"k" * 1000 + b'": 1}',
    "a thousand unknown keys": b'{"question": "x", ' + b",".join(b'"k%d": 1' % n for n in range(1000)) + b"}",
    "prototype pollution": b'{"question": "x", "__proto__": {"admin": true}, "constructor": 1}',
}  # fmt: skip

TAKEN = {
    "whole emoji by escapes": question(b'"\\ud83d\\ude00 \\u9000\\u8d27"'),
    "escaped backslash before u": question(b'"\\\\ud800 x"'),
    "control characters by escapes": question(b'"x \\u0001\\u001f\\u007f"'),
    "right-to-left override": question('"x \u202e退货\u202c"'.encode()),
    "combining characters": question(('"x' + "\u0301" * 500 + '"').encode()),
    "blanks around": b' \n{"question": "x"}\r\n\t',
    "private use": question('"x \ue000\U0010ffff"'.encode()),
    "search syntax": question(b'"title:(x OR \\"y\\") AND *~^3 [a TO b] -- x"'),
    "SQL": question(b'"x\'; DROP TABLE articles; --"'),
    "template": question(b'"x {{ 7*7 }} {% for %} ${x}"'),
    "long digits": question(b'"' + b"9" * 5_000 + b'"'),
    "smallest float": order(b'"payment": {"amount": 5e-324}'),
    "minus zero": order(b'"payment": {"amount": -0.0}'),
    "unknown key in the order": order(b'"colour": {"deep": [1, 2, {"x": null}]}'),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_what_is_not_usable_json_is_400(full_shop: Shop, body: bytes) -> None:
    answer = full_shop.client.post("/v1/match", content=body, headers=JSON)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["code"] in {"invalid_json", "body_missing"}
    assert error["message"].endswith(".")


@pytest.mark.parametrize("body", WRONG_FORM.values(), ids=WRONG_FORM.keys())
def test_json_of_the_wrong_form_is_422(full_shop: Shop, body: bytes) -> None:
    answer = full_shop.client.post("/v1/match", content=body, headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN.keys())
def test_odd_but_good_json_is_taken(full_shop: Shop, body: bytes) -> None:
    assert full_shop.client.post("/v1/match", content=body, headers=JSON).status_code == 200


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_articles_are_read_as_strictly(full_shop: Shop, body: bytes) -> None:
    assert full_shop.client.put("/v1/articles/a", content=body, headers=JSON).status_code == 400


def test_body_over_the_limit_is_413_by_its_announced_length(full_shop: Shop) -> None:
    answer = full_shop.client.post("/v1/match", content=question(b'"' + b"x" * MAX_BODY_BYTES + b'"'), headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_body_over_the_limit_is_413_when_it_comes_in_pieces(full_shop: Shop) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(40):
            sent += 100_000
            yield b" " * 100_000

    answer = full_shop.client.post("/v1/match", content=pieces(), headers=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/jsonp"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_other_media_types_are_415(full_shop: Shop, headers: dict[str, str]) -> None:
    answer = full_shop.client.post("/v1/match", content=b'{"question": "x"}', headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "media_type_unsupported")


def test_json_is_taken_with_parameters_and_in_capitals(full_shop: Shop) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert full_shop.client.post("/v1/match", content=b'{"question": "x"}', headers=headers).status_code == 200
