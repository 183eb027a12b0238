# SPDX-License-Identifier: MIT
"""docs/performance.svg, by matplotlib, from what `run` has measured."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "performance", "font.size": 9, "axes.spines.top": False,
                            "axes.spines.right": False})
from matplotlib import pyplot  # noqa: E402 (the backend is chosen first)

NGINX, DAEMON = "#8a8f98", "#1f6feb"


def bars(axes, title, rows):
    """Rows of a name, nginx's figure, the daemon's, and the ratio."""
    places = range(len(rows))
    axes.bar([place - 0.2 for place in places], [row[1] for row in rows], 0.4, color=NGINX, label="nginx")
    drawn = axes.bar([place + 0.2 for place in places], [row[2] for row in rows], 0.4, color=DAEMON, label="daemon")
    axes.bar_label(drawn, [f"{row[3]:.2f}" for row in rows], fontsize=7)
    axes.set_xticks(places, [row[0].replace(", ", "\n") for row in rows], fontsize=7)
    axes.set_title(title)
    axes.legend(frameon=False)


def lines(axes, title, xlabel, series):
    for label, color, style, points in series:
        axes.plot(*zip(*points), style, color=color, label=label, markersize=4)
    axes.set_title(title)
    axes.set_xlabel(xlabel)
    axes.legend(frameon=False, fontsize=7)


def latency(axes, series):
    drawn = []
    for name, color in (("nginx", NGINX), ("daemon", DAEMON)):
        for place, part, style in ((1, "p50", "o-"), (2, "p99", "s--"), (3, "p99.9", "^:")):
            drawn.append((f"{name} {part}", color, style, [(row[0], row[place]) for row in series[f"latency {name}"]]))
    axes.set_yscale("log")
    lines(axes, "Latency, ms", "% of saturation", drawn)


def connections(axes, series):
    rows = series["connections"]
    axes.set_xscale("log")
    lines(axes, "Events per CPU-second by connections", "connections",
          [("nginx", NGINX, "o-", [(row[0], row[1]) for row in rows]),
           ("daemon", DAEMON, "o-", [(row[0], row[2]) for row in rows])])
    axes.set_ylim(bottom=0)


def baselines(axes, series):
    rows = series["baselines"][::-1]
    axes.barh([row[0] for row in rows], [row[1] for row in rows],
              color=[DAEMON if row[0].startswith("daemon") else NGINX for row in rows])
    axes.set_title("Events per second on the same cores")


def plot(reports, path):
    series = {name: rows for report in reports.values() for name, rows in report["series"].items()}
    drawings = [("throughput", lambda axes: bars(axes, "Events per CPU-second", series["throughput"])),
                ("handshakes", lambda axes: bars(axes, "TLS handshakes per CPU-second", series["handshakes"])),
                ("latency nginx", lambda axes: latency(axes, series)),
                ("bodies", lambda axes: bars(axes, "Events per CPU-second by body", series["bodies"])),
                ("connections", lambda axes: connections(axes, series)),
                ("baselines", lambda axes: baselines(axes, series))]
    wanted = [draw for name, draw in drawings if name in series]
    figure, places = pyplot.subplots(-(-len(wanted) // 2), 2, figsize=(10, 3.2 * -(-len(wanted) // 2)), squeeze=False)
    for axes, draw in zip(places.flat, wanted):
        draw(axes)
    for axes in places.flat[len(wanted):]:
        axes.set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
