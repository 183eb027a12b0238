// SPDX-License-Identifier: MIT
#include "journal/support.hpp"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <thread>

namespace hookd::journal::testing {

namespace {

std::atomic<std::int64_t> clock_millis = some_day.time_since_epoch().count();
std::atomic<std::int64_t> boot_millis = 1'000'000;

tuning with_own_clock(tuning limits) {
    limits.since_boot = since_boot;
    return limits;
}

} // namespace

temporary_directory::temporary_directory() {
    auto name = (std::filesystem::temp_directory_path() / "hookd-journal-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), "mkdtemp");
    }
    path_ = name;
}

temporary_directory::~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

unix_millis now() {
    return unix_millis(std::chrono::milliseconds(clock_millis));
}
void set_clock(unix_millis to) {
    clock_millis = to.time_since_epoch().count();
}

void let_pass(std::chrono::milliseconds time) {
    boot_millis += time.count();
    clock_millis += time.count();
}
std::chrono::milliseconds since_boot() {
    return std::chrono::milliseconds(boot_millis);
}

journal_settings settings_for(const std::string& path) {
    journal_settings settings;
    settings.path = path;
    return settings;
}

std::unique_ptr<sqlite_storage> open_journal(const journal_settings& settings, const tuning& limits, observers watch) {
    auto opened = open_with(settings, now, std::move(watch), with_own_clock(limits));
    if (!opened) {
        throw std::runtime_error(opened.error().message);
    }
    return std::move(*opened);
}

std::string refusal(const std::string& path) {
    const auto opened = open_with(settings_for(path), now, {}, with_own_clock({}));
    return opened ? "it opened" : opened.error().message;
}

event sample(const std::string& id, std::size_t body) {
    event what;
    what.endpoint = "colivara";
    what.id = id;
    what.type = "upsert.success";
    what.collection = "default_collection";
    what.document = "report.pdf";
    what.accepted = now();
    what.peer = "127.0.0.1";
    what.timestamp = "1770000000";
    what.signature = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=";
    what.json = true;
    what.body = std::string(body, 'x');
    return what;
}

append_outcome append(storage& into, event what) {
    return wait_for(into.append(std::make_shared<event>(std::move(what))));
}

std::vector<event_ptr> read_all(storage& from) {
    std::vector<event_ptr> all;
    for (;;) {
        auto some = wait_for(from.read(all.empty() ? 0 : all.back()->sequence, 100, byte_size{1U << 20U}));
        if (some.empty()) {
            return all;
        }
        all.insert(all.end(), some.begin(), some.end());
    }
}

bool is_sound(const std::string& path) {
    auto file = database::open(path);
    if (!file) {
        return false;
    }
    auto check = file->prepare("PRAGMA integrity_check");
    if (!check) {
        return false;
    }
    query rows(*check);
    return rows.step().value_or(false) && rows.text(0) == "ok";
}

bool eventually(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace hookd::journal::testing
