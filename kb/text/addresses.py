"""Find street addresses from the road or the estate on; province, city and district stay readable."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HAN = "\u4e00-\u9fff"
_NUMBER = (
    r"(?:甲?[0-9]{1,5}[A-Za-z]?|[A-Za-z][0-9]{0,4}|[一二三四五六七八九十百零〇两]{1,5}|[甲乙丙丁东西南北])"
    r"(?:[-~][0-9A-Za-z]{1,5}){0,4}"
)
_UNIT = r"(?:号楼|号院|号馆|号(?!线|链|码|单)|弄|栋|幢|座|单元|室|层|楼|户|门|期|排|组)"
_DETAIL = rf"{_NUMBER}\s{{0,2}}{_UNIT}"
_DWELLING = rf"{_NUMBER}\s{{0,2}}(?:号楼|号院|弄|栋|幢|座|单元|室)"
_PLACE = (
    r"(?:小区|花园|大厦|大楼|广场|公寓|家园|嘉园|新村|苑|雅居|公馆|名邸|名都|新城|商城|中心|写字楼|宿舍"
    r"|学校|大学|学院|医院|酒店|产业园|工业园|科技园|园区|山庄|别墅|社区|村)"
)
_ROAD = r"(?:(?<![走半网问套])路|(?<![逛上])街|大道|胡同|巷|国道|省道|公路|环线|(?<![知频渠通味报管轨街])道)"
_TURN = r"(?:[东西南北中]?[段侧口]|[一二三四五六七八九十][段街路巷]|[东西南北中][路街])?"
_BARE_ROOM = r"[0-9]{2,4}(?![0-9A-Za-z件个块元斤月日天年%.])"
_WORD = f"(?:(?![我你您请要的了吗是电话手机什么送到发快])[{_HAN}A-Za-z])"
_NO_HOUSE = "[0-9A-Za-z件个块元斤月日天年%.路米公分小点岁次折]"
_ANCHOR = re.compile(
    rf"{_ROAD}{_TURN}[\s,，]{{0,2}}(?:{_DETAIL}|{_NUMBER}\s(?={_DETAIL}))"
    rf"|(?<=[{_HAN}]{{2}})(?:(?<![走半网问套原在上条])路|(?<![逛上])街|大道)\s?[0-9]{{1,5}}"
    rf"(?:-[0-9]{{1,4}}){{0,3}}(?!{_NO_HOUSE})"
    rf"|村[\s,，]?[0-9一二三四五六七八九十]{{1,3}}(?:组|队|社)"
    rf"|{_PLACE}[\s,，]{{0,2}}[{_HAN}]{{0,2}}?{_DWELLING}"
    rf"|{_PLACE}\s?[0-9A-Za-z]{{1,3}}-[0-9]{{1,4}}(?:-[0-9]{{1,4}})?(?![0-9])"
    rf"|(?<![0-9A-Za-z]){_DWELLING}\s{{0,2}}(?:{_DETAIL}|{_BARE_ROOM})"
    rf"|(?<![0-9A-Za-z]){_DETAIL}\s{{0,2}}{_DWELLING}"
)
_TAIL = re.compile(
    rf"(?:[\s,，]?(?:{_WORD}{{0,8}}?{_DETAIL}|{_WORD}{{1,8}}{_PLACE}))*+"
    rf"(?:[\s-]?{_BARE_ROOM})?(?:\s?[(][^()\n]{{1,12}}[)])?(?:\s[0-9]{{6}}(?![0-9]))?"
)
MAX_NAME_LENGTH = 10
_STOPS = frozenset("省市区县镇乡在是到住至寄送去往的我你")
_STOPS_TWO = frozenset({"街道", "治州", "地址", "住址", "改为", "改成", "换成"})


def find_addresses(text: str) -> Iterator[tuple[int, int]]:
    """Yield what to hide of addresses that give a road and a number, or a building and a room."""
    position = 0
    while (anchor := _ANCHOR.search(text, position)) is not None:
        tail = _TAIL.match(text, anchor.end())
        end = tail.end() if tail is not None else anchor.end()
        yield _start_of_name(text, anchor.start(), position), end
        position = end


def _start_of_name(text: str, anchor: int, lowest: int) -> int:
    """Return where the name of the road or estate begins that runs up to `anchor`."""
    start = anchor
    while start > max(lowest, anchor - MAX_NAME_LENGTH):
        character = text[start - 1]
        is_stop = character in _STOPS or text[start - 2 : start] in _STOPS_TWO
        is_name = "\u4e00" <= character <= "\u9fff" or (character.isascii() and character.isalnum())
        # A stop right at the anchor belongs to the name: 花市街.
        if not is_name or (is_stop and start < anchor):
            break
        start -= 1
    return start
