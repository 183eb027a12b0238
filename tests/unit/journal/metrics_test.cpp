// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using namespace hookd;
using namespace hookd::journal;
using namespace hookd::journal::testing;

namespace {

event of_endpoint(const std::string& endpoint, const std::string& id, unix_millis accepted) {
    event what = sample(id);
    what.endpoint = endpoint;
    what.accepted = accepted;
    return what;
}

} // namespace

TEST_CASE("journal: each commit that stored events is measured") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(append(*opened, sample("msg_1")) == append_outcome::stored);
    REQUIRE(append(*opened, sample("msg_2")) == append_outcome::stored);
    REQUIRE(append(*opened, sample("msg_2")) == append_outcome::duplicate);
    const auto& counted = opened->metrics();
    CHECK(counted.batch_events.read().cumulative.back() == 2);
    CHECK(counted.batch_events.read().sum == 2);
    CHECK(counted.commit_microseconds.read().cumulative.back() == 2);
    CHECK(counted.commit_microseconds.read().sum > 0);
}

TEST_CASE("journal: a start knows when each endpoint's newest event was accepted") {
    const temporary_directory directory;
    {
        auto opened = open_journal(settings_for(directory.journal()));
        CHECK(opened->newest_at_start().empty());
        append(*opened, of_endpoint("one", "msg_1", some_day + 1s));
        append(*opened, of_endpoint("other", "msg_1", some_day + 2s));
        append(*opened, of_endpoint("one", "msg_2", some_day + 3s));
    }
    auto again = open_journal(settings_for(directory.journal()));
    CHECK(again->newest_at_start() ==
          std::map<std::string, unix_millis>{{"one", some_day + 3s}, {"other", some_day + 2s}});
}

TEST_CASE("journal: whether an event would be accepted is known without trying") {
    const temporary_directory directory;
    auto settings = settings_for(directory.journal());
    settings.max_size = byte_size{1U << 20U};
    auto opened = open_journal(settings);
    CHECK(opened->accepts() == acceptance::open);
    for (int i = 0; opened->accepts() == acceptance::open && i < 100; ++i) {
        append(*opened, sample("msg_" + std::to_string(i), 100'000));
    }
    CHECK(opened->accepts() == acceptance::over_size);
    CHECK(opened->metrics().size_bytes >= opened->metrics().max_size_bytes);
    opened->close();
    CHECK(opened->accepts() == acceptance::closed);
}

TEST_CASE("journal: once it has failed it says so until the next start") {
    const temporary_directory directory;
    auto opened = open_journal(settings_for(directory.journal()));
    REQUIRE(append(*opened, sample("msg_1")) == append_outcome::stored);
    fail_next_sync(EIO);
    CHECK(append(*opened, sample("msg_2")) == append_outcome::stopped);
    CHECK(opened->accepts() == acceptance::failed);
}
