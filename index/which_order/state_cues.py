"""The words that say outright which state an order is in: 没付, 还没发, 坏了, 寄回去的, 取件码, "refunded"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.which_order.evidence import Finding, tell_apart
from index.which_order.states import STATE_WORDS, State
from kb.orders.words import Words

_NOT = "(?:没有?|未|还没|没能|忘了?|忘记)"
_WHEN = "(?:几时|何时|啥时候?|什么时候|多久|哪天|多会儿?|几天|几点)(?:能|才|会|给我?)*"
_GOODS = "(?!票|现|短信|消息)"  # 发 is also what is done to invoices and messages, and a part of 发现.
_CHINESE: Mapping[State, tuple[str, ...]] = {
    State.UNPAID: (rf"{_NOT}(?:付|支付|给钱|交钱)", "待付款|付不了|付款失败|付失败|支付不了|支付失败|叫我付|没结账"),
    State.UNSHIPPED: (
        rf"{_NOT}发{_GOODS}|{_NOT}寄|不(?:给我?)?发货?{_GOODS}|再发{_GOODS}|{_WHEN}发{_GOODS}",
        f"(?:晚|推迟|催|先别).{{0,4}}发货?{_GOODS}|备货|配货|(?:尽快|快点|赶紧|等着?)发|发货[没了]|发了[没吗]|发不发",
    ),
    State.CHANGEABLE: (
        "取消(?!了|的|订单了)|撤单|拍错|点错|多拍",
        "(?:改|换|填错|写错|更新).{0,6}(?:地址|电话|手机号|收货人|门牌|颜色|尺码)",
        "(?:地址|电话|手机号|收货人|门牌号?).{0,6}[错改换]|(?:尺码|码数|颜色).{0,4}改|改[大小成]",
    ),
    State.ON_THE_WAY: (
        rf"{_NOT}(?:到|收到|送|拿到|见到货|影)|不到货|还不到|{_WHEN}(?:到|送)",
        "到哪|走到|路上|半道|运输|转悠|在途|到得了|送不进|来不来|催一?催|急用|等.{0,6}才|派送|派件|改送",
        "到[^,.。?!]{0,3}没有?(?=$|[,.。?!])|到了?吗|几号(?:到|送)|(?:货|件|包裹|东西|快递).{0,3}在哪|快递呢|能收到|改派|转寄",
    ),
    State.RECEIVED: (
        "坏|裂|碎|破(?!壁)|烂|漏(?!发)|渗|松了|掉[了色漆毛]|起球|褪色|缩水|线头|开胶|变形|瑕疵|划痕|质量|异味|味道|臭",
        "霉|蔫|化冻|死了|过敏|红疹|不响|没声|不亮|不灵|没反应|不好[用使]|失灵|死机|黑屏|响得|噪音|缺了?[个一]",
        "少了?[个一小块件条只袋包]|不合身|不合脚|穿不|太[大小紧松短长][了,。]|不满意|退换|保修|维修|修一下",
        "用不了|开不了|充不[进上]|连不上|打不开|没法用|不能用|假货|色差|不对板|发错|错发|少发|漏发|少件|实物|生锈|断了|歪了",
        "散架|异响|冒烟|烫手|说明书|怎么[用装]|清洗|换货",
        "签收|收到[了的好]|到手|拆[了开]|开箱|开封|打开|寄来|发来的|[用穿吃喝戴睡][了着]",
    ),
    State.CANCELLED: ("取消[了的]|已经?取消|都取消|被取消|自个?[己儿]没了|自动取消|被?关闭了|被关了",),
    State.LATE: (
        "拖|超时|逾期|晚点|延误|耽误|一直[没不]|这么[久多]|好几天|过点|磨蹭|该[到送]|说好.{0,8}[到送]",
        "都.{0,6}[天月周拜期]了.{0,4}[没不还]",
    ),
    State.REFUND_ASKED: (
        "[钱款](?:还|一分|都|怎么|咋|啥时候?)*(?:没[见到退有收]|不退|退)|[钱款](?:去哪|在哪|呢)|退.{0,8}到账",
        "退[款钱](?!吗|不)|退[了成][没吗功]|没退|同意退|退(?:货|的)|原路|申请的|批了?没|审核",
    ),
    State.SENT_BACK: ("(?:寄|退|拉|邮|发)回|寄走|上门取|质检|退货.{0,6}(?:收到|签收|物流)|退的(?:货|那件|东西)",),
    State.AT_STATION: ("取件码|取货码|驿站|快递柜|柜子|丰巢|自提|代收点|去拿|取快递|取件",),
    State.OUT_FOR_DELIVERY: ("今天[要会能]?送(?!来|到|达|的时候)|派送|派件|正在送|在送|送货员|门口|门卫",),
    State.REFUSED: ("拒收|拒签|没要(?!求)|没签收?|拉(?:回|走)",),
    State.LOST: ("丢[了件咯]|弄丢|弄没|搞丢|没影了|不见了|赔不赔|赔偿",),
    State.STUCK: (
        "异常|卡在|卡住|(?:物流|快递|单号|包裹).{0,6}不动|没动静|不更新|没更新|打不通|结冰|封路",
        "地址(?:不详|有误)|滞留|停在|超区|错分|改址",
    ),
}
_ENGLISH: Mapping[State, tuple[str, ...]] = {
    State.UNPAID: ("unpaid|pending payment|try to pay|declin", "(?:n't|not|forgot to) (?:yet )?pa(?:y|id)"),
    State.UNSHIPPED: (
        "(?:n't|not) (?:been )?(?:yet )?(?:ship|sent)",
        r"(?:when|will|before).{0,24}\bship",
    ),
    State.CHANGEABLE: (
        r"(?:want|like|need|can|how|please) .{0,16}\bcancel\b|^cancel\b|change .{0,16}(?:address|phone|colou?r|size)",
    ),
    State.ON_THE_WAY: (
        r"where(?:'s| is| are)|on (?:the|its) way|still in|in transit|\btrack",
        "when will .{0,24}(?:arrive|come|get here)",
        "(?:n't|not|never) (?:yet )?(?:arriv|come|here|receiv|got|shown up|been delivered)|waiting for",
    ),
    State.RECEIVED: (
        "broken?|broke|leak|smell|damage|defect|crack|missing|too (?:small|big|large)|already (?:got|have)|received",
        "stopped work|(?:doesn't|does not|won't|not) (?:work|fit|turn)|warranty|came with|give it back|send it back",
        "scratch|torn|faulty|wrong (?:item|size|colou?r|one)|exchange it|swap|tastes?|rotten|mould",
    ),
    State.CANCELLED: ("(?:was|been|i|already) cancel",),
    State.LATE: (r"\blate\b|delay|overdue|still (?:not|has)",),
    State.REFUND_ASKED: ("refund|money back",),
    State.SENT_BACK: ("(?:sent|send|mailed) .{0,16}back|returned",),
    State.AT_STATION: ("pick ?up code|locker|keep it there",),
    State.OUT_FOR_DELIVERY: ("out for delivery|leave it|put it down",),
    State.REFUSED: ("refused",),
    State.LOST: (r"\blost\b|vanish",),
    State.STUCK: ("(?:parcel|package|it) is stuck|doesn't exist|can't reach|wrong (?:number|address)",),
}
_CUES = tuple((state, re.compile("|".join((*_CHINESE[state], *_ENGLISH[state])))) for state in STATE_WORDS)
# What has not come is no parcel: 专票一直没收到, 没收到短信.
_NO_PARCEL = re.compile(
    "(?:票|钱|款|码|短信|消息|信息|回复|赠品|券|补偿).{0,6}?[没未不].{0,3}?(?:收到|到|发|见|拿)"
    "|[没未](?:有)?(?:收到|见到|给我?)?.{0,2}(?:票|短信|消息|信息|回复|赠品|券)"
)
_OF_PARCELS = frozenset({State.UNSHIPPED, State.ON_THE_WAY, State.LATE})


def find_cues(text: str) -> list[tuple[State, str]]:
    """Return the states that a normalised text speaks of, each with the words that say so."""
    of_parcels = _NO_PARCEL.sub(" ", text)
    found = ((state, cue.search(of_parcels if state in _OF_PARCELS else text)) for state, cue in _CUES)
    return [(state, match[0]) for state, match in found if match is not None]


def weigh_cues(text: str, states: Sequence[frozenset[State]]) -> list[Finding]:
    """Return what each state that is said tells of orders in these states; nothing where none or all are in it."""
    findings: list[Finding] = []
    for state, words in find_cues(text):
        name = STATE_WORDS[state]
        reason = Words(f"{name.zh}，与“{words}”相符", f'{name.en}, as "{words}" says')
        findings += tell_apart([state in one for one in states], reason)
    return findings
