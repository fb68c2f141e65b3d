"""Prints sluice's figures beside nginx's and HAProxy's, from the runner's results, with the targets of the project.

The argument is a folder with the results of the run with one event per write in `single`, and of the run with sixteen in
`burst`.
"""

import glob
import json
import pathlib
import statistics
import sys

# What is compared, in which run, under which key of the results, in which unit, and the target: times nginx's figure,
# or an amount where it is a number of that unit.
TIMES, AT_MOST = "times", "at most"
ROWS = [
    ("CPU per plain request", "single", "a_cpu", "us", (TIMES, 0.9)),
    ("CPU per 100 KB request", "single", "b_cpu", "us", (TIMES, 1.0)),
    ("CPU per event, one per write", "single", "c_cpu_event", "us", (TIMES, 0.95)),
    ("CPU per event, sixteen per write", "burst", "c_cpu_event", "us", (TIMES, 0.95)),
    ("CPU per event, paced 50/s", "single", "p_cpu_event", "us", (TIMES, 1.0)),
    ("added time to first event, paced, median", "single", "p_ttft50", "us added", (TIMES, 1.0)),
    ("added time to first event, paced, 99 %", "single", "p_ttft99", "us added", (TIMES, 1.5)),
    ("memory idle", "single", "rss_idle_mb", "MB", (AT_MOST, 18)),
    ("memory per held stream", "single", "d_kb", "KB", (AT_MOST, 6)),
]


def load(folder):
    """The medians of one run: peer -> key -> figure."""
    found = sorted(glob.glob(str(folder / "*.json")))
    if not found:
        return {}
    results = json.loads(pathlib.Path(found[-1]).read_text())["results"]
    medians = {}
    for peer, rounds in results.items():
        keys = {key for one in rounds for key, value in one.items() if isinstance(value, (int, float))}
        medians[peer] = {
            key: statistics.median(one[key] for one in rounds if isinstance(one.get(key), (int, float)))
            for key in keys}
    return medians


def figure(run, peer, key, unit):
    value = run.get(peer, {}).get(key)
    if value is None or unit != "us added":
        return value
    direct = run.get("direct", {}).get(key)
    return None if direct is None else value - direct


def verdict(ours, theirs, target):
    """The target in words, and whether it is met."""
    if target is None:
        return "none", "-"
    kind, limit = target
    if kind == AT_MOST:
        return f"<= {limit}", "PASS" if ours <= limit else "over"
    if not theirs:
        return f"<= {limit} x", "-"
    return f"<= {limit} x", "PASS" if ours / theirs <= limit else "over"


def main(folder):
    runs = {name: load(folder / name) for name in ("single", "burst")}
    rows = [("", "sluice", "nginx", "haproxy", "ratio", "target", "")]
    for label, run, key, unit, target in ROWS:
        ours, theirs, third = (figure(runs[run], peer, key, unit) for peer in ("sluice", "nginx", "haproxy"))
        if ours is None:
            continue
        if key == "d_kb":
            label += f", {runs[run]['sluice'].get('d_n', 0):,.0f} of them"
        ratio = f"{ours / theirs:.2f}" if theirs and theirs > 0 else "-"
        others = ("-" if value is None else f"{value:.2f}" for value in (theirs, third))
        rows.append((f"{label} ({unit})", f"{ours:.2f}", *others, ratio, *verdict(ours, theirs, target)))
    if len(rows) == 1:
        sys.exit("there are no figures of sluice; what the runner said above tells why")
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]
        print("| " + " | ".join(cells) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    if any("-" in row[2:4] for row in rows):
        sys.exit("a peer has no figure in some rows; what the runner said above tells why")


main(pathlib.Path(sys.argv[1]))
