"""The tuned Splink 4 model of the rosters: comparisons as ordered lists of levels, blocking rules, and how it is trained.

Committed before hedui is measured, and changed only to make Splink better. Nothing here looks at the truth at run time; its
shape was chosen by looking at errors on seed 1 of 10,000 and 100,000 a side, as a user with labelled data would. Three things
made most of the difference to a plain model: telephone and house are one comparison, each parameter is trained where the
block does not gather families, and levels of fixed weight speak against twins and siblings.
"""

import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import SettingsCreator, block_on


def level(sql, label, column=None, weight=1.0):
    """A level in SQL; with `column`, adjusted by the frequency of that column's value."""
    made = cll.CustomLevel(sql, label_for_charts=label)
    return made.configure(tf_adjustment_column=column, tf_adjustment_weight=weight) if column else made


SAME_SURNAME = "surname_l = surname_r"
# one character of three is another one or lacks; characters a system lost are □ after preparation
ONE_CHARACTER = "levenshtein(name_l, name_r) <= 1 and least(length(name_l), length(name_r)) >= 2"
LOST = f"({ONE_CHARACTER} and length(name_l) = length(name_r) and (contains(name_l, '□') or contains(name_r, '□')))"
# a name with · of which only the first part was written
CUT = (
    "((dotted_l or dotted_r) and least(length(name_l), length(name_r)) >= 2"
    " and (starts_with(name_l, name_r) or starts_with(name_r, name_l)))"
)

OTHER = f"{SAME_SURNAME} and {ONE_CHARACTER} and length(name_l) = length(name_r) and length(name_l) > 2"
# born and registered repeat the birth date and the valid number under names of their own: Splink does not train a comparison
# that names a column of the training block
NEAR = "coalesce(hamming(born_l, born_r) <= 2, false)"
FAR = "coalesce(hamming(born_l, born_r) > 2, false)"
# born on one day, names unlike, and two valid numbers
TWINS = "born_l = born_r and registered_l <> registered_r and registered_l[1:14] = registered_r[1:14]"

name = cl.CustomComparison(
    output_column_name="name",
    comparison_levels=[
        cll.NullLevel("name"),
        level("name_l = name_r", "same", "name"),
        level("pinyin_l = pinyin_r", "read alike", "pinyin"),
        level(f"{LOST} or {CUT}", "a lost character or a cut name"),
        # of one family: evidence against, which chance agreement of random pairs cannot teach
        level(TWINS, "twins").configure(
            m_probability=0.00001, u_probability=0.01, fix_m_probability=True, fix_u_probability=True
        ),
        level(f"{OTHER} and not {NEAR}", "one other character of three, born in other years").configure(
            m_probability=0.0001, u_probability=0.001, fix_m_probability=True, fix_u_probability=True
        ),
        level(OTHER, "one other character of three"),
        level("jaro_winkler_similarity(name_l, name_r) >= 0.88", "Jaro-Winkler 0.88"),
        level("given_l = given_r", "same given name", "given"),
        level(f"{SAME_SURNAME} and {ONE_CHARACTER}", "one character, short name"),
        level(f"{SAME_SURNAME} and {FAR}", "same surname, born in other years").configure(
            m_probability=0.0001, u_probability=0.01, fix_m_probability=True, fix_u_probability=True
        ),
        level(SAME_SURNAME, "same surname", "surname"),
        cll.ElseLevel(),
    ],
)

# a masked number agrees where it is not masked; a cut one is how the other begins
MASKED = "(contains(id18_l, '*') or contains(id18_r, '*'))"
PARTLY = (
    f"({MASKED} and id18_l[1:6] = id18_r[1:6] and (id18_l[15:18] = id18_r[15:18]"
    " or (id18_l[7:14] = id18_r[7:14] and (id18_l[15:18] = '****' or id18_r[15:18] = '****'))))"
)
BEGINS = (
    "(least(length(id18_l), length(id18_r)) between 11 and 17"
    " and (starts_with(id18_l, id18_r) or starts_with(id18_r, id18_l)))"
)
number = cl.CustomComparison(
    output_column_name="id18",
    comparison_levels=[
        cll.NullLevel("id18"),
        level("id18_l = id18_r", "same"),
        level(f"{PARTLY} or {BEGINS}", "agrees as far as written"),
        # two valid numbers are two numbers however near: twins and the neighbours of a register
        level("id_own_l and id_own_r", "two valid ones, each of its record's birth date"),
        level("id_valid_l and id_valid_r", "two valid ones, one perhaps a relative's"),
        level("damerau_levenshtein(id18_l, id18_r) <= 1", "one edit"),
        level("damerau_levenshtein(id18_l, id18_r) <= 2", "two edits"),
        cll.ElseLevel(),
    ],
)

# a missing date is taken out of the number, unless the other has a number too: then it would count twice
UNKNOWN = (
    "(birth_any_l is null or birth_any_r is null"
    " or ((birth_l is null or birth_r is null) and has_number_l and has_number_r))"
)
birth = cl.CustomComparison(
    output_column_name="birth",
    comparison_levels=[
        level(UNKNOWN, "unknown").configure(is_null_level=True),
        level("birth_any_l = birth_any_r", "same", "birth_any", 0.5),
        level(
            "birth_any_l[1:4] = birth_any_r[1:4] and birth_any_l[5:6] = birth_any_r[7:8] and birth_any_l[7:8] = birth_any_r[5:6]",
            "day and month swapped",
        ),
        level(
            "birth_any_l[5:8] = birth_any_r[5:8] and abs(try_cast(birth_any_l[1:4] as int) - try_cast(birth_any_r[1:4] as int)) = 1",
            "a year off",
        ),
        level("hamming(birth_any_l, birth_any_r) = 1", "one digit"),
        level("birth_any_l[1:4] = birth_any_r[1:4]", "same year"),
        cll.ElseLevel(),
    ],
)

HERE = "village_l = village_r and (town_l = town_r or town_l is null or town_r is null)"
HOUSE = (
    f"({HERE} and (house_l = house_r or house_l is null or house_r is null"
    " or starts_with(house_l, house_r) or starts_with(house_r, house_l)))"
)
# telephone and house in one comparison: families share both, so that they are one piece of evidence
contact = cl.CustomComparison(
    output_column_name="contact",
    comparison_levels=[
        level("(village_l is null or village_r is null) and (phone_l is null or phone_r is null)", "unknown").configure(
            is_null_level=True
        ),
        level(f"phone_l = phone_r and {HOUSE}", "same telephone and house"),
        level("phone_l = phone_r", "same telephone", "phone"),
        level(f"{HERE} and house_l = house_r and (phone_l is null or phone_r is null)", "same house, telephone unknown"),
        level(f"{HERE} and house_l = house_r", "same house, other telephone"),
        level(f"{HOUSE} and (phone_l is null or phone_r is null)", "same as far as written, telephone unknown"),
        level(HOUSE, "same as far as written, other telephone"),
        level("area_l = area_r", "same village or street", "area"),
        level(HERE, "same village or street, township unknown"),
        level("village_l is null or village_r is null", "other telephone, address unknown"),
        level("town_l = town_r", "same township", "town"),
        level("town_l is null or town_r is null", "township unknown"),
        cll.ElseLevel(),
    ],
)

# each loses what another finds; what they find together is 99.95 % of the true pairs, 99 % where half of the numbers are missing
BLOCKING = [
    block_on("id18"),
    block_on("phone"),
    block_on("pinyin", "year_any"),
    block_on("pinyin", "month_day"),
    block_on("pinyin", "town"),
    block_on("pinyin", "village"),
    block_on("rare_pinyin"),
    block_on("birth_any", "surname"),
    block_on("birth_any", "given"),
    block_on("birth_any", "village"),
    block_on("month_day", "area"),
    block_on("surname", "village", "house"),
]

settings = SettingsCreator(
    link_type="link_only",
    comparisons=[name, number, birth, contact, cl.ExactMatch("sex")],
    blocking_rules_to_generate_predictions=BLOCKING,
    retain_matching_columns=False,
    retain_intermediate_calculation_columns=False,
    max_iterations=30,
    em_convergence=0.0005,
)

# almost sure pairs, and what share of the true ones they are by guess: gives the prior
CERTAIN = [block_on("id18", "birth"), block_on("name", "birth", "phone"), block_on("name", "birth", "village")]
RECALL = 0.85
# u by random pairs, then m by EM over pairs that agree on what each block names. Fewer pairs than this cost accuracy (at 1,000,000 a
# side a quarter more errors with 2,000,000); more cost only time and memory
FEWEST_RANDOM_PAIRS = 2_000_000
RANDOM_PAIRS_A_RECORD = 5
# twice: a number alone may be a relative's, a telephone and a surname are a family
TRAINING = [block_on("id18", "birth"), block_on("id18", "name"), block_on("name", "birth")]


def train(linker, records):
    """Estimates prior, u and m without labels; `records` of both rosters."""
    random_pairs = max(FEWEST_RANDOM_PAIRS, RANDOM_PAIRS_A_RECORD * records)
    linker.training.estimate_probability_two_random_records_match(CERTAIN, recall=RECALL)
    linker.training.estimate_u_using_random_sampling(max_pairs=random_pairs, seed=1)
    for block in TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(block, fix_u_probabilities=True)
