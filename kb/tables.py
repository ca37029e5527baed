"""Every table, in one import: what migrations compare the database with."""

from kb.articles.models import ArticleRow, ArticleVersionRow
from kb.audit.models import AuditHeadRow, AuditRow
from kb.cases.models import CaseRow
from kb.changes import ChangeRow
from kb.database import Base
from kb.events.tables import EventSeenRow, NewestEventRow
from kb.feedback.models import FeedbackRow, MatchRow
from kb.identity import IdentityRow
from kb.notices.models import NoticeRow
from kb.orders.tables import CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow
from kb.synonyms.models import SynonymRow

__all__ = [
    "ArticleRow",
    "ArticleVersionRow",
    "AuditHeadRow",
    "AuditRow",
    "Base",
    "CaseRow",
    "ChangeRow",
    "CustomerRow",
    "EventSeenRow",
    "FeedbackRow",
    "IdentityRow",
    "MatchRow",
    "NewestEventRow",
    "NoticeRow",
    "OrderRow",
    "ShipmentEventRow",
    "ShipmentRow",
    "SynonymRow",
]
