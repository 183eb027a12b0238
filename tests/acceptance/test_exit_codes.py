# SPDX-License-Identifier: MIT
"""Every exit code of every command, as the manual lists them: each is reached, and there is no other in the list.

What another test reaches already is named by it, and not done again.
"""

import os
import signal
import re
import subprocess
from pathlib import Path

import pytest

from harness import Daemon, failure_event, success_event, until
from harness.admin import status
from harness.daemon import binary
from harness.hooks import exec_sink, file_sink, write_hook

HERE = Path(__file__).resolve().parent
MANUAL = HERE.parents[1] / "docs/man/colivara-hookd.1"
DONE, NO, USAGE, UNREACHABLE, IO, CONFIG, TIMED_OUT = 0, 1, 2, 69, 74, 78, 124

ASKING = {  # the commands that ask a daemon, with words that it has a good answer to
    "status": [], "reload": [], "events list": [], "events show": ["1"], "events tail": [],
    "events replay": ["--dead", "--dry-run"], "events drop": ["--dead", "--dry-run"],
    "events delete": ["1", "--dry-run"], "wait": ["--document", "good.pdf"],
    "sinks": [], "sinks show": ["events"], "sinks pause": ["events"], "sinks resume": ["events"],
    "sinks forget": ["old"], "sinks rename": ["older", "new"],
    "rejected list": [], "rejected show": ["1"], "rejected export": ["1"],
}
ELSEWHERE = {
    ("run", DONE): "test_lifecycle.py::test_stopping_under_load_answers_what_it_stored_and_ends_well_within_the_drain_time",
    ("run", NO): "test_lifecycle.py::test_a_second_signal_ends_the_daemon_at_once_and_loses_nothing",
    ("run", IO): "test_lifecycle.py::test_an_address_that_is_taken_is_named_and_nothing_is_begun",
    ("run", CONFIG): "test_lifecycle.py::test_every_error_of_a_configuration_is_reported_with_its_place_and_exit_code_78",
    ("check", DONE): "test_lifecycle.py::test_the_environment_names_the_configuration_where_the_command_line_does_not",
    ("check", CONFIG): "test_lifecycle.py::test_every_error_of_a_configuration_is_reported_with_its_place_and_exit_code_78",
    ("status", NO): "test_admin.py::test_a_full_journal_is_not_ready_and_says_why_until_there_is_room_again",
    ("register", DONE): "test_register.py::test_registering_again_moves_the_endpoint_and_leaves_the_secret_alone",
    ("register", NO): "test_register.py::test_each_answer_is_told_apart_and_keeps_the_old_secret",
    ("register", USAGE): "test_register.py::test_wrong_usage_is_said_before_any_file_is_read",
    ("register", UNREACHABLE): "test_register.py::test_each_answer_is_told_apart_and_keeps_the_old_secret",
    ("register", IO): "test_register.py::test_a_secret_that_could_not_be_saved_is_not_asked_for",
    ("register", CONFIG): "test_register.py::test_the_key_comes_from_a_file_that_keeps_it",
    ("verify", DONE): "test_lifecycle.py::test_verify_says_valid_and_exit_code_0",
    ("verify", NO): "test_lifecycle.py::test_verify_says_not_valid_why_and_exit_code_1",
    ("verify", IO): "test_lifecycle.py::test_verify_tells_a_missing_file_from_a_useless_secret",
    ("verify", CONFIG): "test_lifecycle.py::test_verify_tells_a_missing_file_from_a_useless_secret",
    ("send", DONE): "test_lifecycle.py::test_send_delivers_signed_test_events_over_https",
    ("send", NO): "test_lifecycle.py::test_send_tells_refused_unreachable_and_untrusted_apart",
    ("send", UNREACHABLE): "test_lifecycle.py::test_send_tells_refused_unreachable_and_untrusted_apart",
    ("version", DONE): "test_lifecycle.py::test_version_names_the_program_and_its_libraries",
    ("try", DONE): "test_try.py::test_an_event_that_is_sent_as_it_says_is_printed_and_found",
    ("try", NO): "test_try.py::test_a_second_signal_ends_it_at_once",
    ("try", IO): "test_try.py::test_without_a_home_it_writes_nowhere",
    ("journal check", DONE): "test_journal.py::test_an_intact_journal_is_checked_and_exported",
    ("journal check", NO): "test_journal.py::test_a_damaged_journal_is_said_to_be_so",
    ("journal export", DONE): "test_journal.py::test_an_intact_journal_is_checked_and_exported",
    ("sinks forget", DONE): "test_orphans.py::test_a_forgotten_sink_is_gone_with_what_it_had",
    ("sinks rename", DONE): "test_orphans.py::test_a_sink_that_was_renamed_in_the_configuration_gets_what_the_old_one_left",
    **{("events " + name, DONE): f"test_events.py::{test}" for name, test in {
        "replay": "test_a_dead_letter_is_delivered_after_the_hook_was_repaired_and_it_was_replayed",
        "drop": "test_a_dropped_dead_letter_is_gone_for_good"}.items()},
}
NO_ANSWERS = {"events show": ["nowhere"], "events replay": ["nowhere", "--yes"], "events drop": ["nowhere", "--yes"],
              "events delete": ["nowhere", "--yes"], "sinks test": ["hook", "--event", "/dev/null"],
              "wait": ["--document", "bad.pdf"], "sinks show": ["nobody"], "sinks pause": ["nobody"], "sinks resume": ["nobody"],
              "sinks forget": ["nobody"], "sinks rename": ["nobody", "new"],
              "rejected show": ["99"], "rejected export": ["99"]}
OTHERS = ["run", "check", "verify", "send", "completion", "version", "help", "try", "sinks test", "journal check",
          "journal export"]
TEST = ["events", "--event", "/dev/null"]
NO_FILE = ["--file", "/nowhere/journal.db"]
HERE_TOO = {
    **{(each, USAGE): ["--nonsense"] for each in [*OTHERS, *ASKING]},
    **{(each, DONE): words for each, words in ASKING.items() if (each, DONE) not in ELSEWHERE and each != "events tail"},
    **{(each, NO): words for each, words in NO_ANSWERS.items()},
    **{(each, UNREACHABLE): [*words, "--socket", "/nowhere/admin.sock"] for each, words in ASKING.items()},
    **{(each, CONFIG): words for each, words in ASKING.items()},  # and no configuration
    **{(each, IO): ASKING.get(each, []) for each in ["check", "version", "help", *ASKING]},  # and a full output
    ("sinks test", DONE): TEST, ("sinks test", IO): TEST, ("sinks test", CONFIG): TEST,
    ("journal check", IO): NO_FILE, ("journal export", IO): NO_FILE,
    ("journal check", CONFIG): [], ("journal export", CONFIG): [],
    ("help", DONE): ["events"], ("completion", DONE): ["bash"], ("completion", IO): ["bash"],
    ("wait", TIMED_OUT): ["--document", "none.pdf", "--timeout", "1ms"],
    ("send", IO): ["upsert.fail", "--to", "http://127.0.0.1:9/", "--secret-file", "/nowhere/secret"],
    ("send", CONFIG): ["upsert.fail", "--to", "http://127.0.0.1:9/", "--secret-file", "/dev/null"],
}


def documented():
    rows = re.findall(r"^\.It Cm ([a-z ]+)\n([\d, ]+)$", MANUAL.read_text(), re.M)
    return {(command, int(code)) for command, codes in rows for code in codes.split(",")}


def test_the_manual_lists_what_the_tests_reach_and_nothing_else():
    assert not set(ELSEWHERE) & set(HERE_TOO)
    assert documented() == set(ELSEWHERE) | set(HERE_TOO)


def test_the_manual_lists_every_command():
    shown = subprocess.run([binary(), "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  ([a-z]+)  ", shown.partition("Subcommands:")[2], re.M)
    assert {command.split()[0] for command, _ in documented()} == set(commands)


def test_the_tests_that_are_named_are_there():
    for name in ELSEWHERE.values():
        file, _, test = name.partition("::")
        assert f"def {test}(" in (HERE / file).read_text(), name


@pytest.fixture(scope="module")
def knowing(tmp_path_factory):
    """A daemon with a good document and a bad one, which is a dead letter of its hook, and a rejected request."""
    directory = tmp_path_factory.mktemp("knowing")
    hook = exec_sink(write_hook(directory, "exit 65"), events=["upsert.fail"])
    sinks = [file_sink(directory / "events.jsonl"), hook]
    orphans = [file_sink(directory / f"{name}.jsonl", name) for name in ("old", "older")]
    with Daemon(directory, sinks=[*sinks, *orphans]) as running:
        running.configuration["sink"] = sinks
        running.write_configuration()
        assert running.run("reload").returncode == DONE
        running.send(success_event("good.pdf"))
        running.send(failure_event("bad.pdf"))
        assert running.send(success_event("old.pdf"), timestamp=1).status == 401
        until(lambda: status(running)["sinks"][1]["dead_letters"] == 1, "the dead letter")
        yield running


@pytest.mark.parametrize("command, code", HERE_TOO)
def test_the_command_ends_with(knowing, command, code):
    configuration = "/nowhere/hookd.toml" if code == CONFIG else knowing.configuration_path
    with open("/dev/full" if code == IO else "/dev/null", "w") as output:
        ended = subprocess.run([binary(), "-c", configuration, *command.split(), *HERE_TOO[command, code]], stdout=output,
                               stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == code, ended
    assert code == DONE or ended.stderr or (command, code) in [("wait", NO), ("sinks test", NO)], "without a word"


@pytest.mark.parametrize("command", ["events list", "events list --json", "status", "sinks", "check", "check --print",
                                     "version", "--help"])
def test_a_command_whose_reader_has_gone_ends_as_other_filters_do(knowing, command):
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as output:
        ended = subprocess.run([binary(), "-c", knowing.configuration_path, *command.split()], stdout=output,
                               stderr=subprocess.PIPE, text=True, timeout=60)
    assert ended.returncode == -signal.SIGPIPE and "output" not in ended.stderr, ended

