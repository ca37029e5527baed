"""Find street addresses from the road or the estate on; province, city and district stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HAN = "\u4e00-\u9fff"
_NUMBER = (
    r"(?:甲?[0-9]{1,5}[A-Za-z]?|[A-Za-z][0-9]{0,4}|[一二三四五六七八九十百零〇两]{1,5}|[甲乙丙丁东西南北])"
    r"(?:[-~][0-9A-Za-z]{1,5}){0,4}"
)
_LODGING = "号(?:学生|教工|职工|员工|人才)?(?:宿舍楼?|公寓楼?)"
_UNIT = rf"(?:{_LODGING}|号楼|号院|号馆|号(?!线|链|码|单)|弄|栋|幢|座|单元|室|层|楼|户|门|期|排|组)"
_DETAIL = rf"{_NUMBER}\s{{0,2}}{_UNIT}"
_DWELLING = rf"{_NUMBER}\s{{0,2}}(?:{_LODGING}|号楼|号院|弄|栋|幢|座|单元|室)"
_PLACE = (
    r"(?:小区|花园|大厦|大楼|广场|公寓|家园|嘉园|新村|苑|雅居|公馆|名邸|名都|新城|商城|中心|写字楼|宿舍"
    r"|学校|大学|学院|医院|酒店|产业园|工业园|科技园|园区|山庄|别墅|社区|村"
    r"|小镇|绿洲|华府|华庭|华苑|名苑|名园|佳园|世纪城|国际城|壹号院|一号院)"
)
_ROAD = r"(?:(?<![走半网问套])路|(?<![逛上])街|大道|胡同|巷|国道|省道|公路|环线|(?<![知频渠通味报管轨街])道)"
_TURN = r"(?:[东西南北中]?[段侧口]|[一二三四五六七八九十][段街路巷]|[东西南北中][路街])?"
_BARE_ROOM = r"[0-9]{2,4}(?![0-9A-Za-z件个块元斤月日天年%.])"
_WORD = f"(?:(?![我你您请要的了吗是电话手机什么送到发快])[{_HAN}A-Za-z])"
_NO_HOUSE = "[0-9A-Za-z件个块元斤月日天年%.路米公分小点岁次折]"
_TRIPLE = r"[0-9]{1,3}[-#][0-9]{1,2}[-#][0-9]{3,4}(?![0-9-])"  # Building, unit and room.
_NO_HOUSE_NEXT = r"\s?(?:小时|分钟|公里|千米|米|天|元|块|件|个|点|月|日|年)"
_ANCHOR = re.compile(
    rf"{_ROAD}[与和、][{_HAN}]{{1,8}}?{_ROAD}的?(?:交叉|交汇|交界|十字|丁字)?(?:路口|口|处)"
    rf"|(?<=[{_HAN}]{{2}})(?<![是为的约至到从]){_TRIPLE}"
    rf"|{_ROAD}{_TURN}[\s,，]{{0,2}}(?:{_DETAIL}|{_NUMBER}\s(?={_DETAIL}))"
    rf"|(?<=[{_HAN}]{{2}})(?:(?<![走半网问套原在上条])路|(?<![逛上])街|大道)\s?[0-9]{{1,5}}"
    rf"(?:-[0-9]{{1,4}}){{0,3}}(?!{_NO_HOUSE}|{_NO_HOUSE_NEXT})"
    rf"|村[\s,，]?[0-9一二三四五六七八九十]{{1,3}}(?:组|队|社)"
    rf"|{_PLACE}[\s,，]{{0,2}}[{_HAN}]{{0,2}}?{_DWELLING}"
    rf"|{_PLACE}\s?[0-9A-Za-z]{{1,3}}-[0-9]{{1,4}}(?:-[0-9]{{1,4}})?(?![0-9])"
    rf"|(?<![0-9A-Za-z]){_DWELLING}\s{{0,2}}(?:{_DETAIL}|{_BARE_ROOM})"
    rf"|(?<![0-9A-Za-z]){_DETAIL}\s{{0,2}}{_DWELLING}"
)
_TAIL = re.compile(
    rf"(?:[\s,，]?(?:{_WORD}{{0,8}}?\s?{_DETAIL}|{_WORD}{{1,8}}{_PLACE}|{_WORD}{{0,8}}?{_TRIPLE}))*+"
    rf"(?:[\s-]?{_BARE_ROOM})?(?:\s?[(][^()\n]{{1,12}}[)])?(?:\s[0-9]{{6}}(?![0-9]))?"
)
_ROOM = "(?i:apt|apartment|suite|unit|room|floor|flat)"
_APARTMENT = rf"(?:,?\s(?:{_ROOM}\.?\s?|#\s?)[0-9A-Za-z-]{{1,6}})?"
_STREET = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Place|Pl|Square|Sq|Terrace|Way|Highway|Hwy"
    "|Parkway|Pkwy|Crescent|Close|Circle"
)
_WORDS = rf"(?:\s(?!{_ROOM}\b)[A-Z][A-Za-z'.-]{{0,20}})"
_ENGLISH = re.compile(
    rf"\b(?P<named>[0-9]{{1,6}}[A-Z]?{_WORDS}{{1,4}}?\s(?i:{_STREET})\b\.?{_APARTMENT})"
    r"|(?i:(?:ship|deliver|send|mail|post|sent|shipped|delivered|forward)(?:\s(?:it|this|them|the\sparcel))?\sto"
    r"|address(?:\sis)?|live\sat|lives\sat)\s?:?\s{0,2}"
    rf"(?P<told>[0-9]{{1,6}}[A-Z]?{_WORDS}{{1,4}}{_APARTMENT})"
)
MAX_NAME_LENGTH = 10
_STOPS = frozenset("省市区县镇乡在是到住至寄送去往的我你")
# These end in what else is a stop, and yet belong to the name of an estate.
_NO_STOPS = frozenset({"小区", "小镇", "社区", "园区", "校区", "厂区"})
_STOPS_TWO = frozenset({"街道", "治州", "地址", "住址", "改为", "改成", "换成"})


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield what to hide of addresses that give a road and a number, or a building and a room."""
    position = 0
    while (anchor := _ANCHOR.search(text, position)) is not None:
        tail = _TAIL.match(text, anchor.end())
        end = tail.end() if tail is not None else anchor.end()
        yield _start_of_name(text, anchor.start(), position), end
        position = end
    for english in _ENGLISH.finditer(text):
        yield english.span(english.lastgroup or 0)


def _start_of_name(text: str, anchor: int, lowest: int) -> int:
    """Return where the name of the road or estate begins that runs up to `anchor`."""
    start = anchor
    while start > max(lowest, anchor - MAX_NAME_LENGTH):
        character = text[start - 1]
        pair = text[start - 2 : start]
        is_stop = (character in _STOPS and pair not in _NO_STOPS) or pair in _STOPS_TWO
        is_name = "\u4e00" <= character <= "\u9fff" or (character.isascii() and character.isalnum())
        # A stop right at the anchor belongs to the name: 花市街.
        if not is_name or (is_stop and start < anchor):
            break
        start -= 1
    return start
