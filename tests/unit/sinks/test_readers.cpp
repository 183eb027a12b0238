#include "sinks/exec_sink.hpp"
#include "sinks/file_sink.hpp"
#include "sinks/lane.hpp"
#include "sinks/queue_sink.hpp"

#include <hookd/config/load.hpp>
#include <hookd/sinks/catalogue.hpp>

#include <sys/stat.h>

using namespace sinks_test;

namespace {

hookd::config::loaded read(const std::string& keys) {
    const std::string text = "[[listener]]\naddress = \"127.0.0.1:8080\"\n"
                             "[[endpoint]]\nname = \"colivara\"\npath = \"/webhooks\"\nsecrets = [\"whsec_AAAA\"]\n"
                             "[[sink]]\nname = \"tested\"\n" +
                             keys;
    hookd::config::checks lent;
    lent.sinks = hookd::sinks::readers();
    return hookd::config::load_text(text, hookd::config::syntax::toml, "test.toml", lent);
}

template <class Options>
Options options_of(const std::string& keys) {
    const auto config = read(keys);
    REQUIRE(config.faults.empty());
    return dynamic_cast<const Options&>(*config.values->sinks.at(0).options);
}

/// The only fault there is, without its place.
std::string fault_of(const std::string& keys) {
    const auto faults = read(keys).faults;
    REQUIRE(faults.size() == 1);
    return faults[0].substr(faults[0].find(": ") + 2);
}

std::string quoted(const fs::path& path) {
    return '"' + path.string() + '"';
}
std::string file_at(const fs::path& path) {
    return "type = \"file\"\npath = " + quoted(path);
}
std::string queue_at(const fs::path& path) {
    return "type = \"queue\"\npath = " + quoted(path);
}
std::string exec_of(const std::string& command) {
    return "type = \"exec\"\ncommand = " + command;
}

} // namespace

TEST_CASE("sinks: every row of the catalogue reads its keys and builds a sink by the same name") {
    const temporary_directory directory;
    boost::asio::io_context lane(1);
    for (const auto& row : hookd::sinks::catalogue()) {
        CHECK(row.reader.type == row.type.name);
    }
    REQUIRE(hookd::sinks::readers().size() == hookd::sinks::catalogue().size());
    for (const auto& keys : {std::string("type = \"stdout\""), file_at(directory / "f"), queue_at(directory / "q"),
                             exec_of("[\"/bin/true\"]"), std::string("type = \"http\"\nurl = \"http://localhost\"")}) {
        const auto config = read(keys);
        REQUIRE(config.faults.empty());
        CHECK(hookd::sinks::build(config.values->sinks.at(0), lane) != nullptr);
    }
}

TEST_CASE("file: its keys") {
    const temporary_directory directory;
    const auto options = options_of<hookd::sinks::file_options>(file_at(directory / "f") + "\nmode = \"0600\"");
    CHECK(options.path == directory / "f");
    CHECK(options.mode == 0600);
    CHECK(options_of<hookd::sinks::file_options>(file_at(directory / "f")).mode == 0640);
    for (const char* bad : {"rw", "0840", "00", "0440", "7777", "", "-640"}) {
        CHECK(fault_of(file_at(directory / "f") + "\nmode = \"" + bad + '"').contains(" is no mode of a file"));
    }
    CHECK(fault_of("type = \"stdout\"\npath = \"/tmp/x\"").contains("no such key"));
}

TEST_CASE("file: a path that it could not append to is a fault before anything is opened") {
    const temporary_directory directory;
    REQUIRE(::mkfifo((directory / "fifo").c_str(), 0600) == 0);
    CHECK(fault_of(file_at("relative/f")) ==
          "sink[0].path: \"relative/f\" does not begin with \"/\"; want an absolute path");
    CHECK(fault_of(file_at(directory / "fifo")).contains("is no regular file"));
    CHECK(fault_of(file_at("/dev/null")).contains("is no regular file"));
    CHECK(fault_of(file_at(directory.path())).contains("is a directory"));
    CHECK(fault_of(file_at("/etc/passwd/f")).contains("is not a directory"));
}

TEST_CASE("file, queue: a directory that does not exist yet is a warning, since the sink waits for it") {
    const temporary_directory directory;
    for (const auto& keys : {file_at(directory / "missing/f"), queue_at(directory / "missing/q")}) {
        const auto config = read(keys);
        CHECK(config.faults.empty());
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
    CHECK(fault_of(queue_at("spool")).contains("want an absolute path"));
    CHECK(fault_of(queue_at("/etc/passwd")).contains("is not a directory"));
    CHECK(fault_of("type = \"queue\"").contains("sink[0].path: is missing"));
}

TEST_CASE("exec: a command or a shell line, and one of them only") {
    CHECK(options_of<hookd::sinks::exec_options>(exec_of("[\"/bin/echo\", \"$HOME\"]")).command ==
          std::vector<std::string>{"/bin/echo", "$HOME"});
    CHECK(options_of<hookd::sinks::exec_options>("type = \"exec\"\nshell = \"cat; true\"").command ==
          std::vector<std::string>{"/bin/sh", "-c", "cat; true"});
    CHECK(fault_of("type = \"exec\"").contains("command: is missing"));
    CHECK(fault_of(exec_of("[\"/bin/true\"]\nshell = \"x\"")).contains("shell: stands beside command"));
    CHECK(fault_of("type = \"exec\"\nshell = \"\"").contains("shell: is empty"));
    CHECK(fault_of("type = \"exec\"\ncomand = [\"/bin/true\"]\nshell=\"x\"").contains("did you mean"));
}

TEST_CASE("exec: a command that could not be started is a fault") {
    const temporary_directory directory;
    put(directory / "plain", "#!/bin/sh\n");
    CHECK(fault_of(exec_of("[]")).contains("names no program"));
    CHECK(fault_of(exec_of("[\"true\"]")).contains("does not begin with \"/\""));
    CHECK(fault_of(exec_of("[\"\"]")).contains("does not begin with \"/\""));
    CHECK(fault_of(exec_of("[\"/no/such\"]")).contains("command[0]: \"/no/such\": No such file or directory"));
    CHECK(fault_of(exec_of("[\"/tmp\"]")).contains("is no file"));
    CHECK(fault_of(exec_of('[' + quoted(directory / "plain") + ']')).contains("cannot be executed"));
}
