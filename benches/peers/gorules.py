"""A decision table of ten rows in GoRules ZEN, evaluated from Python; prints evaluations a CPU second as JSON."""

import json
import time

import zen

SECONDS = 2.0
LINES = [400, 500, 600, 700, 800, 900, 1000, 1200, 1500]


def table():
    """Income a head and the number of disabled members give a tier: the first row that fits."""
    inputs = [
        {"id": "income", "name": "Income a head", "type": "expression", "field": "income"},
        {"id": "disabled", "name": "Disabled", "type": "expression", "field": "disabled"},
    ]
    outputs = [
        {"id": "tier", "name": "Tier", "type": "expression", "field": "tier"},
        {"id": "why", "name": "Why", "type": "expression", "field": "why"},
    ]
    rows = [
        {"_id": f"r{n}", "income": f"< {line}", "disabled": ">= 0", "tier": str(n), "why": f'"below {line}"'}
        for n, line in enumerate(LINES)
    ]
    rows.append({"_id": "r9", "income": "", "disabled": "", "tier": "9", "why": '"above every line"'})
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rows}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": content, "position": {"x": 0, "y": 0}},
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 0, "y": 0}},
    ]
    edges = [
        {"id": "a", "type": "edge", "sourceId": "in", "targetId": "table"},
        {"id": "b", "type": "edge", "sourceId": "table", "targetId": "out"},
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def rate(decision, options):
    """Evaluations a CPU second; every row of the table is the one that fits in turn."""
    incomes = [line - 50 for line in LINES] + [2000]
    done, begun = 0, time.process_time()
    while time.process_time() - begun < SECONDS:
        for row, income in enumerate(incomes):
            found = decision.evaluate({"income": income, "disabled": 1}, options)
            assert found["result"]["tier"] == row, found
        done += len(incomes)
    return done / (time.process_time() - begun)


def main():
    decision = zen.ZenEngine().create_decision(table())
    print(json.dumps({"plain": rate(decision, {}), "traced": rate(decision, {"trace": True})}))


main()
