import pytest

from kb.customers.query import QueryKind, read_query


@pytest.mark.parametrize(
    ("text", "number"),
    [("客户编号 1037", "1037"), ("会员号：42", "42"), ("customer id 42", "42"), ("用户ID C0042", "C0042")],
)
def test_an_id_after_a_word_that_says_so_is_an_id_and_no_end_of_a_phone(text: str, number: str) -> None:
    query = read_query(text)
    assert (query.kind, query.phone) == (QueryKind.CUSTOMER_ID, None)
    assert number in query.id_spellings


def test_without_the_word_digits_are_an_end_as_before() -> None:
    assert read_query("1037").kind is QueryKind.TAIL
