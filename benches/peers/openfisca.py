"""A means test in OpenFisca: a simulation of three-person households built from arrays, outcome and amount calculated.

    openfisca.py <columns> <results>

`columns` holds little-endian 64-bit integers, one column after the other, a value a person: wage, pension, basic part of the
pension (all a year) and medical cost in fen, birth date in days since 1970-01-01, grade of a disability certificate (0: none).
People 3n, 3n+1, 3n+2 are household n. Writes to `results` one 32-bit float pair a household (outcome 0, 1, 2; amount a month)
and prints times as JSON: the best of five runs, in CPU seconds and by the clock. The rules are those of the packs for an urban
household of which every department has answered; benches/rules compares household by household.
"""

import datetime
import json
import sys
import time

import numpy as np
from openfisca_core import entities, periods, variables
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

DAY = np.datetime64("2025-12-01")
YEAR = "2025"
RUNS = 5
STANDARD = 623.0
MINIMUM_WAGE = 1910.0

person = entities.build_entity(key="person", plural="persons", label="A person", is_person=True)
household = entities.build_entity(
    key="household",
    plural="households",
    label="A household",
    roles=[{"key": "head", "max": 1}, {"key": "spouse", "max": 1}, {"key": "child", "plural": "children"}],
)


class wage(variables.Variable):
    value_type, entity, definition_period = float, person, periods.DateUnit.YEAR


class pension(variables.Variable):
    value_type, entity, definition_period = float, person, periods.DateUnit.YEAR


class pension_basic(variables.Variable):
    value_type, entity, definition_period = float, person, periods.DateUnit.YEAR


class medical_cost(variables.Variable):
    value_type, entity, definition_period = float, person, periods.DateUnit.YEAR


class disability_grade(variables.Variable):
    value_type, entity, definition_period = int, person, periods.DateUnit.YEAR


class birth(variables.Variable):
    value_type, entity, definition_period = datetime.date, person, periods.DateUnit.ETERNITY


class age(variables.Variable):
    value_type, entity, definition_period = int, person, periods.DateUnit.YEAR

    def formula(person, period):
        born = person("birth", period)
        months = DAY.astype("datetime64[M]").astype(int) - born.astype("datetime64[M]").astype(int)
        of_month = born.astype("datetime64[D]") - born.astype("datetime64[M]")
        return (months - (of_month > np.timedelta64(0, "D"))) // 12


class income(variables.Variable):
    value_type, entity, definition_period = float, person, periods.DateUnit.YEAR

    def formula(person, period):
        return person("wage", period) + person("pension", period) - person("pension_basic", period)


class deductions(variables.Variable):
    value_type, entity, definition_period = float, person, periods.DateUnit.YEAR

    def formula(person, period):
        cost, grade, age = person("medical_cost", period), person("disability_grade", period), person("age", period)
        illness = 0.5 * np.minimum(cost, 5000) + 0.7 * np.clip(cost - 5000, 0, 15000) + 0.9 * np.maximum(cost - 20000, 0)
        nursing = 12 * STANDARD * np.select([grade == 1, grade == 2], [0.3, 0.2], 0.0)
        nutrition = 12 * STANDARD * 0.1 * ((age < 16) | (age >= 60))
        work = np.minimum(person("wage", period), 12 * MINIMUM_WAGE * np.where(grade > 0, 0.3, 0.2))
        return illness + nursing + nutrition + work


class net_income(variables.Variable):
    value_type, entity, definition_period = float, household, periods.DateUnit.YEAR

    def formula(household, period):
        own = household.members
        return np.maximum(household.sum(own("income", period)) - household.sum(own("deductions", period)), 0)


class outcome(variables.Variable):
    """2: dibao, 1: marginal, 0: neither."""

    value_type, entity, definition_period = int, household, periods.DateUnit.YEAR

    def formula(household, period):
        net, line = household("net_income", period), 12 * STANDARD * household.nb_persons()
        return (net < line).astype(int) + (net < 1.5 * line)


class amount(variables.Variable):
    """Dibao a month: the gap, and a fifth of the standard for everybody disabled."""

    value_type, entity, definition_period = float, household, periods.DateUnit.YEAR

    def formula(household, period):
        gap = STANDARD * household.nb_persons() - household("net_income", period) / 12
        disabled = household.sum(household.members("disability_grade", period) > 0)
        return (household("outcome", period) == 2) * (gap + 0.2 * STANDARD * disabled)


def system():
    made = TaxBenefitSystem([person, household])
    rules = [wage, pension, pension_basic, medical_cost, disability_grade, birth, age, income, deductions]
    made.add_variables(*rules, net_income, outcome, amount)
    return made


def build(rules, people, inputs):
    """A simulation of `people // 3` households."""
    builder = SimulationBuilder()
    builder.create_entities(rules)
    builder.declare_person_entity("person", np.arange(people))
    of = builder.declare_entity("household", np.arange(people // 3))
    roles = np.tile(np.array(["head", "spouse", "child"]), people // 3)
    builder.join_with_persons(of, np.repeat(np.arange(people // 3), 3), roles)
    simulation = builder.build(rules)
    for name, values in inputs.items():
        simulation.set_input(name, periods.ETERNITY if name == "birth" else YEAR, values)
    return simulation


def survives(rules, yuan):
    """What becomes of a wage of this many yuan."""
    simulation = build(rules, 3, {"wage": np.array([yuan, 0.0, 0.0])})
    return float(simulation.calculate("wage", YEAR)[0]), str(simulation.calculate("wage", YEAR)[0])


def main():
    columns = np.fromfile(sys.argv[1], dtype="<i8").reshape(6, -1)
    people = columns.shape[1]
    money = dict(zip(["wage", "pension", "pension_basic", "medical_cost"], columns[:4] / 100.0))
    born = columns[4].astype("datetime64[D]")
    inputs = money | {"birth": born, "disability_grade": columns[5]}
    rules = system()
    best = None
    for _ in range(RUNS):
        marks = [(time.process_time(), time.perf_counter())]
        simulation = build(rules, people, inputs)
        marks.append((time.process_time(), time.perf_counter()))
        found, paid = simulation.calculate("outcome", YEAR), simulation.calculate("amount", YEAR)
        marks.append((time.process_time(), time.perf_counter()))
        took = {
            "build_cpu": marks[1][0] - marks[0][0],
            "build_wall": marks[1][1] - marks[0][1],
            "calculate_cpu": marks[2][0] - marks[1][0],
            "calculate_wall": marks[2][1] - marks[1][1],
        }
        if best is None or took["build_cpu"] + took["calculate_cpu"] < best["build_cpu"] + best["calculate_cpu"]:
            best = took
    np.stack([found, paid], axis=1).astype("<f4").tofile(sys.argv[2])
    loss = {str(yuan): survives(rules, yuan) for yuan in (68_212_208, 20_000_001)}
    print(json.dumps({"households": people // 3, **best, "becomes": loss}))


if __name__ == "__main__":
    main()
