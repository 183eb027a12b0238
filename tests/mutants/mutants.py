# SPDX-License-Identifier: MIT
"""The list of planted mistakes (README.md): its entries, and errors in it."""

import json
import re
import subprocess
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LISTS = Path(__file__).resolve().parent
COMPILER = "refused by the compiler"

TEST_CASE = re.compile(r'TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?((?:"(?:[^"\\]|\\.)*"\s*)+)')
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Mutant:
    module: str  # the list's name
    name: str
    file: str
    find: str
    replace: str
    tests: tuple
    filter: str | None = None
    kind: str | None = None
    equivalent: str | None = None

    def applied_to(self, text):
        return text.replace(self.find, self.replace)


def load():
    """All entries, and errors that prevent some of them from being read."""
    mutants, problems = [], []
    for path in sorted(LISTS.glob("*.toml")):
        for entry in tomllib.loads(path.read_text()).get("mutant", []):
            where = f"{path.name}: {entry.get('name', entry)}"
            required = {"name", "file", "find", "replace"}
            if "equivalent" not in entry and entry.get("kind") != COMPILER:
                required |= {"test"}
            if missing := required - entry.keys():
                problems.append(f"{where}: lacks {', '.join(sorted(missing))}")
                continue
            if unknown := entry.keys() - required - {"test", "filter", "kind", "equivalent"}:
                problems.append(f"{where}: unknown {', '.join(sorted(unknown))}")
            tests = entry.get("test", [])
            mutants.append(Mutant(path.stem, entry["name"], entry["file"], entry["find"], entry["replace"],
                                  (tests,) if isinstance(tests, str) else tuple(tests), entry.get("filter"),
                                  entry.get("kind"), entry.get("equivalent")))
    return mutants, problems


def ctest(build):
    """CTest's tests by their names, as `ctest --show-only` describes them: without a command before it is built."""
    listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=build, check=True, capture_output=True, text=True).stdout
    return {test["name"]: test for test in json.loads(listed)["tests"]}


def properties(test):
    return {each["name"]: each["value"] for each in test.get("properties", [])}


def program(name):
    """The target that a CTest test runs; None: it is Python, and runs the daemon."""
    kind, _, subject = name.partition(".")
    if kind == "unit" or name == "faults.model":
        return f"test_{subject}"
    return "fuzz_replay" if kind == "fuzz" else None


def cases_of(name):
    """The names of the Catch2 tests of a CTest test."""
    folder = ROOT / "tests" / name.replace(".", "/")
    for path in sorted(folder.glob("*.cpp")):
        for literals in TEST_CASE.findall(path.read_text()):
            yield "".join(STRING.findall(literals)).replace('\\"', '"')


def fits(pattern, name):
    """As Catch2 compares: ignoring case, a `*` only at either end."""
    pattern = pattern.strip().strip('"').replace("\\,", ",").lower()
    middle = re.escape(pattern.strip("*"))
    return re.fullmatch((".*" if pattern.startswith("*") else "") + middle + (".*" if pattern.endswith("*") else ""),
                        name.lower()) is not None


def filter_problem(mutant, name, test):
    if program(name) is None:
        text = "".join(Path(each).read_text() for each in test["command"] if each.endswith(".py"))
        unknown = [word for word in re.findall(r"\w+", mutant.filter)
                   if word not in ("and", "or", "not") and word.lower() not in text.lower()]
        return f"{name} has no test with {', '.join(unknown)} in its name" if unknown else None
    cases = list(cases_of(name))
    unknown = [each for each in re.split(r"(?<!\\),", mutant.filter) if not any(fits(each, case) for case in cases)]
    return f"{name} has no test {', '.join(unknown)}" if unknown else None


def problems_of(mutant, tests):
    path = ROOT / mutant.file
    if not path.is_file():
        return [f"there is no {mutant.file}"]
    found = []
    if (times := path.read_text().count(mutant.find)) != 1:
        found.append(f"`find` occurs {times} times in {mutant.file}, not once")
    if mutant.find == mutant.replace:
        found.append("changes nothing")
    if mutant.kind not in (None, COMPILER):
        found.append(f'the one `kind` is "{COMPILER}"')
    if mutant.equivalent is not None and not mutant.equivalent.strip():
        found.append("says not why it is equivalent")
    for name in mutant.tests:
        if name not in tests:
            found.append(f"CTest has no test {name}")
        elif mutant.filter and (problem := filter_problem(mutant, name, tests[name])):
            found.append(problem)
    return found


def problems(mutants, build):
    """Errors in the list; finding them needs no build."""
    tests = ctest(build)
    found = [f"{mutant.module}.toml: {mutant.name}: {problem}"
             for mutant in mutants for problem in problems_of(mutant, tests)]
    names = [mutant.name for mutant in mutants]
    found += [f"two mutants are called {name}" for name in sorted({each for each in names if names.count(each) > 1})]
    return found
