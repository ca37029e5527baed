"""The words that people write for values of a closed set."""

from __future__ import annotations

from collections.abc import Mapping

from kb.orders import words
from kb.orders.words import Words

Choices = Mapping[str, str]


def _make_choices(aliases: Mapping[str, str], spoken: Mapping[str, Words] | None = None) -> Choices:
    choices = {value: value for value in aliases}
    for value, said in (spoken or {}).items():
        choices |= {value: value, said.zh.lower(): value, said.en.lower(): value}
    for value, others in aliases.items():
        for word in others.split():
            choices.setdefault(word, value)
    return choices


AUDIENCES = _make_choices(
    {"public": "公开 对外 全部 客户 all external 是", "internal": "内部 仅内部 客服 agents private 否"},
    words.AUDIENCE,
)
STATUSES = _make_choices(
    {
        "draft": "草稿 未发布 待审核 pending",
        "published": "已发布 发布 生效 有效 启用 已上线 active live current 生效中",
        "withdrawn": "已下线 下线 停用 已停用 失效 已失效 过期 已过期 作废 expired inactive archived retired disabled",
    }
)
BASES = _make_choices({"now": "当前 当前时间 现在 咨询时间 current", "order": "下单时 下单时间 下单 订单时间 placed"})
LANGUAGES = _make_choices({"zh": "中文 汉语 chinese zh-cn zh_cn cn zh-hans", "en": "英文 英语 english en-us en_us"})
OUTCOMES = _make_choices(
    {
        "solved": "已解决 解决 完成 已完成 已关闭 resolved closed 成功",
        "reopened": "重开 重新打开 再次咨询 重复进线 reopen 未解决 unresolved",
        "escalated": "升级 已升级 转交 投诉 转人工 escalate",
    }
)
ROLES = _make_choices(
    {
        "customer": "客户 顾客 买家 用户 user buyer client q",
        "agent": "客服 商家 卖家 坐席 assistant seller service a",
    }
)
NOTICE_KINDS = _make_choices(
    {
        "delay": "延误 物流延误 延迟",
        "recall": "召回 商品召回",
        "packaging": "包装 包装变更 换包装",
        "promotion": "促销 活动 大促",
        "outage": "故障 系统故障 维护",
    }
)
ORDER_STATUSES = _make_choices(
    {
        "pending_payment": "待支付 未付款 未支付",
        "paid": "已支付 待发货",
        "preparing": "配货中 打包中 待出库",
        "shipped": "运输中 待收货 配送中 已出库",
        "delivered": "已送达 已收货 妥投",
        "completed": "完成 交易成功 交易完成",
        "cancelled": "取消 已关闭 交易关闭 canceled",
    },
    words.ORDER_STATUS,
)
PAYMENT_METHODS = _make_choices(
    {
        "wechat": "微信",
        "card": "银行卡支付 信用卡 储蓄卡",
        "balance": "余额 余额支付",
        "installment": "分期 白条",
        "cash_on_delivery": "货到 cod",
    },
    words.PAYMENT_METHOD,
)
SELLER_KINDS = _make_choices({"self": "self_operated 平台自营", "third_party": "第三方 pop 商家"}, words.SELLER_KIND)
EVENT_STATUSES = _make_choices({"picked_up": "已揽件", "exception": "物流异常"}, words.SHIPMENT_EVENT_STATUS)
DIRECTIONS = _make_choices({"forward": "发货 正向 去程 寄出", "return": "退货 逆向 返程 退回"})
INVOICE_KINDS = _make_choices(
    {"electronic": "电子", "paper": "纸质", "vat_special": "专票 增值税专票"}, words.INVOICE_KIND
)
REFUND_STATUSES = _make_choices(
    {"none": "无 未退款", "requested": "申请中", "refunded": "退款成功"}, words.REFUND_STATUS
)
TIERS = _make_choices({"ordinary": "普通", "plus": "plus会员", "enterprise": "企业"}, words.CUSTOMER_TIER)
