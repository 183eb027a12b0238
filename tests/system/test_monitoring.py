# SPDX-License-Identifier: MIT
"""The alert rules and the dashboard that are shipped, judged by Prometheus' own tool."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from machine.package import PROJECT

MONITORING = PROJECT / "config/monitoring"
RULES = MONITORING / "alerts.yml"
METRIC = re.compile(r"\b(?:hookd|process)_[a-z_]+\b")


def promtool(*words, **options):
    return subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, **options)


def test_the_rules_are_good():
    done = promtool("check", "rules", RULES)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("job", ["colivara-hookd", "webhooks"])
def test_each_alert_fires_when_it_must_and_only_then_whatever_the_job_is_called(job, tmp_path):
    """Without the annotations, which promtool would compare word for word."""
    rules = re.sub(r"^ +annotations:\n(?: {10}.*\n)+", "", RULES.read_text(), flags=re.MULTILINE)
    (tmp_path / "alerts.yml").write_text(rules)
    cases = Path(__file__).with_name("alerts_test.yml").read_text()
    (tmp_path / "alerts_test.yml").write_text(cases.replace("JOB", job))
    done = promtool("test", "rules", "alerts_test.yml", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tested_and_explained():
    alerts = re.findall(r"- alert: (\w+)", RULES.read_text())
    tested = set(re.findall(r"alertname: (\w+)", Path(__file__).with_name("alerts_test.yml").read_text()))
    manual = (PROJECT / "docs/operations.md").read_text()
    assert set(alerts) == tested
    assert [alert for alert in alerts if f"`{alert}`" not in manual] == []


def expressions():
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    return [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("expression", expressions())
def test_each_query_of_the_dashboard_can_be_parsed(expression, tmp_path):
    plain = expression.replace("$__rate_interval", "5m").replace("$instance", ".*").replace("$job", ".*")
    rules = {"groups": [{"name": "dashboard", "rules": [{"record": "dashboard:query", "expr": plain}]}]}
    (tmp_path / "rules.yml").write_text(json.dumps(rules))
    done = promtool("check", "rules", tmp_path / "rules.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_asks_under_the_job_that_is_chosen_and_no_other():
    assert [each for each in expressions() for selector in re.findall(r"\b(?:hookd|process)_\w+(\{[^}]*\})?", each)
            if not selector.startswith('{job=~"$job",instance=~"$instance"')] == []
    [job] = [each for each in json.loads((MONITORING / "dashboard.json").read_text())["templating"]["list"]
             if each["name"] == "job"]
    assert job["query"]["query"] == "label_values(hookd_build_info, job)"


def test_rules_and_dashboard_name_only_metrics_that_are_documented():
    documented = (PROJECT / "docs/admin-api.md").read_text()
    rules = "\n".join(line for line in RULES.read_text().splitlines() if not line.lstrip().startswith("#"))
    named = set(METRIC.findall(rules + "\n".join(expressions())))
    unknown = {name for name in named if re.sub("_(bucket|sum|count)$", "", name) not in documented}
    assert unknown == set()
