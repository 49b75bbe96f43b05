"""Splink 4 on two rosters with known truth: how many errors, how long, how much memory.

    splink_rosters.py <folder> [--threads 2] [--memory 3GB] [--model FILE.json] [--floor] [--pairs FILE.parquet]

`folder` holds left.csv, right.csv and truth.csv as `hedui-mock-sources rosters` writes them. The model is
splink_rosters_model.py; the truth is read after the last prediction. Prints JSON: seconds of preparation and in all (reading
included, evaluation not), peak memory, scored pairs, the share of true pairs that no block holds, and precision, recall, F1 and
errors (1 - F1) at probability 0.99, at the best weight chosen with the truth, and one-to-one at the best weight chosen with the
truth. One-to-one takes pairs by falling weight, each record once.

With --floor the pairs are scored once more, with their levels, after everything is measured, and --pairs keeps them. The floor is
three shares of the true pairs, all approximate, none counted in another. `bare`: the name differs in all but surname, and neither
number nor telephone nor address agree, being missing, changed or wrong. `name_alone`: the name is alike, birth date, number,
telephone and address are unknown or disagree; a rare name may still decide. `tied`: another record agrees with one of the two on
every field at least as well as its partner (by levels of the model; a field that one lacks must not speak against the other).
"""

import argparse
import json
import logging
import os
import resource
import sys
import time
import warnings

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--memory", help="DuckDB's memory limit; beyond it, it writes to disk")
parser.add_argument("--model", help="write the trained model")
parser.add_argument("--floor", action="store_true", help="count true pairs that nothing could decide")
parser.add_argument("--pairs", help="with --floor: write the scored pairs with their levels")
arguments = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(arguments.threads)
warnings.filterwarnings("ignore")
logging.getLogger("splink").setLevel(logging.ERROR)
begun = time.perf_counter()

import duckdb
import numpy as np
import rosters_prepare
import splink_rosters_model as model
from splink import DuckDBAPI, Linker

FIELDS = ("name", "id18", "birth", "contact", "sex")


def peak_mb():
    return sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def figures(found, right, true_pairs):
    """Precision, recall, F1 and errors of `found` pairs of which `right` are true."""
    precision, recall = right / max(found, 1), right / true_pairs
    f1 = 2 * right / (found + true_pairs)
    return {"precision": round(precision, 5), "recall": round(recall, 5), "f1": round(f1, 5), "errors": round(1 - f1, 5)}


def best(weights, true, true_pairs):
    """The best figures over all weights as threshold; both arrays by falling weight."""
    if not len(weights):
        return figures(0, 0, true_pairs)
    right = np.cumsum(true)
    f1 = 2 * right / (np.arange(1, len(true) + 1) + true_pairs)
    f1[:-1][weights[:-1] == weights[1:]] = 0  # a threshold cannot part pairs of one weight
    at = int(np.argmax(f1))
    return {"weight": round(float(weights[at]), 2), **figures(at + 1, int(right[at]), true_pairs)}


def one_to_one(left, right):
    """Which pairs remain when pairs are taken by falling weight and each record once."""
    taken_left, taken_right = np.zeros(left.max() + 1, bool), np.zeros(right.max() + 1, bool)
    kept = np.zeros(len(left), bool)
    for at, (one, other) in enumerate(zip(left.tolist(), right.tolist())):
        if not taken_left[one] and not taken_right[other]:
            taken_left[one] = taken_right[other] = kept[at] = True
    return kept


def floor(linker, connection, truth, true_pairs):
    settings = linker.misc.save_model_to_json()
    settings["retain_matching_columns"] = True
    again = Linker(["a_left", "b_right"], settings, DuckDBAPI(connection))
    pairs = again.inference.predict().physical_name
    gammas = ", ".join(f"p.gamma_{f}" for f in FIELDS)
    connection.sql(
        f"""create table levels as select p.unique_id_l as l, p.unique_id_r as r, p.match_weight as weight, {gammas},
            t.left_id is not null as same
            from {pairs} p left join {truth} t on p.unique_id_l = t.left_id and p.unique_id_r = t.right_id"""
    )
    if arguments.pairs:
        connection.sql(f"copy levels to '{arguments.pairs}'")
    as_well = " and ".join(f"(o.gamma_{f} >= t.gamma_{f} and (t.gamma_{f} >= 0 or o.gamma_{f} <> 0))" for f in FIELDS)
    tied = " union ".join(
        f"select t.l from levels t join levels o on o.{side} = t.{side} where t.same and not o.same and {as_well}"
        for side in ("l", "r")
    )
    # levels count from below: names unlike, other numbers, telephone and place of no help, birth dates unlike
    apart = "gamma_id18 in (-1, 0, 3, 4) and gamma_contact <= 3"
    bare = f"({apart} and gamma_name <= 2)"
    name_alone = f"({apart} and gamma_name > 2 and gamma_birth <= 1)"
    counts = connection.execute(
        f"""select count(*) filter ({bare}), count(*) filter ({name_alone}),
            count(*) filter (not {bare} and not {name_alone} and l in ({tied})) from levels where same"""
    ).fetchall()[0]
    return dict(zip(("bare", "name_alone", "tied"), (round(count / true_pairs, 5) for count in counts)))


def main():
    here = arguments.folder
    connection = duckdb.connect()
    connection.execute(f"set threads = {arguments.threads}")
    if arguments.memory:
        connection.execute(f"set memory_limit = '{arguments.memory}'")
    records = rosters_prepare.prepare(connection, here)
    preparation = time.perf_counter() - begun
    linker = Linker(["a_left", "b_right"], model.settings, DuckDBAPI(connection))
    model.train(linker, records)
    trained = time.perf_counter() - begun
    scored = linker.inference.predict().physical_name
    wall, cpu, peak = time.perf_counter() - begun, cpu_seconds(), peak_mb()
    if arguments.model:
        linker.misc.save_model_to_json(arguments.model, overwrite=True)
    truth = f"read_csv('{here}/truth.csv')"
    true_pairs = connection.execute(f"select count(*) from {truth}").fetchall()[0][0]
    found = connection.execute(
        f"""select p.unique_id_l[2:]::int as l, p.unique_id_r[2:]::int as r, p.match_weight as weight,
            p.match_probability as probability, t.left_id is not null as same
            from {scored} p left join {truth} t on p.unique_id_l = t.left_id and p.unique_id_r = t.right_id
            order by weight desc, l, r"""
    ).fetchnumpy()
    sure = found["probability"] >= 0.99
    kept = one_to_one(found["l"], found["r"])
    result = {
        "preparation_seconds": round(preparation, 1),
        "training_seconds": round(trained - preparation, 1),
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "peak_mb": peak,
        "scored_pairs": len(sure),
        "lost_to_blocking": round(1 - int(found["same"].sum()) / true_pairs, 5),
        "at_0.99": figures(int(sure.sum()), int(found["same"][sure].sum()), true_pairs),
        "best": best(found["weight"], found["same"], true_pairs),
        "one_to_one_at_0.99": figures(int((sure & kept).sum()), int(found["same"][sure & kept].sum()), true_pairs),
        "one_to_one": best(found["weight"][kept], found["same"][kept], true_pairs),
    }
    if arguments.floor:
        result["floor"] = floor(linker, connection, truth, true_pairs)
    json.dump(result, sys.stdout, indent=1)
    print()


main()
