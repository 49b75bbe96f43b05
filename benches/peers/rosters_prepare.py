"""What a competent user makes of a roster's columns before linking: width and case, 18-character ID numbers, one form of dates, digits
of telephones, names without separators and variants, pinyin, the parts of an address.

Text of a whole column goes through Python only where DuckDB cannot do it (NFKC, OpenCC, pypinyin), and there each different
character once; the rest is SQL.
"""

import unicodedata

import duckdb
import opencc
import pandas as pd
from pypinyin import lazy_pinyin

COMPOUND = ("欧阳", "尉迟", "单于", "司马", "上官", "令狐", "诸葛", "皇甫", "慕容", "司徒", "夏侯", "东方")
# spellings of one surname or character that OpenCC leaves apart
SPELLINGS = {"萧": "肖", "傅": "付", "阎": "闫", "閆": "闫", "寀": "宋", "代": "戴", "丘": "邱", "蘋": "萍", "皓": "浩", "锺": "钟"}
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def folded(values):
    return [value if value.isascii() else unicodedata.normalize("NFKC", value) for value in values]


def check_character(head):
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(head, WEIGHTS)) % 11]


def number(text):
    """The number, 15 digits made 18; and whether it is a valid one."""
    text = "".join(c for c in text if c in "0123456789Xx*").upper()
    if len(text) == 15 and text.isdigit():
        text = text[:6] + "19" + text[6:]
        text += check_character(text)
    valid = len(text) == 18 and text[:17].isdigit() and check_character(text[:17]) == text[17]
    return text or None, valid


def characters(names):
    """For each different character: its form in the plain name, and its pinyin."""
    simplify = opencc.OpenCC("t2s").convert
    plain, sound = {}, {}
    for c in set("".join(names)):
        if unicodedata.category(c) in ("Co", "Cn") or c in "?□":
            plain[c], sound[c] = "□", "□"
        elif c.isalnum():
            plain[c] = SPELLINGS.get(c) or simplify(c)
            plain[c] = SPELLINGS.get(plain[c], plain[c])
            sound[c] = lazy_pinyin(plain[c])[0].lower()
        else:
            plain[c] = sound[c] = ""
    return plain, sound


def surname_length(name):
    return 2 if name[:2] in COMPOUND and len(name) > 2 else 1


# a name read like so few others in both rosters together is worth a look by itself
RARE = 6


def pair(folder):
    """Both tables."""
    tables = [prepared(f"{folder}/{side}.csv") for side in ("left", "right")]
    counts = pd.concat([table["pinyin"] for table in tables]).value_counts()
    rare = set(counts.index[counts <= RARE])
    for table in tables:
        table["rare_pinyin"] = table["pinyin"].where(table["pinyin"].isin(rare), None)
    return tables


def prepared(path):
    """A table for Splink out of a roster."""
    raw = pd.read_csv(path, dtype=str, keep_default_na=False)
    names = folded(raw["name"])
    plain, sound = characters(names)
    table = pd.DataFrame({"unique_id": raw["id"]})
    name = ["".join(plain[c] for c in n) for n in names]
    table["name"] = [n or None for n in name]
    table["dotted"] = [len(n) > 4 or "·" in n for n in names]
    table["surname"] = [n[: surname_length(n)] for n in name]
    table["given"] = [n[surname_length(n) :] for n in name]
    table["pinyin"] = ["".join(sound[c] for c in n) or None for n in names]
    numbers = [number(n) for n in folded(raw["id_number"])]
    table["id18"] = [n for n, _ in numbers]
    table["id_valid"] = [valid for _, valid in numbers]
    table["sex"] = raw["sex"].replace("", None)
    table["birth_text"] = folded(raw["birth_date"])
    table["phone_text"] = folded(raw["phone"])
    table["address_text"] = folded(raw["address"])
    return duckdb.sql(COLUMNS).df()


COLUMNS = """
with parts as (
    select *,
        case when regexp_full_match(birth_text, '\\d{8}') then birth_text
             when regexp_matches(birth_text, '\\d{4}\\D+\\d{1,2}\\D+\\d{1,2}') then
                regexp_extract(birth_text, '(\\d{4})\\D', 1)
                || lpad(regexp_extract(birth_text, '\\d{4}\\D+(\\d{1,2})', 1), 2, '0')
                || lpad(regexp_extract(birth_text, '\\d{4}\\D+\\d{1,2}\\D+(\\d{1,2})', 1), 2, '0') end as birth,
        nullif(right(regexp_replace(phone_text, '\\D', '', 'g'), 11), '') as phone,
        regexp_replace(address_text, '^(甘肃省)?([^市县区镇乡路街]{2}市)?([^市县区镇乡路街]{1,2}[县区])?', '') as place
    from "table"
), places as (
    select *,
        nullif(regexp_extract(place, '^([^\\d]{1,4}?[镇乡])', 1), '') as town,
        regexp_replace(place, '^([^\\d]{1,4}?[镇乡])', '') as local
    from parts
)
select unique_id, name, dotted, surname, given, pinyin, id18, id_valid, sex, birth, phone, town,
    left(birth, 4) as birth_year,
    coalesce(birth, case when id_valid then id18[7:14] end) as birth_any,
    birth_any[1:4] as year_any, birth_any[5:8] as month_day,
    birth_any as born, case when id_valid then id18 end as registered, id18 is not null as has_number,
    coalesce(id_valid and (birth is null or id18[7:14] = birth), false) as id_own,
    nullif(regexp_extract(local, '^(\\D+村|\\D+\\d+号)', 1), '') as village,
    town || village as area,
    nullif(regexp_replace(local, '^(\\D+村|\\D+\\d+号)', ''), '') as house
from places
"""
