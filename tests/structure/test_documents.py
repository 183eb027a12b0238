# SPDX-License-Identifier: MIT
"""The documentation: each link has a target, and each page can be reached from README.md."""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "tests/mutants/README.md"])
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)]+)\)")


def prose(page):
    return FENCED.sub("", page.read_text())


def anchors(page):
    """The anchors of its headings, as GitHub generates them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def links(page):
    """Each link to this repository: as written, the file, and the anchor, which may be empty."""
    for link in LINK.findall(prose(page)):
        if "://" not in link:
            path, _, anchor = link.partition("#")
            yield link, (page.parent / path).resolve() if path else page, anchor


def test_each_link_leads_to_a_file_and_a_heading():
    broken = [f"{page.relative_to(ROOT)}: {link}" for page in PAGES for link, target, anchor in links(page)
              if not target.exists() or (anchor and anchor not in anchors(target))]
    assert broken == []


def test_each_page_can_be_reached_from_the_readme():
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [target for _, target, _ in links(page) if target.suffix == ".md" and target.exists()]
    assert [page for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in reached] == []
