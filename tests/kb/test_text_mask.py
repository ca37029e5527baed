"""Personal data is hidden in every writing, business numbers never, and masking twice is masking once."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from faker import Faker
from hypothesis import given
from hypothesis import strategies as st

from kb.text.mask import Finding, MaskedText, PersonalDataKind, mask_personal_data

VALUES_PER_KIND = 2000
MIN_RECALL = 0.995
MAX_WRONGLY_MASKED = 0.005


def masked(text: str) -> str:
    return mask_personal_data(text).text


def full_width(text: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def grouped(text: str, sizes: tuple[int, ...], separator: str) -> str:
    pieces = []
    for size in sizes:
        pieces.append(text[:size])
        text = text[size:]
    return separator.join(piece for piece in [*pieces, text] if piece)


@pytest.mark.parametrize(
    "phone",
    [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138.0013.8000",
        "1 3 8 0 0 1 3 8 0 0 0",
        "+86-138 0013 8000",
        "(+86)13800138000",
        "8613800138000",
        full_width("13800138000"),
        "138\u200b0013\u200b8000",
        "一三八零零一三八零零零",
    ],
)
def test_a_mobile_is_hidden_in_any_writing(phone: str) -> None:
    assert masked(f"请打{phone}联系我") == "请打[手机号]联系我"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("座机010-12345678", "座机[电话]"),
        ("座机(0755)88886666。", "座机[电话]。"),
        ("身份证110101199003077758", "身份证[身份证号]"),
        ("身份证11010119900307002x吧", "身份证[身份证号]吧"),
        ("身份证110101 19900307 7758", "身份证[身份证号]"),
        ("卡号4111 1111 1111 1111", "卡号[银行卡号]"),
        ("退到4111111111111111", "退到[银行卡号]"),
        ("邮箱zhang.san+1@mail.example.com谢谢", "邮箱[邮箱]谢谢"),
        ("邮箱a@b.cn。", "邮箱[邮箱]。"),
        ("北京市海淀区中关村大街1号海龙大厦3层302室", "北京市海淀区[地址]"),
        ("浙江省杭州市西湖区文三路 88 号，谢谢", "浙江省杭州市西湖区[地址]，谢谢"),
        ("送到阳光小区3栋2单元502", "送到[地址]"),
        ("广州市花市街12号", "广州市[地址]"),
        ("朝阳区建国路甲88号SOHO现代城A座1502室", "朝阳区[地址]"),
        ("上海市黄浦区人民路88弄6号101", "上海市黄浦区[地址]"),
        ("南京市中山路88，谢谢", "南京市[地址]，谢谢"),
        ("青山镇白水村3组15号", "青山镇[地址]"),
        ("收件人：王小明，电话13800138000", "收件人：[姓名]，电话[手机号]"),
        ("收件人王伟电话是13800138000", "收件人[姓名]电话是[手机号]"),
        ("我叫欧阳娜娜", "我叫[姓名]"),
        ("联系人改成李和平", "联系人改成[姓名]"),
        ("聯繫人：陳偉", "聯繫人：[姓名]"),
        ("收货人王女士", "收货人[姓名]"),
        ("姓名：那英，", "姓名：[姓名]，"),
        ("姓名：买买提·艾力", "姓名：[姓名]"),
        ("my name is John Smith, hello", "my name is [姓名], hello"),
        ("张伟 13800138000", "[姓名] [手机号]"),
    ],
)
def test_personal_data_is_hidden(text: str, expected: str) -> None:
    assert masked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SO2026111500017什么时候到",
        "订单号4111111111111111",
        "订单编号：4111111111111111，快点",
        "order number is 4111111111111111",
        "运单号 13800138000",
        "快递单号是13800138000",
        "快递4111111111111111",
        "SF1380013800012 YT8812345678901 JDVA12345678901",
        "https://shop.com/13849694209.html",
        "身份证110101199003077757",
        "身份证110101199013077758",
        "卡号4111 1111 1111 1112",
        "收件人是谁",
        "姓名写错了",
        "姓名和电话都不变",
        "联系人方式",
        "收货人不在家",
        "我叫快递来拿",
        "我叫师傅上门",
        "收件人于昨天改了",
        "name is wrong",
        "知道3号发货吗",
        "款项原路返回3号到账",
        "11月15号到",
        "路由器2号能到吗",
        "联系人[姓名x] 电话[电话x] 地址[地址x]",
        "尺码 1 3 4 5，2026-11-15 下单",
        "40000000000000000000000",
        "",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert mask_personal_data(text) == MaskedText(text, ())


def test_a_courier_phone_after_a_bare_label_is_hidden() -> None:
    assert masked("快递13800138000") == "快递[手机号]"
    assert masked("订单电话13800138000") == "订单电话[手机号]"


def test_findings_are_spans_of_the_raw_text() -> None:
    assert mask_personal_data("我叫李明，" + full_width("13800138000")).findings == (
        Finding(PersonalDataKind.NAME, 2, 4),
        Finding(PersonalDataKind.MOBILE, 5, 16),
    )


PIECES = [
    *"138 0-+86张王路号室市区 ，:：[]x@.a",
    *(
        "13800138000",
        "4111111111111111",
        "110101199003077758",
        "订单号",
        "收件人",
        "我叫",
        "姓名",
        "[手机号]",
    ),
    *("[姓名]", "[地址]", "a@b.cn", "中山路", "1号", "3栋", "电话", "李明", "小区", "name is ", "Li"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask_personal_data(text)
    assert mask_personal_data(once.text) == MaskedText(once.text, ())


@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_findings_are_ordered_and_apart(text: str) -> None:
    position = 0
    for finding in mask_personal_data(text).findings:
        assert position <= finding.start < finding.end <= len(text)
        position = finding.end


@pytest.mark.parametrize("unit", ["1", "-", "号", "%", "1-", "1 3 ", "a@", "中山路1号", "我叫李", "路1", "[", "东"])
def test_ten_thousand_characters_are_masked(unit: str) -> None:
    assert mask_personal_data((unit * 10_000)[:10_000]).text


def write_phone(chance: random.Random, fake: Faker) -> str:
    phone = fake.phone_number()
    writings: tuple[Callable[[str], str], ...] = (
        str,
        full_width,
        lambda digits: grouped(digits, (3, 4), " "),
        lambda digits: grouped(digits, (3, 4), "-"),
        lambda digits: grouped(digits, (3, 3), " "),
        lambda digits: grouped(digits, (4, 3), " "),
        lambda digits: "+86" + digits,
        lambda digits: "+86 " + grouped(digits, (3, 4), " "),
        lambda digits: "86-" + digits,
    )
    return chance.choice(writings)(phone)


def write_id(chance: random.Random, fake: Faker) -> str:
    number = fake.ssn()
    return chance.choice([number, number.lower(), full_width(number), grouped(number, (6, 8), " ")])


def write_card(chance: random.Random, fake: Faker) -> str:
    number = fake.credit_card_number()
    return chance.choice([number, full_width(number), *(grouped(number, (4, 4, 4, 4), mark) for mark in " -")])


def write_email(chance: random.Random, fake: Faker) -> str:
    return chance.choice([fake.email(), fake.email().upper(), fake.free_email()])


# In each: a template, where {} stands for the value.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "phone": (
        "我手机{}",
        "电话：{}，尽快",
        "快递到了打{}吧",
        "{}",
        "订单SO2026111500017，手机号{}",
        "请联系 {} 谢谢",
    ),
    "id": ("身份证号{}", "证件 {} 办理", "我的身份证是{}，请核实", "{}是我的", "{}"),
    "card": ("退到卡号{}", "银行卡：{}，工行", "{}", "把钱退到 {} 这张卡"),
    "email": ("发票发到{}", "邮箱：{}，谢谢", "{}", "我的email是{}吧"),
    "address": ("地址：{}", "改送到{}，谢谢", "{}", "收货地址改成{}可以吗", "我家在{}"),
    "name": (
        "收件人：{}",
        "姓名{}，",
        "我叫{}，",
        "联系人是{}",
        "收货人{}电话13800138000",
        "本人叫{}",
        "my name is {}",
    ),
}
WRITERS: dict[str, Callable[[random.Random, Faker], str]] = {
    "phone": write_phone,
    "id": write_id,
    "card": write_card,
    "email": write_email,
    "address": lambda _, fake: fake.address(),
    "name": lambda _, fake: fake.name(),
}


def leaks(kind: str, value: str, text: str) -> bool:
    # Of an address the province, city and district may stay; the road and what follows may not.
    secret = value.split()[0][-4:] if kind == "address" else value
    return secret in text


@pytest.mark.parametrize("kind", list(WRITERS))
def test_generated_personal_data_is_hidden(kind: str) -> None:
    fake = Faker("zh_CN")
    fake.seed_instance(20261115)
    chance = random.Random(20261115)
    missed = []
    for _ in range(VALUES_PER_KIND):
        value = WRITERS[kind](chance, fake)
        text = chance.choice(TEMPLATES[kind]).format(value)
        hidden = mask_personal_data(text)
        if leaks(kind, value, hidden.text) or not hidden.findings:
            missed.append(text)
    assert 1 - len(missed) / VALUES_PER_KIND >= MIN_RECALL, missed[:10]


def business_number(chance: random.Random) -> str:
    digits = "".join(chance.choices("0123456789", k=20))
    bare_order = f"2026{chance.randint(1, 12):02}{chance.randint(1, 28):02}{digits[: chance.randint(5, 10)]}"
    labels = (
        "订单号",
        "订单",
        "单号：",
        "运单 ",
        "物流单号是",
        "快递单号",
        "订单编号:",
        "order ",
        "Order No. ",
        "快递",
    )
    return chance.choice(
        [
            f"SO{bare_order[:13]}",
            bare_order,
            f"SF{digits[:13]}",
            f"JDVA{digits[:11]}",
            f"YT{digits[:13]}",
            chance.choice(labels) + str(chance.randint(1, 9)) + digits[: chance.randint(11, 18)],
        ]
    )


def test_generated_order_numbers_stay() -> None:
    chance = random.Random(20261115)
    wrong = []
    for _ in range(VALUES_PER_KIND):
        number = business_number(chance)
        text = chance.choice(["{}", "{}到哪了", "查一下 {} 谢谢", "我的{}还没发货", "帮我看看，{}"]).format(number)
        if masked(text) != text:
            wrong.append((text, masked(text)))
    assert len(wrong) / VALUES_PER_KIND <= MAX_WRONGLY_MASKED, wrong[:10]
