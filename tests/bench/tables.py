# SPDX-License-Identifier: MIT
"""What a measurement comes to: tables for people, aims that are met or not, and series for the plot."""

import statistics


def median(results, field):
    return statistics.median(one[field] for one in results)


class Ratio:
    """Of what was measured in the same round, so that what disturbs the machine disturbs both."""

    def __init__(self, here, there, field="a_cpu_second"):
        each = [one[field] / other[field] for one, other in zip(here, there)]
        self.value, self.low, self.high = statistics.median(each), min(each), max(each)

    def __str__(self):
        digits = 1 if self.value >= 5 else 2
        return f"{self.value:.{digits}f} ({self.low:.{digits}f}–{self.high:.{digits}f})"


def thousands(number):
    return f"{number:,.0f}"


class Report:
    def __init__(self):
        self.tables, self.aims, self.series = [], [], {}

    def table(self, title, columns, rows):
        self.tables.append({"title": title, "columns": columns, "rows": rows})
        print("\n" + markdown_table(self.tables[-1]), flush=True)

    def aim(self, what, value, least=None, below=None, digits=2):
        met = value >= least if least is not None else value < below
        wanted = f"at least {least}" if least is not None else f"below {below}"
        self.aims.append({"what": what, "value": f"{value:.{digits}f}", "wanted": wanted, "met": bool(met)})

    def as_dict(self):
        return {"tables": self.tables, "aims": self.aims, "series": self.series}

    def all_met(self):
        return all(aim["met"] for aim in self.aims)


def markdown_row(cells):
    return "| " + " | ".join(cells) + " |"


def markdown_table(table):
    lines = [f"**{table['title']}**", "", markdown_row(table["columns"]),
             markdown_row(["---"] + ["--:"] * (len(table["columns"]) - 1))]
    return "\n".join(lines + [markdown_row(row) for row in table["rows"]])


def all_aims(reports):
    rows = [[aim["what"], aim["wanted"], aim["value"], "yes" if aim["met"] else "**no**"]
            for report in reports.values() for aim in report["aims"]]
    return markdown_table({"title": "Targets", "columns": ["measurement", "target", "result", "met"], "rows": rows})


def markdown(reports):
    tables = [markdown_table(table) for report in reports.values() for table in report["tables"]]
    return "\n\n".join([all_aims(reports), *tables])
