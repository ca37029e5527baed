"""The names that columns may have, in Chinese and English: one table for each kind of record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from kb.transfer.spelling import is_misspelling

# A title of hundreds of characters is no column; comparing it with every name would take seconds.
MAX_NAME_CHARACTERS = 60
_GAPS = re.compile(r"[\s\-]+")
_LIST_POSITION = re.compile(r"\.\d+(?=\.)")


@dataclass(frozen=True, slots=True)
class ColumnTable:
    """Which field each column name means; nested fields are dotted (`payment.amount`)."""

    fields: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    # Any name under these leads into a structure: "order." for `order.payment.amount`.
    open_prefixes: tuple[str, ...] = field(default=())
    # Names of the columns that keep an item back: from other people, other orders or other times.
    guards: frozenset[str] = frozenset()

    def find_field(self, name: str) -> str | None:
        """Return the field a column name means, or None."""
        key = _normalise(name)
        known = self.fields.get(key)
        if known is not None:
            return known
        # `items.1.name` is the same field as `items.0.name`, of the next item.
        if _LIST_POSITION.search(key) and _LIST_POSITION.sub(".0", key) in self.fields:
            return key
        return key if key.startswith(self.open_prefixes) and self.open_prefixes else None

    def is_ignored(self, name: str) -> bool:
        """Tell whether a column is known to say nothing that we keep."""
        return _normalise(name) in self.ignored

    def find_nearest(self, name: str) -> str | None:
        """Return the known column name that an unknown one may be meant for."""
        close = get_close_matches(_normalise(name)[:MAX_NAME_CHARACTERS], list(self.fields), n=1, cutoff=0.6)
        return close[0] if close else None

    def find_misspelt_guard(self, name: str) -> str | None:
        """Return the guarding column that an unknown name is a misspelling of: ignoring it would open the item."""
        key = _normalise(name)
        if self.find_field(key) is not None or key in self.ignored:
            return None
        return _find_misspelt(key, self.guards)


# Every row of a file asks about the same few names.
@lru_cache(maxsize=1_024)
def _find_misspelt(key: str, names: frozenset[str]) -> str | None:
    return next((name for name in sorted(names) if is_misspelling(key, name)), None)


def _normalise(name: str) -> str:
    return _GAPS.sub("_", unicodedata.normalize("NFKC", name[:200]).strip().lower())


def _make_table(
    aliases: Mapping[str, str],
    *,
    ignored: Iterable[str] = (),
    open_prefixes: tuple[str, ...] = (),
    guarding: Iterable[str] = (),
) -> ColumnTable:
    fields = {name: name for name in aliases}
    for name, words in aliases.items():
        for word in words.split():
            fields.setdefault(_normalise(word), name)
    guards = frozenset(name for name, meant in fields.items() if meant in guarding)
    return ColumnTable(fields, frozenset(ignored), open_prefixes, guards)


_PERIOD = {
    "applies_when": "适用条件 条件 conditions condition",
    "effective_from": "生效时间 生效日期 开始时间 valid_from start_time",
    "effective_to": "失效时间 失效日期 结束时间 截止时间 到期时间 valid_to end_time expires_at",
    "audience": "可见范围 受众 公开范围 visibility",
}

ARTICLE_COLUMNS = _make_table(
    {
        "id": "编号 知识编号 条目编号 文章编号 article_id doc_id",
        "version": "版本 版本号 rev",
        "title": "标题 知识标题 名称 标准问 标准问题 name subject",
        "questions": "相似问 相似问法 相似问题 问法 问题 常见问法 扩展问 question similar_questions variants",
        "body": "正文 内容 答案 回答 解答 知识内容 text answer content",
        "public_body": "客户可见正文 对客说明 对客正文 customer_body public_answer",
        "reply": "回复模板 回复 话术 回复话术 reply_template template",
        "category": "分类 类目 类别 目录 分类路径 categories",
        "tags": "标签 关键词 keywords tag",
        "products": "适用商品 商品 关联商品 product skus",
        **_PERIOD,
        "basis": "依据 生效依据 时间依据",
        "status": "状态 发布状态 state",
        "source": "来源 出处 文件来源",
        "owner": "负责人 维护人 责任人 author",
        "language": "语言 语种 lang",
    },
    ignored=("doc_type",),
    guarding=(*_PERIOD, "status"),
)

ORDER_COLUMNS = _make_table(
    {
        "id": "编号 订单号 订单编号 订单id order_id order_no",
        "status": "状态 订单状态 order_status",
        "placed_at": "下单时间 创建时间 order_time created_at",
        "paid_at": "付款时间 支付时间",
        "shipped_at": "发货时间 出库时间",
        "promised_at": "承诺送达时间 预计送达时间 承诺时间",
        "delivered_at": "签收时间 送达时间 收货时间",
        "completed_at": "完成时间",
        "cancelled_at": "取消时间 canceled_at",
        "payment": "支付",
        "payment.method": "支付方式 付款方式 payment_method",
        "payment.amount": "订单金额 实付金额 支付金额 金额 amount payment_amount total",
        "seller": "卖家信息",
        "seller.kind": "卖家类型 商家类型 seller_kind",
        "seller.name": "卖家 商家 店铺 店铺名称 seller_name",
        "items": "商品 商品明细",
        "items.0.sku": "商品编号 商品编码 sku",
        "items.0.name": "商品名称 product_name",
        "items.0.category": "商品类目 商品分类",
        "items.0.quantity": "数量 商品数量 quantity",
        "items.0.price": "单价 商品价格 商品单价 price",
        "items.0.tags": "商品标签",
        "shipments": "物流 包裹",
        "shipments.0.carrier": "快递公司 物流公司 承运商 carrier",
        "shipments.0.tracking_no": "运单号 快递单号 物流单号 tracking_no",
        "shipments.0.direction": "包裹方向",
        "shipments.0.events": "物流轨迹",
        "invoice": "发票",
        "invoice.kind": "发票类型 invoice_kind",
        "invoice.issued_at": "开票时间",
        "refund": "退款",
        "refund.status": "退款状态 refund_status",
        "refund.requested_at": "申请退款时间 退款申请时间",
        "refund.amount": "退款金额 refund_amount",
        "customer": "客户",
        "customer.id": "客户编号 用户编号 会员编号 customer_id",
        "customer.tier": "会员等级 客户等级 customer_tier",
        "customer.region": "地区 收货地区 customer_region",
    }
)

# A case's own columns win over those of its order; "状态" of a case is not its order's.
_ORDER_COLUMNS_OF_CASES = {
    f"order.{name}": " ".join(
        word for word, meant in ORDER_COLUMNS.fields.items() if meant == name and not word.isascii()
    )
    for name in ORDER_COLUMNS.fields.values()
    if name not in {"id", "status"}
}

CASE_COLUMNS = _make_table(
    {
        "id": "编号 案例编号 工单号 工单编号 会话编号 case_id ticket_id",
        "question": "问题 客户问题 咨询问题 问题描述 query",
        "turns": "对话 会话 聊天记录 对话记录 前文 conversation messages dialogue",
        "solution": "解决方案 处理方案 解决办法 解决方法 处理结果 答案 回答 回复 answer resolution",
        "remedy": "处置 处置方式 处理方式 补救措施 action",
        "order": "订单 订单信息",
        "order.id": "订单号 订单编号",
        "order.status": "订单状态 order_status",
        "outcome": "结果 结案结果 状态 result",
        "satisfaction": "满意度 满意度评分 评分 rating csat",
        "closed_at": "结束时间 关闭时间 结案时间 完结时间",
        "intent": "意图 咨询类型 问题类型",
        "language": "语言 语种 lang",
        **_ORDER_COLUMNS_OF_CASES,
    },
    ignored=("doc_type", "title", "标题"),
    open_prefixes=("order.",),
)

CUSTOMER_COLUMNS = _make_table(
    {
        "id": "编号 客户编号 用户编号 会员编号 customer_id",
        "name": "姓名 客户姓名 名称 客户名称",
        "phone": "电话 手机 手机号 手机号码 联系电话 mobile tel",
        "email": "邮箱 电子邮箱 电子邮件 mail",
        "tier": "等级 会员等级 客户等级 level",
        "region": "地区 区域 所在地区",
        "address": "地址 收货地址 详细地址",
    }
)

NOTICE_COLUMNS = _make_table(
    {
        "id": "编号 公告编号 通知编号 notice_id",
        "title": "标题 公告标题 subject",
        "kind": "类型 公告类型 type",
        "body": "正文 内容 说明 text content",
        "wording": "话术 对客话术 客户话术 回复",
        **_PERIOD,
        "priority": "优先级",
    },
    guarding=_PERIOD,
)

SYNONYM_COLUMNS = _make_table(
    {
        "id": "编号 规则编号 同义词编号 synonym_id rule_id",
        "terms": "词 词语 同义词 说法 客户说法 口语 俗称 term words synonyms",
        "means": "含义 意思 读作 标准词 标准说法 规范词 mean meaning canonical",
        "note": "备注 说明 注释 notes comment remark",
    },
    ignored=("updated_at",),
)

REASON_COLUMNS = _make_table(
    {
        "id": "编号 原因编号 reason reason_id code",
        "title_zh": "标题 名称 原因 中文标题 title",
        "title_en": "英文标题",
        "intents": "意图 细分意图 intent",
        "ask_zh": "客户问法 中文问法 ask",
        "ask_en": "英文问法",
    },
    ignored=("updated_at",),
)
