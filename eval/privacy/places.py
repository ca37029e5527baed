"""Made-up streets, estates and rooms, put together as people put them."""

from __future__ import annotations

import random

ROADS = (
    "中山路", "人民东路", "学院路", "解放大道", "建国门外大街", "文三路", "天河北路", "福州路", "长安南街",
    "滨江大道", "青年街", "幸福巷", "光谷大道", "珞喻路", "朝阳北路", "花园路", "迎宾大道", "延安西路",
    "西二旗大街", "南门胡同", "八一七北路", "科技二路", "环城东路", "机场高速辅路",
)  # fmt: skip
ESTATES = (
    "阳光花园", "翠苑小区", "万科金域蓝湾", "碧桂园", "保利香槟国际", "绿地世纪城", "融创壹号院", "恒大绿洲",
    "龙湖天街", "华润橡树湾", "金地格林小镇", "中海国际社区", "望江苑", "海棠公寓", "锦绣家园", "书香门第",
    "御景湾", "东方名邸", "水岸新村", "梧桐里", "星河湾", "紫金华府", "怡和山庄", "和平里",
)  # fmt: skip
BUILDINGS = ("国际大厦", "环球中心", "创业园", "软件园", "世贸广场", "金融大厦", "财富中心", "商务楼", "孵化基地")
VILLAGES = ("白水村", "李家庄村", "上塘村", "新民村", "石桥村")
TOWNS = ("青山镇", "柳河镇", "双桥乡", "太平街道", "龙泉镇")
SCHOOLS = ("师范大学", "理工大学", "第二中学", "职业技术学院")
NUMERALS = "一二三四五六七八九"


def write_detail(chance: random.Random) -> str:
    """Return an address from the road, the estate or the village on."""
    number, low, room = chance.randint(1, 999), chance.randint(1, 30), _write_room(chance)
    road, estate, building = chance.choice(ROADS), chance.choice(ESTATES), chance.choice(BUILDINGS)
    unit, letter, numeral = chance.randint(1, 4), chance.choice("ABCDE"), chance.choice(NUMERALS)
    return chance.choice(
        (
            f"{road}{number}号{estate}{low}栋{unit}单元{room}室",
            f"{road}{number}号",
            f"{road}{number}号{low}号楼{room}",
            f"{estate}{low}号楼{unit}单元{room}",
            f"{estate}{low}-{unit}-{room}",
            f"{estate}{low}幢{room}室",
            f"{road}{number}弄{low}号{room}室",
            f"{chance.choice(VILLAGES)}{low}组{number}号",
            f"{road}{number}号{building}{low}层{room}",
            f"{chance.choice(SCHOOLS)}{low}号宿舍楼{room}",
            f"{road} {number} 号 {estate} {low} 栋 {room}",
            f"{estate}{numeral}号楼{chance.choice(NUMERALS)}单元{room}",
            f"{building}{letter}座{room}室",
            f"{road}{number}号院{low}号楼{unit}单元{room}",
            f"{road}{number}号{building}{letter}座{room}",
            f"{road}与{chance.choice(ROADS)}交叉口{estate}{low}栋{room}",
            f"{estate}{chance.choice('东南西北')}区{low}号楼{room}室",
            f"{estate}{unit}期{low}栋{letter}单元{room}",
        )
    )  # fmt: skip


def write_address(chance: random.Random, region: tuple[str, ...], detail: str) -> tuple[str, str]:
    """Return how somebody writes their address: what may stay readable, and what may not."""
    short = [part.removesuffix("省").removesuffix("自治区") for part in region]
    before = chance.choice(
        (
            "".join(region),
            "".join(region),
            " ".join(region) + " ",
            "".join(region[-2:]),
            region[-1],
            "".join(short),
            "".join(region) + chance.choice(TOWNS),
            "",
        )
    )
    return before, detail


def _write_room(chance: random.Random) -> str:
    return f"{chance.randint(1, 32)}{chance.randint(1, 12):02}"
