// SPDX-License-Identifier: MIT
#include "sink_keys.hpp"
#include "sinks/exec/exec_sink.hpp"
#include "sinks/file/file_sink.hpp"
#include "sinks/queue/queue_sink.hpp"
#include "sinks/read_sink.hpp"
#include "sinks/sink_worker.hpp"

#include <hookd/sinks/catalogue.hpp>

#include <cstddef>
#include <elf.h>
#include <sys/stat.h>

using namespace sinks_test;
using hookd_test::file_at;
using hookd_test::queue_at;
using hookd_test::quoted;

namespace {

template <class Options>
Options options_of(const std::string& keys) {
    const auto config = read_sink(keys);
    REQUIRE(config.errors.empty());
    return dynamic_cast<const Options&>(*config.sinks.at(0).options);
}

/// The only error there is, without its place.
std::string error_of(const std::string& keys) {
    const auto errors = read_sink(keys).errors;
    REQUIRE(errors.size() == 1);
    return errors[0].substr(errors[0].find(": ") + 2);
}

std::string exec_of(const std::string& command) {
    return "type = \"exec\"\ncommand = " + command;
}

} // namespace

TEST_CASE("sinks: every row of the catalogue reads its keys and builds a sink by the same name") {
    const temporary_directory directory;
    boost::asio::io_context worker(1);
    for (const auto& keys : {std::string("type = \"stdout\""), file_at(directory / "f"), queue_at(directory / "q"),
                             exec_of("[\"/bin/true\"]"), std::string("type = \"http\"\nurl = \"http://localhost\"")}) {
        const auto config = read_sink(keys);
        REQUIRE(config.errors.empty());
        CHECK(hookd::sinks::build(config.sinks.at(0), worker) != nullptr);
    }
}

TEST_CASE("file: its keys") {
    const temporary_directory directory;
    const auto options = options_of<hookd::sinks::file_options>(file_at(directory / "f") + "\nmode = \"0600\"");
    CHECK(options.path == directory / "f");
    CHECK(options.mode == 0600);
    CHECK(options_of<hookd::sinks::file_options>(file_at(directory / "f")).mode == 0640);
    for (const char* bad : {"rw", "0840", "00", "0440", "7777", "", "-640"}) {
        CHECK(error_of(file_at(directory / "f") + "\nmode = \"" + bad + '"').contains("invalid mode "));
    }
    CHECK(error_of("type = \"stdout\"\npath = \"/tmp/x\"").contains("unknown key"));
}

TEST_CASE("file: a path that it could not append to is an error before anything is opened") {
    const temporary_directory directory;
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    CHECK(error_of(file_at("relative/f")) == "sink[0].path: invalid path \"relative/f\": expected an absolute path");
    CHECK(error_of(file_at(directory / "fifo")).contains("is not a regular file"));
    CHECK(error_of(file_at("/dev/null")).contains("is not a regular file"));
    CHECK(error_of(file_at(directory.path())).contains("is a directory"));
    CHECK(error_of(file_at("/etc/passwd/f")).contains("is not a directory"));
}

TEST_CASE("file, queue: a name that the kernel takes for no file is an error that says why") {
    const temporary_directory directory;
    fs::create_symlink("b", directory / "a");
    fs::create_symlink("a", directory / "b");
    const std::string long_name(256, 'x');
    CHECK(error_of(file_at(directory / "events/")).contains("events/\" ends in \"/\", as directories do"));
    CHECK(options_of<hookd::sinks::queue_options>(queue_at(directory / "spool/")).path == directory / "spool/");
    for (const auto& at : {file_at, queue_at}) {
        CHECK(error_of(at(directory / "a")).contains("/a\" is a circular symbolic link"));
        CHECK(error_of(at(directory / "a/deeper")).contains("is a circular symbolic link"));
        CHECK(error_of(at(directory / long_name)).contains("has a name of more than 255 bytes"));
    }
}

TEST_CASE("file: a standard stream is not a file, by any name, and the error names the type to use") {
    const temporary_directory directory;
    fs::create_symlink("/dev/stdout", directory / "link");
    fs::create_symlink("link", directory / "link-to-link");
    for (const fs::path path : {"/dev/stdout", "/dev/stderr", "/dev/fd/1", "/proc/self/fd/1", "//dev/../dev/stdout"}) {
        CHECK(error_of(file_at(path)).contains("use type = \"stdout\""));
    }
    CHECK(error_of(file_at(directory / "link-to-link")).contains("use type = \"stdout\""));
}

TEST_CASE("file, queue: a directory that does not exist yet is a warning, since the sink waits for it") {
    const temporary_directory directory;
    for (const auto& keys : {file_at(directory / "missing/f"), queue_at(directory / "missing/q")}) {
        const auto config = read_sink(keys);
        CHECK(config.errors.empty());
        REQUIRE_FALSE(config.warnings.empty());
        CHECK(config.warnings.back().contains("does not exist; create it"));
    }
    CHECK_FALSE(fs::exists(directory / "missing"));
}

TEST_CASE("queue: its path may be missing, and is looked at only when it is there") {
    const temporary_directory directory;
    CHECK(options_of<hookd::sinks::queue_options>(queue_at(directory / "spool")).path == directory / "spool");
    CHECK(options_of<hookd::sinks::queue_options>(queue_at(directory.path())).path == directory.path());
    CHECK_FALSE(fs::exists(directory / "spool"));
    CHECK(error_of(queue_at("spool")).contains("expected an absolute path"));
    CHECK(error_of(queue_at("/etc/passwd")).contains("is not a directory"));
    CHECK(error_of("type = \"queue\"").contains("sink[0].path: is missing"));
}

TEST_CASE("exec: a command or a shell line, and one of them only") {
    CHECK(options_of<hookd::sinks::exec_options>(exec_of("[\"/bin/echo\", \"$HOME\"]")).command ==
          std::vector<std::string>{"/bin/echo", "$HOME"});
    CHECK(options_of<hookd::sinks::exec_options>("type = \"exec\"\nshell = \"cat; true\"").command ==
          std::vector<std::string>{"/bin/sh", "-c", "cat; true"});
    CHECK(error_of("type = \"exec\"").contains("command: is missing"));
    CHECK(error_of(exec_of("[\"/bin/true\"]\nshell = \"x\"")).contains("shell: cannot be used together with command"));
    CHECK(error_of("type = \"exec\"\nshell = \"\"").contains("shell: must not be empty"));
    CHECK(error_of("type = \"exec\"\ncomand = [\"/bin/true\"]\nshell=\"x\"").contains("did you mean"));
}

TEST_CASE("exec: a command that could not be started is an error") {
    const temporary_directory directory;
    put(directory / "plain", "#!/bin/sh\n");
    CHECK(error_of(exec_of("[]")).contains("must not be empty"));
    CHECK(error_of(exec_of("[\"true\"]")).contains("is not an absolute path"));
    CHECK(error_of(exec_of("[\"\"]")).contains("is not an absolute path"));
    CHECK(error_of(exec_of("[\"/no/such\"]")).contains("command[0]: \"/no/such\": No such file or directory"));
    CHECK(error_of(exec_of("[\"/tmp\"]")).contains("is not a regular file"));
    CHECK(error_of(exec_of('[' + quoted(directory / "plain") + ']')).contains("cannot be executed"));
}

namespace {

std::vector<std::string> warnings_of_hook(const fs::path& path) {
    fs::permissions(path, fs::perms::owner_all);
    const auto config = read_sink(exec_of('[' + quoted(path) + ']'));
    CHECK(config.errors.empty());
    return config.warnings;
}

/// The one warning about a hook of this content.
std::string warning_of_hook(const fs::path& path, const std::string& content) {
    put(path, content);
    const auto warnings = warnings_of_hook(path);
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].contains("sink[0].command[0]: " + quoted(path) + ' '));
    return warnings[0];
}

/// This program, with one change.
std::string changed_program(std::size_t offset, const std::string& bytes) {
    auto program = contents("/proc/self/exe");
    program.replace(offset, bytes.size(), bytes);
    return program;
}

} // namespace

TEST_CASE("exec: a script that the kernel will not start is a warning that says what is wrong with it") {
    const temporary_directory directory;
    const std::string longest = "#!/bin/sh " + std::string(245, 'x');
    for (const std::string& fine :
         {std::string{"#!/bin/sh\nexit\r\n"}, std::string{"#! /bin/sh -e\n"}, std::string{"#!/bin/sh"},
          std::string{"#!/usr/bin/env sh\n"}, std::string{"#!/usr/bin/env sh  \n"},
          std::string{"#!/usr/bin/env -S sh -e\n"}, std::string{"#!/usr/bin/env -S -i A=b sh\n"},
          std::string{"#!/usr/bin/env -S/bin/sh\n"}, longest + '\n', longest}) {
        CAPTURE(fine);
        put(directory / "hook", fine);
        CHECK(warnings_of_hook(directory / "hook").empty());
    }
    const auto warned = [&](const std::string& script) { return warning_of_hook(directory / "hook", script); };
    CHECK(warned("echo hi\n").contains("does not begin with \"#!\""));
    CHECK(warned("").contains("does not begin with \"#!\""));
    CHECK(warned("\xEF\xBB\xBF#!/bin/sh\n").contains("byte order mark"));
    CHECK(warned("#!/bin/sh\r\nexit\r\n").contains("CR LF"));
    CHECK(warned("#!/usr/bin/env sh\r\n").contains("CR LF"));
    CHECK(warned("#!/no/such/shell -e\n").contains("names the interpreter /no/such/shell: No such file or directory"));
    CHECK(warned("#!/etc/passwd\n").contains("names the interpreter /etc/passwd: Permission denied"));
    CHECK(warned("#!/usr/bin\n").contains("names the interpreter /usr/bin: Is not a regular file"));
    CHECK(warned("#!sh\n").contains("names no interpreter with an absolute path"));
    CHECK(warned("#!\n").contains("names no interpreter with an absolute path"));
    CHECK(warned("#!/usr/bin/env -S no-such-shell\n")
              .contains("no-such-shell, which is in no directory of a hook's PATH"));
    CHECK(warned("#!/usr/bin/env -S-i no-such-shell\n")
              .contains("no-such-shell, which is in no directory of a hook's PATH"));
    CHECK(warned(longest + "x\n").contains("has a first line of more than 255 bytes"));
}

TEST_CASE("exec: what env gets as one argument is a warning that says how to write it") {
    const temporary_directory directory;
    const auto warned = [&](const std::string& script) { return warning_of_hook(directory / "hook", script); };
    for (const std::string words : {"sh -e", "A=b sh", "-i sh"}) {
        CHECK(warned("#!/usr/bin/env " + words + '\n')
                  .contains("passes \"" + words +
                            "\" to env as one argument, as the kernel always does; write env -S " + words));
    }
    CHECK(warned("#!/usr/bin/env\n").contains("names no program after env"));
}

TEST_CASE("exec: an interpreter is looked at like a hook") {
    const temporary_directory directory;
    put(directory / "inner", "#!/no/such/shell\n");
    fs::permissions(directory / "inner", fs::perms::owner_all);
    CHECK(warning_of_hook(directory / "hook", "#!" + (directory / "inner").string() + '\n')
              .contains("names the interpreter " + (directory / "inner").string() +
                        ", which names the interpreter /no/such/shell: No such file"));
    CHECK(warning_of_hook(directory / "own", "#!" + (directory / "own").string() + '\n')
              .contains("exceeds the number of scripts"));
}

TEST_CASE("exec: a program that the kernel will not start is a warning that says what is wrong with it") {
    const temporary_directory directory;
    const auto hook = directory / "hook";
    put(hook, contents("/proc/self/exe"));
    CHECK(warnings_of_hook(hook).empty());
    CHECK(warning_of_hook(hook, "\177ELF").contains("is a damaged program"));
    CHECK(warning_of_hook(hook, contents("/proc/self/exe").substr(0, 100)).contains("is a damaged program"));
    CHECK(warning_of_hook(hook, changed_program(offsetof(Elf64_Ehdr, e_machine), {char{EM_SPARC}, 0}))
              .contains("is a program for machine 2, but this machine is "));
    CHECK(warning_of_hook(hook, changed_program(offsetof(Elf64_Ehdr, e_type), {char{ET_REL}, 0}))
              .contains("is not a complete program"));
    const auto whole = contents("/proc/self/exe");
    const auto loader = whole.find("/ld-");
    REQUIRE(loader != std::string::npos);
    CHECK(warning_of_hook(hook, changed_program(loader, "/no-"))
              .contains(": No such file or directory; install the C library"));
}
