"""The one pattern that finds claims: each alternative is named, bounded, and starts where no number is under way."""

from __future__ import annotations

import re

from kb.replies.guard.figures import DURATIONS, ENGLISH_NUMBERS, MONEY

# Commas only where they separate thousands. Possessive: a run of digits is read once, and never given back.
DIGITS = r"[0-9]++(?:(?<![0-9]{4}),[0-9]{3}(?![0-9]))*+(?:\.[0-9]++)?+"
HAN = "[零\u3007一二三四五六七八九十百千万亿两半]{1,16}+"
HAN_NUMERAL = "零\u3007一二三四五六七八九十百千万亿两半"
_DIGIT = "0-9"
_NUMERAL = f"0-9{HAN_NUMERAL}"
_SMALL_HAN = "(?:[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"
_FRESH = rf"(?<![0-9A-Za-z.{HAN_NUMERAL}])"
_FRESH_DIGITS = r"(?<![0-9A-Za-z])(?<![0-9][.,:])"
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?"
)
_WEEKDAYS = "Mon(?:day)?|Tue(?:s(?:day)?)?|Wed(?:nesday)?|Thu(?:rs?(?:day)?)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?"
_PERIOD = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里|晚|早"
_RELATIVE = (
    "大前天|前天|昨[天日晚]|(?<![到至])今[天日儿早晚]|当[天日晚]|同一?[天日]|本日|明[天日早晚]|次日|翌日|"
    "第二天|大后天|后天"
)
_RELATIVE_EN = (
    "day after tomorrow|today|tonight|tomorrow|yesterday|(?:the )?(?:next|following) day|"
    "this (?:morning|afternoon|evening)|(?:the )?same[ -]day"
)
# 一次 and the like follow a weekday's character in 每周一次.
_NO_WEEKDAY = "(?![次个张封份件回趟天小周日])"

_OTHER_UNITS = (
    "个百分点|个包裹|平方米|千克|公斤|千米|公里|厘米|公分|毫米|毫升|英寸|千瓦时|千瓦|毫安时?|人份|折|成|件|个|次|张|份|箱|台|套|"
    "盒|瓶|袋|双|部|支|本|只|把|条|款|位|名|人|户|家|笔|单|期|层|楼|倍|豆|点|分|字|页|号|米|克|斤|吨|升|寸|度|瓦|回|趟"
)
_OTHER_UNITS_EN = (
    "per cent|percent|items?|pieces?|parcels?|boxes|box|times|photos?|kg|km|cm|mm|ml|litres?|mah|wh|kwh|gb|tb|"
    "inch(?:es)?|x|g|m|l|w|v|%"
)


def _join(units: object) -> str:
    return "|".join(sorted(map(re.escape, map(str, units)), key=len, reverse=True))  # type: ignore[call-overload]


_KNOWN = {*DURATIONS, *MONEY}
_UNITS_ZH = _join(unit for unit in _KNOWN if not unit.isascii() and unit != "¥") + "|" + _OTHER_UNITS
_UNITS_EN = _join(unit for unit in _KNOWN if unit.isascii() and unit[-1].isalpha()) + "|" + _OTHER_UNITS_EN
_MEASURES_HAN = "件|次|张|份|箱|台|套|盒|瓶|袋|双|倍|折|成|个(?![人别性体案])"
_UNITS_HAN = _join(unit for unit in _KNOWN if not unit.isascii() and unit != "¥") + "|" + _MEASURES_HAN
_NOT_A_UNIT = "(?!猫|年[级底初代]|周[年岁边]|天[然生气]|元[旦素件]|成[品人员功年本为都])"

_ALTERNATIVES = {
    "phone": (
        _DIGIT,
        r"(?<![0-9A-Za-z])(?:[0-9]{3,4}-[0-9]{3,4}-[0-9]{4}|0[0-9]{2,3}-[0-9]{7,8}"
        r"|1[3-9][0-9][ -][0-9]{4}[ -][0-9]{4}|[0-9]{2,8}\*{2,20}[0-9]{2,8})(?![0-9A-Za-z])",
    ),
    "iso": (
        _DIGIT,
        r"(?<![0-9A-Za-z])(?P<iso_year>[1-9][0-9]{3})(?P<iso_mark>[-/.])(?P<iso_month>[0-9]{1,2})(?P=iso_mark)"
        r"(?P<iso_day>[0-9]{1,2})(?![0-9])",
    ),
    "slashed": (
        _DIGIT,
        r"(?<![0-9A-Za-z/.])(?P<slash_first>[0-9]{1,2})/(?P<slash_second>[0-9]{1,2})"
        r"(?:/(?P<slash_year>[1-9][0-9]{3}))?(?![0-9/A-Za-z])",
    ),
    "short": (
        _DIGIT,
        r"(?<![0-9A-Za-z./-])(?P<short_month>1[0-2]|0?[1-9])[-.](?P<short_day>[0-9]{1,2})"
        r"(?=\s?(?:[前到送发]|之前|以前|[0-9]{1,2}:[0-9]{2}))",
    ),
    "month": (
        _NUMERAL,
        rf"{_FRESH}(?:(?P<han_year>[1-9][0-9]{{3}})\s?年\s?)?(?P<han_month>[0-9]{{1,2}}|{_SMALL_HAN})\s?月份?"
        rf"(?:\s?(?P<han_day>[0-9]{{1,2}}(?![0-9.])|{_SMALL_HAN})\s?[日号])?",
    ),
    "year": (_DIGIT, r"(?<![0-9A-Za-z])(?P<only_year>[12][0-9]{3})\s?年(?![级])"),
    "english": (
        "0-9JFMASOND",
        rf"\b(?:(?P<day_before>[0-9]{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<month_after>{_MONTHS})\b\.?"
        rf"(?:,?\s(?P<year_after>[1-9][0-9]{{3}})(?![0-9:]))?"
        rf"|(?P<month_before>{_MONTHS})\b\.?(?:\s(?P<day_after>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9:]))?"
        rf"(?:,?\s(?P<year_last>[1-9][0-9]{{3}})(?![0-9:]))?)",
    ),
    "relative": ("大前昨今当同本明次翌第后dttTynfs", rf"(?:{_RELATIVE})|\b(?:[Tt]he )?(?:{_RELATIVE_EN})\b"),
    "weekday": (
        "下上本这个周星礼NnLlTtMWFS",
        rf"(?P<week_of>下+|上+|本|这)?个?(?:周|星期|礼拜)(?P<weekday_han>[一二三四五六日天]){_NO_WEEKDAY}"
        rf"|\b(?:(?P<week_en>[Nn]ext|[Ll]ast|[Tt]his)\s)?(?P<weekday_en>{_WEEKDAYS})\b",
    ),
    "week": (
        "下上本这NnLlTt",
        r"(?P<week_only>[下上本这])一?个?(?:周|星期|礼拜)(?![一二三四五六])|\b(?P<week_word>[Nn]ext|[Ll]ast|[Tt]his)\sweek\b",
    ),
    "clock": (
        f"{_NUMERAL}凌清早上中下傍晚夜",
        rf"(?:(?P<period>{_PERIOD})\s?)?(?:"
        r"(?<![0-9:.A-Za-z])(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::[0-9]{2})?(?![0-9:])"
        rf"|(?<![0-9A-Za-z.])(?P<hour_digits>[01]?[0-9]|2[0-4])\s?(?:点(?!击|选|赞|餐|单|播|评)|时(?![间候段长效刻装尚]))"
        r"(?:(?P<minute_digits>[0-5]?[0-9])分?(?![0-9])|(?P<half>半)|(?P<quarter>[一三])刻|[钟整])?"
        rf"|(?<![{HAN_NUMERAL}第])(?P<hour_han>{_SMALL_HAN})点(?:(?P<half_han>半)|[钟整]|(?=[前后之以到至~-]))"
        r"|(?<![0-9:.A-Za-z])(?P<hour_en>1[0-2]|0?[1-9])(?=\s?[ap]\.?m\b|\so'clock))"
        r"(?:\s?(?P<half_day>[ap])\.?m\b\.?|\so'clock)?",
    ),
    "prefixed": (
        "¥$€£RCUHEG人",
        rf"(?:(?P<sign>[¥$€£])|(?<![A-Za-z])(?P<sign_word>RMB|CNY|USD|US\$|HK\$|HKD|EUR|GBP|人民币))\s?"
        rf"(?P<sum>{DIGITS})(?:\s?(?P<sum_times>[万千亿](?!米|克|瓦)))?(?![0-9])",
    ),
    "share": ("百", rf"百分之(?P<share_figure>{DIGITS}|{HAN})"),
    "quantity": (
        _DIGIT,
        rf"{_FRESH_DIGITS}(?P<ordinal>(?<=第)|(?<=第\s))?(?P<number>{DIGITS})(?![0-9])"
        rf"(?:\s{{0,2}}(?P<times>[百千万亿])(?!米|克|瓦))?(?:多|余|来)?"
        rf"(?:\s{{0,2}}{_NOT_A_UNIT}(?:个(?P<inner_half>半)(?P<inner>月|小时|钟头|星期|礼拜)|(?P<unit_zh>{_UNITS_ZH})(?P<unit_half>半(?![价天夜]))?)"
        rf"|[\s-]?(?P<unit_en>(?i:{_UNITS_EN}))(?![A-Za-z])|(?![0-9A-Za-z]|\.[0-9]))",
    ),
    "spelt": (
        HAN_NUMERAL,
        rf"(?<![0-9{HAN_NUMERAL}])(?P<ordinal_han>(?<=第))?(?P<number_han>{HAN})多?{_NOT_A_UNIT}"
        rf"(?:个(?P<inner_half_han>半)(?P<inner_han>月|小时|钟头|星期|礼拜)|(?P<unit_han>{_UNITS_HAN})(?P<unit_half_han>半(?![价天夜]))?)",
    ),
    "worded": (
        "oOtTfFsSeEnNhH",
        rf"\b(?P<number_word>(?i:{ENGLISH_NUMBERS}))[\s-](?P<unit_word>{_UNITS_EN})(?![A-Za-z])",
    ),
    "half_of": ("Hh", r"\b[Hh]alf an? (?P<half_unit>hour|day|month|year)\b"),
    "double": ("双翻", r"双倍|翻倍"),
    "identifier": (
        "0-9A-Za-z",
        r"(?<![0-9A-Za-z])[A-Za-z]{0,12}-?[0-9](?:[0-9A-Za-z]|-(?=[0-9A-Za-z])){4,200}+(?![0-9A-Za-z])",
    ),
}
# Nearly every position is passed over by one look at its character, and nearly every alternative by another.
_OTHER_STARTS = "".join(
    character for starts, _ in _ALTERNATIVES.values() for character in starts if not character.isascii()
)
CLAIM = re.compile(
    rf"(?:(?=[0-9${_OTHER_STARTS}])|(?<![A-Za-z])(?=[A-Za-z]))(?:"
    + "|".join(f"(?P<{name}>(?=[{starts}])(?:{pattern}))" for name, (starts, pattern) in _ALTERNATIVES.items())
    + ")"
)

# The number of an entry of a list: 1. 2) 三、 （四） at the start of a line or of a clause, never before a digit.
LIST_MARK = re.compile(
    rf"(?:^|(?<=[\n:;。：；，、！？(（])|(?<=[\n:;.!?]\s))(?:第?[0-9]{{1,2}}|[{HAN_NUMERAL}]{{1,3}})\s?[.、)）](?![0-9])"
)
# What joins the two ends of a range, which share the unit of the last: 3-5 天, 3 到 5 天, CNY 38 to CNY 68.
RANGE_GAP = re.compile(r"\s?(?:[-\u2013\u2014~～至到、/]|或者?|和|to|and|or)\s?")
# What may stand between a day and its time.
DAY_AND_TIME = re.compile(
    r"(?:[\sT]|的|,\s?|，|\s?[(（](?:周|星期)[一二三四五六日天][)）]\s?| at | by | before | around )?"
)
TIME_AND_DAY = re.compile(r"\s(?:on|of)\s(?:the\s)?|\s")
FESTIVAL = re.compile(r"双\s?1[12]")
# Around a duration that tells how long ago something was, and not how long something may take.
TERM_BEFORE = re.compile(r"(?:[满每多至]|(?<!不)到|[0-9]\s?[-\u2013\u2014~～]|\b(?:within|in|up to|every|per)\b)\s?$")
ELAPSED_AFTER = re.compile(
    r"\s?(?:$|[\n，。、；：！？,.;:!?）)」”了前没未仍还的整钟多]|左右|有余|后[仍还没未才]|ago|late|past|since|overdue|without|has|have|and|after)"
)
