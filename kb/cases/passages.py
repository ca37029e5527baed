"""From a past case to the item that is indexed."""

from __future__ import annotations

from kb.articles.models import Audience
from kb.articles.passages import make_passages
from kb.cases.models import Case, CaseRow
from kb.changes import ItemKind
from kb.items import Item, ItemKey


def make_case_item(case: Case | CaseRow) -> Item:
    """Return the item of a case: the customer's question, and question with solution; agents only."""
    return Item(
        key=ItemKey(ItemKind.CASE, case.id, 1),
        headings=(case.question,),
        passages=make_passages(case.question, case.solution),
        audience=Audience.INTERNAL,
        language=case.language,
    )
