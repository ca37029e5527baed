"""The words people read for the values an order can hold, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """One thing said in both languages."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """Return the words in this language."""
        return self.zh if language == "zh" else self.en


ORDER_STATUS: Mapping[str, Words] = {
    "pending_payment": Words("待付款", "awaiting payment"),
    "paid": Words("已付款", "paid"),
    "preparing": Words("备货中", "being prepared"),
    "shipped": Words("已发货", "shipped"),
    "delivered": Words("已签收", "delivered"),
    "completed": Words("已完成", "completed"),
    "cancelled": Words("已取消", "cancelled"),
}
PAYMENT_METHOD: Mapping[str, Words] = {
    "wechat": Words("微信支付", "WeChat Pay"),
    "alipay": Words("支付宝", "Alipay"),
    "card": Words("银行卡", "bank card"),
    "balance": Words("账户余额", "account balance"),
    "installment": Words("分期付款", "instalments"),
    "cash_on_delivery": Words("货到付款", "cash on delivery"),
}
SELLER_KIND: Mapping[str, Words] = {
    "self": Words("自营", "sold by the shop itself"),
    "third_party": Words("第三方商家", "third-party seller"),
}
SHIPMENT_EVENT_STATUS: Mapping[str, Words] = {
    "created": Words("已下运单", "label created"),
    "picked_up": Words("已揽收", "picked up"),
    "in_transit": Words("运输中", "in transit"),
    "at_station": Words("已到站点", "at the station"),
    "out_for_delivery": Words("派送中", "out for delivery"),
    "delivered": Words("已签收", "delivered"),
    "refused": Words("已拒收", "refused"),
    "exception": Words("异常", "exception"),
    "lost": Words("丢失", "lost"),
}
INVOICE_KIND: Mapping[str, Words] = {
    "electronic": Words("电子发票", "electronic invoice"),
    "paper": Words("纸质发票", "paper invoice"),
    "vat_special": Words("增值税专用发票", "special VAT invoice"),
}
REFUND_STATUS: Mapping[str, Words] = {
    "none": Words("未申请", "none"),
    "requested": Words("已申请", "requested"),
    "approved": Words("已同意", "approved"),
    "returning": Words("退货中", "goods on their way back"),
    "received": Words("已收到退货", "returned goods received"),
    "refunded": Words("已退款", "refunded"),
    "rejected": Words("已拒绝", "rejected"),
}
CUSTOMER_TIER: Mapping[str, Words] = {
    "ordinary": Words("普通会员", "ordinary"),
    "plus": Words("PLUS 会员", "plus"),
    "enterprise": Words("企业会员", "enterprise"),
}
AUDIENCE: Mapping[str, Words] = {
    "public": Words("公开", "public"),
    "internal": Words("仅客服", "agents only"),
}
IS_LATE: Mapping[str, Words] = {
    "true": Words("已超过承诺送达时间", "past the promised delivery time"),
    "false": Words("未超过承诺送达时间", "not past the promised delivery time"),
}
IS_THIRD_PARTY: Mapping[str, Words] = {
    "true": Words("第三方商家订单", "sold by a third party"),
    "false": Words("自营订单", "sold by the shop itself"),
}
INVOICE_ISSUED: Mapping[str, Words] = {
    "true": Words("发票已开具", "invoice issued"),
    "false": Words("发票未开具", "invoice not issued"),
}
IS_PARTLY_DELIVERED: Mapping[str, Words] = {
    "true": Words("部分包裹已签收", "some parcels delivered, others not"),
    "false": Words("没有只签收一部分", "not partly delivered"),
}
IS_REFUSED: Mapping[str, Words] = {
    "true": Words("有包裹被拒收", "a parcel was refused"),
    "false": Words("没有包裹被拒收", "no parcel was refused"),
}
