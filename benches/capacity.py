#!/usr/bin/env python3
"""What a province and the nation need, from measured figures: benches/capacity.py > benches/CAPACITY.md"""

import math
import pathlib
import tomllib

HERE = pathlib.Path(__file__).parent
given = tomllib.loads((HERE / "capacity.toml").read_text())
sources = tomllib.loads((HERE.parent / "config" / "sources.toml").read_text())
measured, requests, assumed = given["measured"], given["requests"], given["assumed"]
default = sources["defaults"]["rate_per_second"]
allowed = {key: source.get("rate_per_second", default) for key, source in sources["source"].items()}


def thousands(number):
    return f"{number:,.0f}"


def span(seconds):
    if seconds < 3600:
        return f"{seconds / 60:.0f} min"
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.0f} days"


def bytes_of(number):
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number:.0f} B"


# households a second that each department lets through at the rates of config/sources.toml, the narrowest first
narrow = sorted((allowed[key] / of, key) for key, of in requests.items() if allowed[key] > 0)
window = assumed["days_a_look"] * assumed["hours_a_day"] * 3600
cpu = {"the service": measured["service_ms"], "the database": measured["database_ms"]}

print("# What a province and the nation need\n")
print("Made by `benches/capacity.py` from `benches/capacity.toml` and the rates of `config/sources.toml`; nothing here is measured, everything is")
print("computed from what was. Figures of departments are those of the mocks, whose rates stand in the shipped settings: a county puts in its own.\n")
print("| measured, a household | |\n|---|---|")
print(f"| members asked about | {measured['members_a_household']} |")
for name, ms in cpu.items():
    print(f"| CPU of {name} | {ms:.2f} ms |")
print(f"| database | {bytes_of(measured['database_bytes'])} |")
print(f"| entries in the log | {measured['log_entries']} |")
print(f"| requests to departments | {sum(requests.values()):.1f} |")
print("\n| assumed | |\n|---|---|")
for key, value in assumed.items():
    print(f"| {key.replace('_', ' ')} | {value} |")

for place, recipients in given["places"].items():
    households = recipients / assumed["recipients_a_household"]
    pace = households / window
    print(f"\n## {place[0].upper()}{place[1:]}: {thousands(recipients)} recipients, {thousands(households)} households\n")
    print(f"A round within {assumed['days_a_look']} days of {assumed['hours_a_day']} hours is {pace:.2f} households a second.\n")
    print("| what | a round needs | at that pace | |\n|---|---|---|---|")
    rate, key = narrow[0]
    fits = "enough" if rate >= pace else f"**too narrow: {pace / rate:.1f} times as much is needed**"
    print(f"| the narrowest department, {key} | {span(households / rate)} at {allowed[key]} requests a second, without a pause | {pace * requests[key]:.1f} requests a second | {fits} |")
    for name, ms in cpu.items():
        cores = pace * ms / 1000 / assumed["use_of_cores"]
        machines = max(1, math.ceil(cores / assumed["cores_a_machine"]))
        print(f"| CPU of {name} | {span(households * ms / 1000)} of one core | {cores:.2f} cores at {assumed['use_of_cores']:.0%} | {machines} machine{'s' if machines > 1 else ''} of {assumed['cores_a_machine']} |")
    year = households * assumed["looks_a_year"]
    print(f"| database | {bytes_of(households * measured['database_bytes'])} | {bytes_of(year * measured['database_bytes'])} a year | |")
    print(f"| entries in the log | {thousands(households * measured['log_entries'])} | {thousands(pace * measured['log_entries'])} a second | verified in {span(year * measured['log_entries'] / measured['log_verified_a_second'])} a year's worth |")
    bottlenecks = [(rate / pace, f"the rate at which {key} may be asked ({allowed[key]} requests a second)") for rate, key in narrow]
    bottlenecks += [(1000 / ms * assumed["use_of_cores"] * assumed["cores_a_machine"] / pace, f"CPU of {name} on one machine") for name, ms in cpu.items()]
    bottlenecks.sort()
    headroom, first = bottlenecks[0]
    print(f"\n**The first bottleneck is {first}**: {headroom:.2f} of what the pace needs." if headroom < 1 else f"\n**The first bottleneck is {first}**, at {headroom:.1f} times this pace.")
    later = [f"{what} at {times:.1f} times" for times, what in bottlenecks[1:] if not what.startswith("the rate")]
    print(f"Behind the departments come {' and '.join(later)}.")
    print(f"What grows is the disk: {bytes_of(year * measured['database_bytes'])} a year until retention erases it.")
