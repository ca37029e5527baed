"""How people write a value: a phone with blanks, dashes or a country code, an address with and without its province."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from eval.privacy.people import COMPOUND_SURNAMES, Person, open_faker
from eval.privacy.places import write_address

SPELT = (str.maketrans("0123456789", "零一二三四五六七八九"), str.maketrans("0123456789", "〇幺二三四五六拐八九"))
LATIN_SURNAMES = ("Smith", "Chen", "O'Neil", "Garcia")
TITLES = ("先生", "女士", "小姐", "老师")


@dataclass(frozen=True, slots=True)
class Written:
    """A value as somebody wrote it: `shown` may stay readable, `secret` may not."""

    secret: str
    shown: str = ""


Writer = Callable[[random.Random, Person], Written]


def widen_digits(text: str) -> str:
    """Return ASCII text in full width."""
    return "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in text)


def write_phone(chance: random.Random, person: Person) -> Written:
    """Return a mobile in one of twenty writings."""
    digits = person.phone
    by_four = (digits[:3], digits[3:7], digits[7:])
    by_three = (digits[:4], digits[4:7], digits[7:])
    writings = (
        digits,
        digits,
        digits,
        *(mark.join(by_four) for mark in (" ", "-", ".", "  ", "－", "—", "_")),
        *(mark.join(by_three) for mark in (" ", "-")),
        f"{digits[:3]} {digits[3:]}",
        f"+86{digits}",
        f"+86 {' '.join(by_four)}",
        f"+86-{digits}",
        f"(+86){digits}",
        f"（+86）{digits}",
        f"0086{digits}",
        f"86-{'-'.join(by_four)}",
        widen_digits(digits),
        widen_digits("-".join(by_four)),
        " ".join(digits),
        "\u200b".join(by_four),
    )
    return Written(chance.choice(writings))


def write_landline(chance: random.Random, person: Person) -> Written:
    """Return a landline with its area code."""
    digits = person.landline
    cut = 3 if digits.startswith(("010", "02")) else 4
    area, number = digits[:cut], digits[cut:]
    return Written(chance.choice((f"{area}-{number}", f"{area} {number}", f"({area}){number}", digits)))


def write_id(chance: random.Random, person: Person) -> Written:
    """Return an identity card's number."""
    number = person.national_id
    grouped = f"{number[:6]} {number[6:14]} {number[14:]}"
    return Written(chance.choice((number, number, number.lower(), widen_digits(number), grouped)))


def write_card(chance: random.Random, person: Person) -> Written:
    """Return a bank card's number."""
    number = person.bank_card
    groups = [number[start : start + 4] for start in range(0, len(number), 4)]
    return Written(chance.choice((number, " ".join(groups), "-".join(groups), widen_digits(number))))


def write_email(chance: random.Random, person: Person) -> Written:
    """Return an e-mail address."""
    return Written(chance.choice((person.email, person.email, person.email.upper(), person.email.replace("@", " @ "))))


def write_whole_address(chance: random.Random, person: Person) -> Written:
    """Return an address."""
    shown, secret = write_address(chance, person.region, person.detail)
    return Written(secret, shown)


def write_latin_name(chance: random.Random, _: Person) -> Written:
    """Return an English name."""
    return Written(
        open_faker(chance.randrange(2**31), "en_US").first_name() + " " + chance.choice(("Smith", "Chen", "O'Neil"))
    )


def write_english_address(chance: random.Random, _: Person) -> Written:
    """Return an American address on one line."""
    return Written(open_faker(chance.randrange(2**31), "en_US").street_address())


def write_passport(chance: random.Random, _: Person) -> Written:
    """Return a passport's number."""
    prefix = chance.choice(("E", "G", "EA", "EJ", "EH"))
    return Written(prefix + str(chance.randrange(10**8))[: 9 - len(prefix)].zfill(9 - len(prefix)))


def write_title_name(chance: random.Random, person: Person) -> Written:
    """Return a surname with a title."""
    surname = person.name[: 2 if person.name.startswith(COMPOUND_SURNAMES) else 1]
    return Written(surname + chance.choice(TITLES))


PERSONAL: Mapping[str, Writer] = {
    "phone": write_phone,
    "landline": write_landline,
    "id": write_id,
    "card": write_card,
    "email": write_email,
    "name": lambda _, person: Written(person.name),
    "title_name": write_title_name,
    "address": write_whole_address,
    # Hard kinds, reported apart.
    "spelt": lambda chance, person: Written(person.phone.translate(chance.choice(SPELT))),
    "passport": write_passport,
    "english_address": write_english_address,
    "latin_name": write_latin_name,
}


def write_order(chance: random.Random, _: Person) -> Written:
    """Return an order number."""
    day = f"2026{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    tail = "".join(chance.choices("0123456789", k=10))
    return Written(chance.choice((f"SO{day}{tail[:5]}", f"{day}{tail[:8]}", f"DD{day}{tail[:6]}", f"{day}{tail}")))


def write_sku(chance: random.Random, _: Person) -> Written:
    """Return a number of a product."""
    digits = "".join(chance.choices("0123456789", k=8))
    letters = "".join(chance.choices("ABCDEFGHKMNPQRSTUVWXYZ", k=3))
    return Written(
        chance.choice((digits[:4], digits[:6], f"{letters}-{digits[:4]}", f"{letters}{digits[:5]}", f"1000{digits}"))
    )


def write_tracking(chance: random.Random, _: Person) -> Written:
    """Return a parcel's number."""
    digits = "".join(chance.choices("0123456789", k=15))
    return Written(
        chance.choice(
            (f"SF{digits[:13]}", f"YT{digits[:13]}", f"JDVA{digits[:11]}", f"77{digits[:13]}", f"QY{digits[:10]}")
        )
    )


def write_amount(chance: random.Random, _: Person) -> Written:
    """Return a sum of money."""
    whole, cents = chance.randint(1, 99_999), f"{chance.randint(0, 99):02}"
    writings = (f"{whole}元", f"{whole}.{cents}元", f"¥{whole:,}.{cents}", f"{whole}块钱", f"{whole}.{cents}")
    return Written(chance.choice(writings))


def write_time(chance: random.Random, _: Person) -> Written:
    """Return a day, or a time of it."""
    month, day = chance.randint(1, 12), chance.randint(1, 28)
    hour, minute = chance.randint(0, 23), chance.randint(0, 59)
    return Written(
        chance.choice(
            (
                f"{month}月{day}号",
                f"2026-{month:02}-{day:02} {hour:02}:{minute:02}",
                f"{month}月{day}日{hour}点",
                f"2026年{month}月{day}日",
                f"{hour}:{minute:02}",
                f"2026{month:02}{day:02}{hour:02}{minute:02}",
                f"{month}/{day}",
            )
        )
    )


# The shop's own values, which must stay readable.
BUSINESS: Mapping[str, Writer] = {
    "order": write_order,
    "sku": write_sku,
    "tracking": write_tracking,
    "amount": write_amount,
    "time": write_time,
}
