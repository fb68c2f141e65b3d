"""Writes the figures of bench_growth.py: as data, as a table, and as curves."""

import json
import math

PEERS = ["sluice", "nginx", "haproxy"]
COLOURS = {"sluice": "#c2410c", "nginx": "#15803d", "haproxy": "#1d4ed8"}
DASHES = {"sluice": "", "nginx": "7 3", "haproxy": "2 3"}
LABELS = {
    "cpu_event": "processor time per event, µs", "ttft50": "added time to first event, median, µs",
    "ttft99": "the same, 99th percentile, µs", "kb_stream": "memory per held stream, KB",
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 390, 240, 62, 34, 26, 40


def line(figures):
    return ", ".join(f"{key} {value:.1f}" for key, value in figures.items())


def table(results, axis, title, keys):
    """One row for each figure and peer, one column for each step."""
    steps = list(next(iter(results[axis].values())))
    rows = [f"| {title} | | " + " | ".join(f"{step:,}" for step in steps) + " |"]
    rows.append("|---" * (2 + len(steps)) + "|")
    for key in keys:
        for peer in PEERS:
            found = " | ".join(f"{results[axis][peer][step][key]:,.1f}" for step in steps)
            rows.append(f"| {LABELS[key]} | {peer} | {found} |")
    return "\n".join(rows)


class Scale:
    """Places values along a side of a panel; logarithmic where they span more than a decade."""

    def __init__(self, values, start, length, logarithmic):
        self.logarithmic, self.start, self.length = logarithmic, start, length
        low, high = min(values), max(values)
        if logarithmic:
            self.low, self.high = math.floor(math.log10(low)), math.ceil(math.log10(high))
            self.marks = [10 ** power for power in range(self.low, self.high + 1)]
        else:
            step = self._step(max(high, 0) - min(low, 0))
            self.low, self.high = step * math.floor(min(low, 0) / step), step * math.ceil(max(high, step) / step)
            self.marks = [self.low + step * index for index in range(round((self.high - self.low) / step) + 1)]

    @staticmethod
    def _step(span):
        rough = 10 ** math.floor(math.log10(max(span, 1e-9) / 4))
        return next(rough * factor for factor in (1, 2, 5, 10) if rough * factor * 5 >= span)

    def place(self, value):
        value = math.log10(value) if self.logarithmic else value
        return self.start + (value - self.low) / ((self.high - self.low) or 1) * self.length


def panel(x, y, title, unit, curves, logarithmic_y=False):
    """`curves`: peer -> [(x, y)]."""
    across = [point[0] for curve in curves.values() for point in curve]
    up = [point[1] for curve in curves.values() for point in curve]
    horizontal = Scale(across, x + LEFT, WIDTH - LEFT - RIGHT, True)
    vertical = Scale(up, y + HEIGHT - BOTTOM, -(HEIGHT - TOP - BOTTOM), logarithmic_y)
    parts = [f'<text x="{x + LEFT}" y="{y + 18}" font-weight="bold">{title}</text>']
    for mark in vertical.marks:
        at = vertical.place(mark)
        parts.append(f'<path d="M{x + LEFT} {at:.1f}H{x + WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{x + LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{mark:,g}</text>')
    for mark in horizontal.marks:
        at = horizontal.place(mark)
        parts.append(f'<text x="{at:.1f}" y="{y + HEIGHT - BOTTOM + 16}" text-anchor="middle">{mark:,}</text>')
    parts.append(
        f'<text x="{x + (WIDTH + LEFT) / 2}" y="{y + HEIGHT - 8}" text-anchor="middle" fill="#555">{unit}</text>')
    for peer, curve in curves.items():
        points = [(horizontal.place(a), vertical.place(b)) for a, b in curve]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in points)
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{COLOURS[peer]}" stroke-width="2" '
            f'stroke-dasharray="{DASHES[peer]}"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{COLOURS[peer]}"/>' for a, b in points]
    return parts


def curves(results, axis, key, factor=1):
    return {
        peer: [(step * factor, figures[key]) for step, figures in results[axis][peer].items()] for peer in PEERS}


def drawing(results):
    parts = []
    panels = [("connections", key, "connections") for key in ("cpu_event", "kb_stream", "ttft50", "ttft99")]
    panels += [("sizes", key, "bytes per event") for key in ("cpu_event", "ttft50")]
    for index, (axis, key, unit) in enumerate(panels):
        found = curves(results, axis, key)
        spread = [value for curve in found.values() for _, value in curve]
        logarithmic = key in ("cpu_event", "kb_stream") and min(spread) > 0 and max(spread) > 10 * min(spread)
        parts += panel(
            index % 2 * WIDTH, 30 + index // 2 * HEIGHT, LABELS[key].replace("the same", "added time to first event"),
            unit, found, logarithmic)
    for index, peer in enumerate(PEERS):
        at = LEFT + index * 110
        parts.append(
            f'<path d="M{at} 18h28" stroke="{COLOURS[peer]}" stroke-width="2" stroke-dasharray="{DASHES[peer]}"/>'
            f'<text x="{at + 34}" y="22">{peer}</text>')
    width, height = 2 * WIDTH, 30 + (len(panels) + 1) // 2 * HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" '
        f'font-size="11"><rect width="{width}" height="{height}" fill="white"/>' + "\n".join(parts) + "</svg>\n")


def write(results, out):
    text = "\n\n".join([
        table(results, "connections", "connections", ["cpu_event", "kb_stream", "ttft50", "ttft99"]),
        table(results, "sizes", "bytes per event", ["cpu_event", "ttft50", "ttft99"])]) + "\n"
    (out / "growth.json").write_text(json.dumps(results, indent=1) + "\n")
    (out / "growth.md").write_text(text)
    (out / "growth.svg").write_text(drawing(results))
    print(text)
    print(f"written: {out}/growth.md, growth.svg, growth.json")
