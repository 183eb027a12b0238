# SPDX-License-Identifier: MIT
"""Every command as its help lists it: the manual names each option, and the shells' completions offer it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from harness.daemon import binary

MANUAL = (Path(__file__).resolve().parents[2] / "docs/man/colivara-hookd.1").read_text()


def run(*words):
    return subprocess.run([binary(), *words], check=True, capture_output=True, text=True).stdout


def commands(*path):
    """Each command below this one, as its words."""
    _, _, listed = run(*path, "--help").partition("Subcommands:\n")
    for name in re.findall(r"^  (\w+) ", listed, re.MULTILINE):
        yield (*path, name)
        yield from commands(*path, name)


COMMANDS = list(commands())


def options_of(command):
    return set(re.findall(r"^\s+(?:-\w,)?(--[a-z-]+)", run(*command, "--help"), re.MULTILINE))


def manual_of(command):
    """The synopsis of the command, and the section of its family."""
    synopsis, _, rest = MANUAL.partition(".Sh DESCRIPTION")
    lines = [each for each in synopsis.split("\n.Nm\n") if re.search(rf"^\.(Op )?Cm {command[0]}\b", each, re.MULTILINE)]
    section = re.search(rf"^\.Ss {command[0]}\n(.*?)^\.S[sh] ", rest, re.MULTILINE | re.DOTALL)
    assert lines and section, f"the manual has no {command[0]}"
    return "\n".join([*lines, section[1]])


@pytest.fixture(scope="module")
def bash_script(tmp_path_factory):
    path = tmp_path_factory.mktemp("completion") / "colivara-hookd.bash"
    path.write_text(run("completion", "bash"))
    return path


@pytest.fixture
def offered(bash_script, tmp_path):
    def complete(*words):
        """What bash offers for the last word, in a directory with one file."""
        (tmp_path / "a-file").touch()
        script = ('source "$1"; shift; compopt() { :; }; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); '
                  '"$(complete -p colivara-hookd | sed "s/.* -F //; s/ .*//")"; printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "-c", script, "-", bash_script, "colivara-hookd", *words], cwd=tmp_path,
                              check=True, capture_output=True, text=True)
        assert done.stderr == ""
        return set(done.stdout.split())

    return complete


def test_there_are_commands():
    assert {("run",), ("events", "replay"), ("sinks", "pause"), ("completion",)} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_manual_names_each_command_and_its_options(command):
    manual = manual_of(command)
    missing = [word for word in command if not re.search(rf"\b{word}\b", manual)]
    missing += [option for option in options_of(command) - {"--help"} if not re.search(rf"Fl -{option[2:]}\b", manual)]
    assert missing == []


@pytest.mark.parametrize("command", [(), *COMMANDS], ids=" ".join)
def test_bash_offers_each_option_and_command_and_no_other(command, offered):
    below = {each[-1] for each in COMMANDS if each[:-1] == command}
    got = offered(*command, "")
    assert {each for each in got if each.startswith("--")} == options_of(command)
    assert below <= got
    assert offered("-c", "run", *command, "") == got, "the value of an option is not a command"


def test_bash_offers_files_and_words_where_they_are_expected(offered):
    for words in (["-c"], ["run", "--config"], ["send", "--secret-file"], ["events", "list", "--socket"],
                  ["register", "--save-secret"]):
        assert offered(*words, "") == {"a-file"}, words
    assert offered("verify", "a") == {"a-file"}
    assert offered("events", "list", "--state", "d") == {"dead", "delivered"}
    assert offered("send", "u") == {"upsert.success", "upsert.fail"}
    assert offered("completion", "z") == {"zsh"}
    assert offered("events", "list", "--document", "") == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_is_good_for_its_shell_and_knows_each_option(shell, tmp_path):
    text = run("completion", shell)
    form = {"bash": r"--{}\b", "zsh": r"--{}\[", "fish": r"-l {}\b"}[shell]
    names = {option.removeprefix("--") for command in COMMANDS for option in options_of(command)}
    assert [name for name in names if not re.search(form.format(name), text)] == []
    if shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(text)
        done = subprocess.run([shell, "-n", script], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def refused(*words):
    done = subprocess.run([binary(), *words], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_an_unknown_word_is_named_with_the_nearest_known_one_and_where_to_look():
    assert refused("evnts", "list") == ("colivara-hookd: unknown command 'evnts'; did you mean 'events'?\n"
                                        "colivara-hookd: see 'colivara-hookd --help'\n")
    assert refused("events", "lst").startswith("colivara-hookd: unknown command 'lst'; did you mean 'list'?\n")
    assert refused("events", "list", "--jsn") == ("colivara-hookd: unknown option '--jsn'; did you mean '--json'?\n"
                                                  "colivara-hookd: see 'colivara-hookd events list --help'\n")
    assert "unknown option '--confg=x'; did you mean '--config'?" in refused("status", "--confg=x")
    assert "unexpected argument 'now'" in refused("status", "now")


def test_everything_that_is_missing_is_named_together():
    assert "missing: type, --to, --secret-file\n" in refused("send")
    assert re.search(r"missing: --url, --api-key-file, --save-secret\n", refused("register"))
    assert refused().startswith("colivara-hookd: no command given\n")
    assert "no command given: expected one of list, show" in refused("events")
    assert "--config" in refused("-c") and "no command given" not in refused("-c")


def test_help_and_version_have_the_forms_that_other_programs_have():
    assert run("help", "events", "list") == run("events", "list", "--help")
    assert "Subcommands:" in run("help")
    assert run("--version") == run("-V") == run("version").splitlines()[0] + "\n"
    assert "unknown command 'lst'; did you mean 'list'?" in refused("help", "events", "lst")


def test_help_is_as_wide_as_the_terminal():
    script = shutil.which("script")
    wide = subprocess.run([script, "-qec", f"stty cols 70; {binary()} events list --help", "/dev/null"], check=True,
                          capture_output=True, text=True).stdout.replace("\r", "")
    options = wide.partition("Options:\n")[2]
    assert max(len(line) for line in options.split("\n")) <= 70
    assert " ".join(options.split()) == " ".join(run("events", "list", "--help").partition("Options:\n")[2].split())
