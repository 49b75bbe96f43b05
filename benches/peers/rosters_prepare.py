"""What a competent user makes of a roster's columns before linking: width and case, 18-character ID numbers, one form of dates, digits
of telephones, names without separators and variants, pinyin, the parts of an address.

Names go through Python, where each different character is looked up once (NFKC, OpenCC, pypinyin); the rest is SQL.
"""

import unicodedata

import opencc
import pyarrow as pa
import pyarrow.csv
from pypinyin import lazy_pinyin

COMPOUND = ("欧阳", "尉迟", "单于", "司马", "上官", "令狐", "诸葛", "皇甫", "慕容", "司徒", "夏侯", "东方")
# spellings of one surname or character that OpenCC leaves apart
SPELLINGS = {"萧": "肖", "傅": "付", "阎": "闫", "閆": "闫", "寀": "宋", "代": "戴", "丘": "邱", "蘋": "萍", "皓": "浩", "锺": "钟"}
# a name read like so few others in both rosters together is worth a look by itself
RARE = 6


def characters(names):
    """For each different character: its form in the plain name, and its pinyin."""
    simplify = opencc.OpenCC("t2s").convert
    plain, sound = {}, {}
    for written in set().union(*names):
        c = unicodedata.normalize("NFKC", written)
        if unicodedata.category(c[0]) in ("Co", "Cn") or c in "?□":
            plain[written], sound[written] = "□", "□"
        elif c.isalnum():
            simple = SPELLINGS.get(c) or simplify(c)
            simple = plain[written] = SPELLINGS.get(simple, simple)
            sound[written] = lazy_pinyin(simple)[0].lower()
        else:
            plain[written] = sound[written] = ""
    return str.maketrans(plain), str.maketrans(sound)


def surname_length(name):
    return 2 if name[:2] in COMPOUND and len(name) > 2 else 1


def prepare(connection, folder):
    """Makes the tables `a_left` and `b_right` for Splink; says how many records they hold."""
    text = pyarrow.csv.ConvertOptions(
        column_types={field: pa.string() for field in ("id", "name", "id_number", "birth_date", "sex", "phone", "address")},
        strings_can_be_null=False,
    )
    for side, table in (("left", "a_left"), ("right", "b_right")):
        raw = pyarrow.csv.read_csv(f"{folder}/{side}.csv", convert_options=text)
        names = raw["name"].to_pylist()
        plain, sound = characters(names)
        name = [n.translate(plain) for n in names]
        lengths = [surname_length(n) for n in name]
        raw = raw.drop_columns("name")
        raw = raw.append_column("name", pa.array(name))
        raw = raw.append_column("dotted", pa.array([len(n) > 4 for n in names]))
        raw = raw.append_column("surname", pa.array([n[:k] for n, k in zip(name, lengths)]))
        raw = raw.append_column("given", pa.array([n[k:] for n, k in zip(name, lengths)]))
        raw = raw.append_column("pinyin", pa.array([n.translate(sound) for n in names]))
        connection.register("raw", raw)
        connection.execute(f"create table {table} as {COLUMNS}")
        connection.unregister("raw")
    connection.execute(
        f"""create table rare as select pinyin from (select pinyin from a_left union all select pinyin from b_right)
            group by pinyin having count(*) <= {RARE}"""
    )
    for table in ("a_left", "b_right"):
        connection.execute(
            f"""create or replace table {table} as select t.*, rare.pinyin as rare_pinyin
                from {table} t left join rare on t.pinyin = rare.pinyin"""
        )
    return sum(connection.execute(f"select count(*) from {table}").fetchall()[0][0] for table in ("a_left", "b_right"))


def check(head):
    """SQL of the check character of a text of 17 digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    terms = " + ".join(f"(ascii({head}[{at}]) - 48) * {weight}" for at, weight in enumerate(weights, 1))
    return f"'10X98765432'[({terms}) % 11 + 1]"


def narrow(column):
    """SQL of a text with full-width characters made plain; most texts have none."""
    wide = "０１２３４５６７８９ＸｘＺ＊＋－／　"
    return f"case when regexp_matches({column}, '[０-９Ｘｘ＊＋－／　]') then translate({column}, '{wide}', '0123456789XxZ*+-/ ') else {column} end"


COLUMNS = f"""
with narrowed as (
    select *, {narrow("birth_date")} as birth_text, {narrow("phone")} as phone_text, {narrow("address")} as address_text,
        case when regexp_full_match(id_number, '\\d{{17}}[\\dX]') then id_number
             else upper(regexp_replace({narrow("id_number")}, '[^0-9Xx*]', '', 'g')) end as number
    from raw
), numbered as (
    select *, case when regexp_full_match(number, '\\d{{15}}') then number[1:6] || '19' || number[7:15] else number end as long
    from narrowed
), parts as (
    select *,
        case when length(long) = 17 and length(number) = 15 then long || {check("long")} else nullif(long, '') end as id18,
        case when length(number) = 15 then length(long) = 17
             when regexp_full_match(long, '\\d{{17}}[\\dX]') then {check("long")} = long[18] else false end as id_valid,
        case when regexp_full_match(birth_text, '\\d{{8}}') then birth_text
             when regexp_full_match(birth_text, '\\d{{4}}-\\d\\d-\\d\\d') then replace(birth_text, '-', '')
             when regexp_matches(birth_text, '\\d{{4}}\\D+\\d{{1,2}}\\D+\\d{{1,2}}') then
                regexp_extract(birth_text, '(\\d{{4}})\\D', 1)
                || lpad(regexp_extract(birth_text, '\\d{{4}}\\D+(\\d{{1,2}})', 1), 2, '0')
                || lpad(regexp_extract(birth_text, '\\d{{4}}\\D+\\d{{1,2}}\\D+(\\d{{1,2}})', 1), 2, '0') end as birth,
        nullif(right(regexp_replace(phone_text, '\\D', '', 'g'), 11), '') as phone_digits,
        regexp_replace(address_text, '^(甘肃省)?([^市县区镇乡路街]{{2}}市)?([^市县区镇乡路街]{{1,2}}[县区])?', '') as place
    from numbered
), places as (
    select *,
        nullif(regexp_extract(place, '^([^\\d]{{1,4}}?[镇乡])', 1), '') as town,
        regexp_replace(place, '^([^\\d]{{1,4}}?[镇乡])', '') as local
    from parts
)
select id as unique_id, nullif(name, '') as name, dotted, surname, given, nullif(pinyin, '') as pinyin, id18, id_valid, nullif(sex, '') as sex,
    birth, phone_digits as phone, town,
    coalesce(birth, case when id_valid then id18[7:14] end) as birth_any,
    birth_any[1:4] as year_any, birth_any[5:8] as month_day,
    birth_any as born, case when id_valid then id18 end as registered, id18 is not null as has_number,
    coalesce(id_valid and (birth is null or id18[7:14] = birth), false) as id_own,
    nullif(regexp_extract(local, '^(\\D+村|\\D+\\d+号)', 1), '') as village,
    town || village as area,
    nullif(regexp_replace(local, '^(\\D+村|\\D+\\d+号)', ''), '') as house
from places
"""
