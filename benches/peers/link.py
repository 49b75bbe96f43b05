"""Splink and `hedui link` on the same rosters, in turns on the same machine: errors, wall and CPU seconds, peak memory, as a table.

    link.py <hedui> <folder>... [--rounds 3] [--threads 2] [--memory 3GB] [--model MODEL.toml] [--python PYTHON]

Each folder holds left.csv, right.csv and truth.csv (`hedui-mock-sources rosters`). Splink runs as splink_rosters.py does, under the Python
that has it (--python; else this one); its wall, CPU and memory end with its last prediction, before the truth is read. hedui is
measured as a whole process, reading the rosters and writing the pairs included, and never sees the truth: its pairs are judged here.
Who begins changes from round to round; of seconds and memory the median of the rounds is told. Errors are 1 - F1, one-to-one: Splink's at the best
threshold, chosen with the truth; hedui's at its model's own, matches and reviews together. Needs nothing but Python's own library.
"""

import argparse
import csv
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("hedui")
parser.add_argument("folders", nargs="+", metavar="folder")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--memory", help="DuckDB's memory limit")
parser.add_argument("--model", help="hedui's model; else the built-in one")
parser.add_argument("--python", default=sys.executable, help="a Python with Splink (requirements-linkage.txt)")
arguments = parser.parse_args()
HERE = pathlib.Path(__file__).resolve().parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def splink(folder):
    command = [arguments.python, HERE / "splink_rosters.py", folder, "--threads", str(arguments.threads)]
    if arguments.memory:
        command += ["--memory", arguments.memory]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if run.returncode:
        say(run.stderr)
        sys.exit(f"Splink failed on {folder}: does {arguments.python} have benches/peers/requirements-linkage.txt?")
    told = json.loads(run.stdout)
    return {
        "errors": told["one_to_one"]["errors"],
        "wall": told["wall_seconds"],
        "cpu": told["cpu_seconds"],
        "peak": told["peak_mb"],
    }


def judged(pairs, truth):
    """Errors of all pairs, wrong ones among the matches, and the share of pairs that are for review."""
    with open(truth, newline="", encoding="utf-8") as file:
        true = {(row["left_id"], row["right_id"]) for row in csv.DictReader(file)}
    found = right = matches = wrong = 0
    with open(pairs, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            is_true = (row["left_id"], row["right_id"]) in true
            found, right = found + 1, right + is_true
            if row["decision"] == "match":
                matches, wrong = matches + 1, wrong + (not is_true)
    return {
        "errors": 1 - 2 * right / (found + len(true)),
        "matches": matches,
        "wrong": wrong,
        "reviewed": (found - matches) / max(found, 1),
    }


def hedui(program, folder, scratch):
    pairs = scratch / "pairs.csv"
    command = [program, "link", folder / "left.csv", folder / "right.csv", "--one-to-one", "--threads", str(arguments.threads)]
    command += ["--out", pairs, "--json"]
    if arguments.model:
        command += ["--model", arguments.model]
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"hedui failed on {folder}: {said}")
    return {
        **judged(pairs, folder / "truth.csv"),
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss / 1024,
    }


def measured(program, folder, scratch):
    sides = {"splink": lambda: splink(folder), "hedui": lambda: hedui(program, folder, scratch)}
    runs = {side: [] for side in sides}
    for turn in range(arguments.rounds):
        for side in sorted(sides, reverse=turn % 2 == 0):
            runs[side].append(sides[side]())
            say(f"{folder.name}, round {turn + 1}, {side}: {runs[side][-1]}")
    return {side: {key: statistics.median(run[key] for run in each) for key in each[0]} for side, each in runs.items()}


def number(value, digits):
    return f"{value:,.{digits}f}"


def row(folder, figures):
    one, other = figures["splink"], figures["hedui"]
    cells = [folder.name]
    for key, digits in (("errors", 5), ("wall", 1), ("cpu", 1), ("peak", 0)):
        ratio = f"{other[key] / one[key]:.2f}" if one[key] else "-"
        cells += [number(one[key], digits), number(other[key], digits), f"**{ratio}**"]
    cells += [f"{other['wrong']:.0f} of {other['matches']:,.0f}", f"{100 * other['reviewed']:.1f} %"]
    return "| " + " | ".join(cells) + " |"


def main():
    folders = [pathlib.Path(folder).resolve() for folder in arguments.folders]
    for folder in folders:
        for name in ("left.csv", "right.csv", "truth.csv"):
            if not (folder / name).is_file():
                sys.exit(f"{folder / name} is not there: `hedui-mock-sources rosters --out {folder}` makes it")
    headings = ["rosters"]
    for what in ("errors", "wall s", "CPU s", "peak MB"):
        headings += [f"{what}: Splink", "hedui", "ratio"]
    headings += ["hedui's matches: wrong", "for review"]
    lines = ["| " + " | ".join(headings) + " |", "|" + "---|" * len(headings)]
    with tempfile.TemporaryDirectory() as scratch:
        # a build that goes on meanwhile changes nothing
        program = pathlib.Path(scratch) / "hedui"
        shutil.copy2(arguments.hedui, program)
        for folder in folders:
            lines.append(row(folder, measured(program, folder, pathlib.Path(scratch))))
    print("\n".join(lines))


main()
