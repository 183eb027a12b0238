// SPDX-License-Identifier: MIT
#include "delivery/delivery_bench.hpp"

#include "journal/sqlite/sqlite_storage.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <future>
#include <numeric>
#include <stdexcept>

namespace hookd::delivery {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds deadline{30};

/// Runs an awaitable to its end on this thread.
template <class T>
T wait_for(asio::awaitable<T> what) {
    asio::io_context context{1};
    auto result = asio::co_spawn(context, std::move(what), asio::use_future);
    context.run();
    return result.get();
}

asio::awaitable<void> append_one(journal::storage& to, event what) {
    if (co_await to.append(std::make_shared<event>(std::move(what))) != journal::append_outcome::stored) {
        throw std::runtime_error{"not stored"};
    }
}

} // namespace

void record::add(const sinks::delivery& what) {
    const std::scoped_lock lock{mutex_};
    entries_.push_back({.sequence = what.what->sequence, .attempt = what.attempt});
    changed_.notify_all();
}

void record::add_call(std::size_t batch_size) {
    const std::scoped_lock lock{mutex_};
    batch_sizes_.push_back(batch_size);
}

void record::note(const std::string& what) {
    const std::scoped_lock lock{mutex_};
    notes_.push_back(what);
    changed_.notify_all();
}

std::vector<record::entry> record::entries() const {
    const std::scoped_lock lock{mutex_};
    return entries_;
}

std::vector<std::uint64_t> record::sequences() const {
    std::vector<std::uint64_t> found;
    for (const auto& each : entries()) {
        found.push_back(each.sequence);
    }
    return found;
}

std::vector<std::size_t> record::batch_sizes() const {
    const std::scoped_lock lock{mutex_};
    return batch_sizes_;
}

std::size_t record::count_of(const std::string& note) const {
    const std::scoped_lock lock{mutex_};
    return static_cast<std::size_t>(std::ranges::count(notes_, note));
}

bool record::reaches(std::size_t deliveries) const {
    return wait([this, deliveries] { return entries_.size() >= deliveries; });
}

bool record::has(const std::string& note) const {
    return wait([this, &note] { return std::ranges::find(notes_, note) != notes_.end(); });
}

bool record::wait(const std::function<bool()>& condition) const {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, deadline, condition);
}

asio::awaitable<std::vector<sinks::outcome>> answering_sink::deliver(std::vector<sinks::delivery> batch) {
    note_thread();
    record_->add_call(batch.size());
    std::vector<sinks::outcome> outcomes;
    for (const auto& each : batch) {
        record_->add(each);
        outcomes.push_back(answer_ ? answer_(each) : sinks::outcome{});
    }
    co_return outcomes;
}

void answering_sink::reopen() {
    note_thread();
    record_->note("reopened");
}

void answering_sink::note_thread() {
    if (thread_ == std::thread::id{}) {
        thread_ = std::this_thread::get_id();
    } else if (thread_ != std::this_thread::get_id()) {
        record_->note("another thread");
    }
}

asio::awaitable<std::vector<sinks::outcome>> hanging_sink::deliver(std::vector<sinks::delivery> batch) {
    co_await asio::this_coro::throw_if_cancelled(false);
    record_->add(batch.front());
    asio::steady_timer never{worker_, asio::steady_timer::time_point::max()};
    (void)co_await never.async_wait(asio::as_tuple(asio::use_awaitable));
    record_->note("cancelled");
    co_return std::vector<sinks::outcome>{
        {.what = sinks::verdict::unavailable, .retry_after = {}, .detail = "cancelled"}};
}

void door::open() {
    const std::scoped_lock lock{mutex_};
    open_ = true;
    opened_.notify_all();
}

void door::pass() const {
    std::unique_lock lock{mutex_};
    opened_.wait(lock, [this] { return open_; });
}

delivery_bench::delivery_bench(const journal_settings& bounds, const journal::tuning& rhythm)
    : bounds_{bounds}, rhythm_{rhythm} {
    spdlog::set_level(spdlog::level::off);
    auto name = (std::filesystem::temp_directory_path() / "hookd-delivery-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error{"no temporary directory"};
    }
    directory_ = name;
    open_journal();
}

delivery_bench::~delivery_bench() {
    close_journal();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
}

std::shared_ptr<record> delivery_bench::add(const sink_settings& settings, std::size_t batch_limit,
                                            answering_sink::answer how) {
    auto into = std::make_shared<record>();
    settings_.push_back(settings);
    builders_.emplace_back([=](asio::io_context&) { return std::make_unique<answering_sink>(into, batch_limit, how); });
    return into;
}

std::shared_ptr<record> delivery_bench::add_hanging(const sink_settings& settings) {
    auto into = std::make_shared<record>();
    settings_.push_back(settings);
    builders_.emplace_back(
        [=](asio::io_context& sink_worker) { return std::make_unique<hanging_sink>(into, sink_worker); });
    return into;
}

void delivery_bench::add_behind(const std::shared_ptr<door>& gate, const sink_settings& settings) {
    settings_.push_back(settings);
    builders_.emplace_back([gate](asio::io_context& sink_worker) {
        gate->pass();
        return std::make_unique<hanging_sink>(std::make_shared<record>(), sink_worker);
    });
}

void delivery_bench::start() {
    const auto build = [this](const sink_settings& settings, asio::io_context& sink_worker) {
        const auto found = std::ranges::find(settings_, settings.name, &sink_settings::name);
        const auto make = builders_.at(static_cast<std::size_t>(found - settings_.begin()));
        return make(sink_worker); // a copy: one that is given up may still be building when the bench is gone
    };
    auto started = delivery::start(settings_, build, *journal_, *journal_, &system_now);
    REQUIRE(started.has_value());
    const std::scoped_lock lock{mutex_};
    dispatcher_ = std::move(*started);
}

void delivery_bench::stop(std::chrono::milliseconds patience) {
    dispatcher_->stop(patience);
}

void delivery_bench::close_journal() {
    std::unique_ptr<dispatcher> ending;
    {
        const std::scoped_lock lock{mutex_};
        ending = std::move(dispatcher_);
    }
    ending.reset();
    if (journal_) {
        journal_->close();
    }
    journal_.reset();
}

void delivery_bench::restart_journal() {
    close_journal();
    settings_.clear();
    builders_.clear();
    open_journal();
}

void delivery_bench::open_journal() {
    auto settings = bounds_;
    settings.path = (directory_ / "journal.db").string();
    journal::observers watch{.committed =
                                 [this](std::span<const event_ptr> events) {
                                     const std::scoped_lock lock{mutex_};
                                     if (dispatcher_) {
                                         dispatcher_->committed(events);
                                     }
                                 },
                             .failed = {}};
    auto opened = journal::open_with(settings, &system_now, std::move(watch), rhythm_);
    REQUIRE(opened.has_value());
    journal_ = std::move(*opened);
}

void delivery_bench::append(std::size_t count, const std::string& type) {
    constexpr std::size_t at_once = 500; // the journal takes no more than some thousand at a time
    for (std::size_t done = 0; done < count; done += at_once) {
        append_together(std::min(at_once, count - done), type);
    }
}

void delivery_bench::append_together(std::size_t count, const std::string& type) {
    asio::io_context context{1};
    std::vector<std::future<void>> stored;
    for (std::size_t i = 0; i < count; ++i) {
        event what;
        what.endpoint = "colivara";
        what.id = "msg_" + std::to_string(++appended_);
        what.type = type;
        what.accepted = system_now();
        what.body = R"({"type":")" + type + "\"}";
        stored.push_back(asio::co_spawn(context, append_one(*journal_, std::move(what)), asio::use_future));
    }
    context.run();
    for (auto& each : stored) {
        each.get();
    }
}

journal::sink_state delivery_bench::state(const std::string& sink) {
    return wait_for(journal_->state(sink)).value();
}

bool delivery_bench::pause(const std::string& sink, bool paused) {
    return wait_for(journal_->pause(sink, paused)).has_value();
}

sink_settings sink_named(const std::string& name) {
    sink_settings settings;
    settings.name = name;
    settings.type = "test";
    settings.retry = {.attempts = 16, .first = std::chrono::milliseconds{1}, .max = std::chrono::milliseconds{5}};
    return settings;
}

std::vector<std::uint64_t> one_to(std::uint64_t count) {
    std::vector<std::uint64_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::uint64_t{1});
    return numbers;
}

} // namespace hookd::delivery
