"""Sentences that show the quantiser how large an encoder's activations get: our own, in the tone of the trade."""

from __future__ import annotations

QUESTIONS = (
    "我的快递三天没动了，什么时候能到？",
    "退货运费谁出？",
    "发票抬头写错了能重开吗",
    "充不进电，屏幕也不亮，怎么办？订单号 2026111500017",
    "双十一买的，昨天降价了，能退差价吗？？",
    "在吗",
    "申请退款一周了还没到账，你们到底管不管！",
    "这个热水器包安装吗，安装费多少",
    "How do I change the delivery address?",
    "my parcel says delivered but I never got it",
    "Can I return opened headphones?",
    "ETA for SF1234567890?",
)
PASSAGES = (
    "商品签收后七天内，不影响二次销售的，可以申请七天无理由退货，运费由买家承担；质量问题由商家承担运费。",
    "优惠券在有效期内可以使用，过期不补发。每笔订单限用一张，不能与满减活动同时使用。",
    "如何修改收货地址？订单尚未出库时，可在“我的订单－订单详情”中修改；已出库的，请联系承运商改派，或拒收后重新下单。",
    "【案例】顾客反映物流信息停在中转站超过48小时。客服核实包裹因暴雨滞留，登记催派并补偿十元运费券，次日送达。",
    "大件家电送货上门时请当面开箱验货，外观破损可以直接拒收；签收后发现故障，请在十五天内联系售后检测换新。",
    "Invoices are issued within 24 hours after the order is completed; download them from the order page.",
    "Refunds go back to the original payment method. Cards take 3-7 working days, the wallet is immediate.",
    "保修期：主机 1 年，电池 6 个月（人为损坏、进水除外）。型号：X200-Pro / 5000mAh / 65W。",
)
