"""Every table, in one import: what migrations compare the database with."""

from kb.articles.models import ArticleRow, ArticleVersionRow
from kb.audit.models import AuditHeadRow, AuditRow
from kb.cases.models import CaseRow
from kb.changes import ChangeRow
from kb.database import Base
from kb.events.tables import EventSeenRow, NewestEventRow
from kb.feedback.models import FeedbackRow, MatchRow
from kb.handovers.models import HandoverRow
from kb.identity import IdentityRow
from kb.keys.models import KeyRow
from kb.notices.models import NoticeRow
from kb.notices.touches import NoticeTouchRow
from kb.orders.tables import CustomerRow, OrderRow, ShipmentEventRow, ShipmentRow
from kb.reasons.models import ContactReasonRow
from kb.synonyms.models import SynonymRow

__all__ = [
    "ArticleRow",
    "ArticleVersionRow",
    "AuditHeadRow",
    "AuditRow",
    "Base",
    "CaseRow",
    "ChangeRow",
    "ContactReasonRow",
    "CustomerRow",
    "EventSeenRow",
    "FeedbackRow",
    "HandoverRow",
    "IdentityRow",
    "KeyRow",
    "MatchRow",
    "NewestEventRow",
    "NoticeRow",
    "NoticeTouchRow",
    "OrderRow",
    "ShipmentEventRow",
    "ShipmentRow",
    "SynonymRow",
]
