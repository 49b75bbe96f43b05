#!/bin/sh
# How config/linkage/person.toml got its numbers: on generated people (mock-sources/ROSTERS.md), half of them as a register and a village
# write them, half with twice the noise and 45 % of the ID numbers missing. Needs both programs built
# (`cargo build --release --workspace`) and awk.
#   sh config/linkage/train.sh target/person-model    writes trained.toml there; comments and conflict rules are kept by hand
set -eu
out=${1:?name a folder}
programs=${CARGO_TARGET_DIR:-target}/release
model=config/linkage/person.toml
mkdir -p "$out"

for part in "a --seed 11 --noise 1" "b --seed 13 --noise 2 --id-missing 45"; do
    set -- $part
    name=$1
    shift
    "$programs/hedui-mock-sources" rosters --left 100000 --right 100000 --true 60000 "$@" --out "$out/$name"
done

# one roster a side; ids keep apart what came from where
for side in left right; do
    head -n 1 "$out/a/$side.csv" > "$out/$side.csv"
    for name in a b; do tail -n +2 "$out/$name/$side.csv" | sed "s/^/$name/" >> "$out/$side.csv"; done
done

# m, u and prior, without labels
"$programs/hedui" link "$out/left.csv" "$out/right.csv" --model "$model" --train "$out/unlabelled.toml"

# every pair that could be one person, decided by the truth
sed 's/^cost = .*/cost = { review = 1, false_match = 500, missed = 100000000 }/' "$out/unlabelled.toml" > "$out/faint.toml"
"$programs/hedui" link "$out/left.csv" "$out/right.csv" --model "$out/faint.toml" --out "$out/pairs.csv"
for name in a b; do tail -n +2 "$out/$name/truth.csv" | sed "s/^/$name/; s/,/,$name/"; done > "$out/truth.csv"
awk -F, 'NR == FNR { one[$1 "," $2]; next }
    FNR == 1 { print "left_id,right_id,label"; next }
    { print $1 "," $2 "," (($1 "," $2) in one ? "match" : "no") }' "$out/truth.csv" "$out/pairs.csv" > "$out/labels.csv"

# what levels say together, and the calibration
"$programs/hedui" link "$out/left.csv" "$out/right.csv" --model "$model" --labels "$out/labels.csv" --train "$out/trained.toml"
