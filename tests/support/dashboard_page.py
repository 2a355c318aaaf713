"""A dashboard as a page: its JSON, drawn with series that are made up, to be looked at.

    python -m tests.support.dashboard_page BODY.json PAGE.html
    chromium --headless --screenshot=PAGE.png --window-size=1920,1080 PAGE.html

A unit of height is 50 pixels, as in the console at 1920 pixels. Of metric math it draws no result:
an expression gets a series of its own, by its label.
"""

import hashlib
import html
import json
import random
import re
import sys
from pathlib import Path

WIDTH, UNIT, COLUMNS, POINTS = 1880, 50, 24, 180
PALETTE = ("#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b")
LEVELS = {
    "2xx and 3xx": 900, "4xx": 60, "5xx": 15, "5xx of containers": 9, "p50": 70, "p95": 190,
    "p99": 420, "% without 5xx": 99.85, "CPU": 55, "memory": 71, "running": 3, "healthy": 3,
    "healthy1": 0, "Requests": 214_000, "Availability %": 99.93, "p95 ms": 187, "CPU %": 55,
    "Memory %": 71,
}  # fmt: skip
"""The level of a series by its label; of any other it is 0, with an event now and then."""


def page(body):
    """The page of a dashboard's body."""
    boxes = "".join(_box(widget) for widget in body["widgets"])
    return (
        "<!doctype html><meta charset=utf-8><style>"
        "body{margin:0;background:#f2f3f3;font:12px sans-serif;position:relative}"
        "div{position:absolute;background:#fff;border:1px solid #ddd;box-sizing:border-box;"
        "overflow:hidden;padding:4px 8px}div.text{background:none;border:0;font-size:15px}"
        "b{display:block;font-size:14px}td,th{padding:1px 12px 1px 0;text-align:left}"
        "span{display:inline-block;border:1px solid #1d8102;margin:2px;padding:1px 4px;"
        "width:150px;white-space:nowrap;overflow:hidden}"
        "big{font-size:26px;display:inline-block;margin:8px 14px}"
        "small{font-size:12px;display:block}</style>" + boxes
    )


def _box(widget):
    column = WIDTH / COLUMNS
    width, height = widget["width"] * column - 8, widget["height"] * UNIT - 8
    style = (
        f"left:{widget['x'] * column:.0f}px;top:{widget['y'] * UNIT}px;"
        f"width:{width:.0f}px;height:{height}px"
    )
    properties = widget["properties"]
    title = f"<b>{html.escape(properties.get('title', ''))}</b>"
    match widget["type"]:
        case "text":
            links = re.sub(r"\[(.*?)\]\(.*?\)", r"<u>\1</u>", properties["markdown"])
            return f'<div class=text style="{style}">{re.sub(r"[*]{2}", "", links)}</div>'
        case "alarm":
            names = [re.sub(r".*alarm[:/]|,?\]$", "", arn) for arn in properties["alarms"]]
            tiles = "".join(f"<span>{html.escape(name)}</span>" for name in names)
            return f'<div style="{style}">{title}{tiles}</div>'
        case "log":
            found = re.search(r"stats (.*?) by (.*?)\n", properties["query"])
            heads = found[2].split(", ") + re.findall(r" as (\w+)", found[1])
            row = "".join(f"<td>{head} …</td>" for head in heads)
            header = "".join(f"<th>{head}</th>" for head in heads)
            rows = f"<tr>{row}</tr>" * 20
            return f'<div style="{style}">{title}<table><tr>{header}</tr>{rows}</table></div>'
    series = list(_series(properties["metrics"]))
    if properties["view"] == "singleValue":
        numbers = "".join(
            f"<big><small>{html.escape(label)}</small>{LEVELS.get(label, 0):,}</big>"
            for label, *_ in series
        )
        return f'<div style="{style}">{title}{numbers}</div>'
    return (
        f'<div style="{style}">{title}{_graph(properties, series, width - 16, height - 30)}</div>'
    )


def _series(metrics):
    """Label, color, axis and points of what a graph shows."""
    shown = 0
    for row in metrics:
        options = row[-1] if isinstance(row[-1], dict) else {}
        if options.get("visible") is False:
            continue
        label = options.get("label") or next(part for part in row[::-1] if isinstance(part, str))
        color = options.get("color", PALETTE[shown % len(PALETTE)])
        shown += 1
        yield label, color, options.get("yAxis", "left"), _points(label)


def _points(label):
    made = random.Random(hashlib.sha256(label.encode()).digest())  # noqa: S311  # a picture
    level = LEVELS.get(label, 0)
    if label == "deployment":
        return [1 if at in {100, 108} else 0 for at in range(POINTS)]
    if not level:
        return [made.choice((1, 2)) if made.random() < 0.02 else 0 for _ in range(POINTS)]
    if level < 10:
        return [level] * POINTS
    spread = 0.001 if level > 99 and level < 100 else 0.12
    return [level * (1 + spread * made.uniform(-1, 1)) for _ in range(POINTS)]


def _graph(properties, series, width, height):
    plot = height - 34
    axes = properties.get("yAxis", {})
    lines = properties.get("annotations", {}).get("horizontal", [])
    parts, legend = [], []
    base = [0.0] * POINTS
    bounds = {}
    for axis in ("left", "right"):
        values = [v for _, _, side, points in series if side == axis for v in points]
        if not values:
            continue
        values += [line["value"] for line in lines if line.get("yAxis", "left") == axis]
        given = axes.get(axis, {})
        total = properties.get("stacked") and axis == "left"
        top = sum(max(p) for _, _, side, p in series if side == axis) if total else max(values)
        low = given.get("min", min(values))
        high = given.get("max", top if top > low else low + 1)
        bounds[axis] = low, high
        where, anchor = (34, "end") if axis == "left" else (width - 26, "start")
        parts += [
            f"<text x={where} y={at} text-anchor={anchor} font-size=10>{value:.5g}</text>"
            for at, value in ((plot, low), (14, high))
        ]

    def place(at, value, axis):
        low, high = bounds[axis]
        x = 40 + at * (width - 72) / (POINTS - 1)
        return f"{x:.1f},{plot - (value - low) / (high - low) * (plot - 8):.1f}"

    for label, color, axis, points in series:
        stacked = properties.get("stacked") and axis == "left"
        values = [a + b for a, b in zip(base, points, strict=True)] if stacked else points
        if stacked:
            edge = [place(at, value, axis) for at, value in enumerate(values)]
            edge += [place(at, base[at], axis) for at in reversed(range(POINTS))]
            parts.append(f'<polygon points="{" ".join(edge)}" fill="{color}" opacity=.6 />')
            base = values
        else:
            edge = [place(at, value, axis) for at, value in enumerate(values)]
            parts.append(f'<polyline points="{" ".join(edge)}" fill=none stroke="{color}" />')
        legend.append((label, color))
    for line in lines:
        color = line.get("color", "#888")
        start, end = (place(at, line["value"], line.get("yAxis", "left")) for at in (0, POINTS - 1))
        y = float(start.split(",")[1]) - 3
        parts.append(f'<polyline points="{start} {end}" stroke="{color}" stroke-dasharray=4 />')
        parts.append(f'<text x=44 y={y} fill="{color}" font-size=10>{line.get("label", "")}</text>')
    left = 4
    for label, color in legend:
        parts.append(f'<rect x={left} y={height - 20} width=9 height=9 fill="{color}" />')
        parts.append(f"<text x={left + 13} y={height - 11} font-size=11>{label}</text>")
        left += 24 + 6.3 * len(label)
    return f"<svg width={width:.0f} height={height:.0f}>{''.join(parts)}</svg>"


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(page(json.loads(source.read_text(encoding="utf-8"))), encoding="utf-8")
