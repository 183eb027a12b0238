// SPDX-License-Identifier: MIT
#include "delivery/sink_worker.hpp"

#include <hookd/core/exception_text.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <pthread.h>
#include <random>
#include <thread>
#include <utility>

namespace hookd::delivery {

namespace asio = boost::asio;

namespace {

/// What a sink worker reads at a time, from recent_events or the journal.
constexpr std::size_t most_events = 256;
constexpr byte_size most_bytes{1U << 20U};

constexpr std::chrono::seconds build_again_after{1};

/// The cursor is that much late in the journal after filtered events, and wakes the sink worker that often.
constexpr std::chrono::milliseconds filtered_step{200};

random_source jitter() {
    return [engine = std::minstd_rand{std::random_device{}()},
            even = std::uniform_real_distribution<double>{}]() mutable { return even(engine); };
}

/// So that `top -H` shows which sink worker it is; the kernel keeps 15 bytes.
void name_thread(const std::string& sink) {
    pthread_setname_np(pthread_self(), ("sink " + sink).substr(0, 15).c_str());
}

/// An error in the sink itself: it threw, or left an event without an outcome.
sinks::outcome unforeseen(const std::exception_ptr& failure) {
    return {.what = sinks::verdict::unavailable,
            .retry_after = {},
            .detail = failure ? "the sink failed unexpectedly: " + exception_text(failure)
                              : "the sink returned no outcome for the event"};
}

std::vector<std::uint64_t> sequences_of(const std::vector<sinks::delivery>& batch) {
    std::vector<std::uint64_t> all(batch.size());
    std::ranges::transform(batch, all.begin(), [](const auto& each) { return each.what->sequence; });
    return all;
}

} // namespace

sink_worker::sink_worker(sink_settings settings, const place& where)
    : settings_{std::move(settings)}, newest_events_{where.newest_events}, clock_{where.clock},
      overtime_{where.overtime}, journal_{where.journal, settings_.name}, log_{settings_.name} {}

sink_worker::~sink_worker() = default;

void sink_worker::start(sink_builder build) {
    thread_.start([self = shared_from_this(), build = std::move(build)] { self->run(build); });
}

bool sink_worker::builder_returned_before(steady_time deadline) const {
    return ready_.wait_until(deadline) == std::future_status::ready;
}

result<void> sink_worker::built() {
    if (!builder_returned_before(std::chrono::steady_clock::now())) {
        set_hanging(true);
        return {};
    }
    try {
        ready_.get();
        return {};
    } catch (const std::exception& caught) {
        return std::unexpected{error{caught.what()}};
    }
}

void sink_worker::begin(const journal::sink_state& state) {
    auto unsaid = pausing::as_journal_says; // what was set meanwhile is newer than `state`
    paused_.compare_exchange_strong(unsaid, state.paused ? pausing::yes : pausing::no);
    metrics_.begins_at(state.cursor);
    if (paused_ == pausing::yes) {
        spdlog::warn("sink {}: paused, its events wait: to continue, use 'colivara-hookd sinks resume {}'",
                     settings_.name, settings_.name);
    }
    from_ = state;
    begun_.count_down();
}

void sink_worker::abandon(steady_time deadline) {
    if (thread_.started()) {
        begun_.count_down();
        if (!thread_.join_before(deadline)) {
            detach();
        }
    }
}

void sink_worker::run(const sink_builder& build) {
    name_thread(settings_.name);
    try {
        sink_ = build(settings_, context_);
        built_.set_value();
    } catch (...) {
        built_.set_exception(std::current_exception());
    }
    begun_.wait();
    if (!from_) {
        return;
    }
    while (sink_ == nullptr) { // it failed when it was too late to reject the settings
        std::this_thread::sleep_for(build_again_after);
        if (stopping_) {
            return;
        }
        try {
            sink_ = build(settings_, context_);
        } catch (const std::exception& caught) {
            log_.unavailable(caught.what(), now().steady);
            metrics_.not_built(caught.what(), now());
        }
    }
    at_work_ = true;
    plan_ = std::make_unique<sink_worker_fsm>(settings_,
                                              sink_worker_fsm::start{.cursor = from_->cursor,
                                                                     .newest = newest_events_->newest(),
                                                                     .rows_waiting = from_->waiting > 0,
                                                                     .rows = from_->waiting + from_->dead > 0,
                                                                     .batch_limit = sink_->batch_limit(),
                                                                     .gather_time = sink_->gather_time(),
                                                                     .filtered_step = filtered_step},
                                              jitter());
    asio::co_spawn(context_, loop(), [this](const std::exception_ptr& failure) {
        if (!failure) {
            return;
        }
        spdlog::critical("sink {}: {}", settings_.name, exception_text(failure));
        std::rethrow_exception(failure); // ends the process: a sink worker that silently does nothing would be worse
    });
    context_.run();
    sink_.reset(); // its descriptors and timers go before the context
}

asio::awaitable<void> sink_worker::loop() {
    for (;;) {
        if (stopping_) {
            plan_->stop();
        }
        plan_->pause(paused_ == pausing::yes);
        if (look_again_.exchange(false)) {
            plan_->look_again(now());
        }
        const auto newest = newest_events_->newest();
        const auto last_wanted = last_wanted_.load(); // after `newest`: it is set before that
        plan_->newest(newest, {.first = first_wanted_, .last = last_wanted});
        auto step = plan_->next(now());
        if (std::holds_alternative<next::done>(step)) {
            co_return;
        }
        position_ = plan_->position();
        metrics_.look_at(*plan_, now());
        if (auto* deliver = std::get_if<next::deliver>(&step)) {
            begin(std::move(*deliver));
        } else if (const auto* fetch = std::get_if<next::read>(&step)) {
            auto events = co_await read(fetch->after);
            plan_->arrived(std::move(events), now());
        } else if (auto* due = std::get_if<next::look>(&step)) {
            auto rows = co_await look(std::move(due->except));
            plan_->found(std::move(rows), now());
        } else if (auto* failed = std::get_if<next::nack>(&step)) {
            tell(std::move(*failed));
        } else if (auto* ack = std::get_if<next::ack>(&step)) {
            journal_.ack(ack->sequence, std::move(ack->made));
        } else if (auto* left = std::get_if<next::leave>(&step)) {
            journal_.nack(std::move(left->row));
        } else if (const auto* commit_cursor = std::get_if<next::commit_cursor>(&step)) {
            journal_.commit_cursor(commit_cursor->cursor);
        } else if (const auto* wait = std::get_if<next::wait>(&step)) {
            co_await rest(*wait, newest, last_wanted);
        }
    }
}

/// Nothing, as at the end of the log, where the journal does not answer: then the process is about to end.
asio::awaitable<read_events> sink_worker::read(std::uint64_t after) {
    if (auto recent = newest_events_->after(after, most_events, most_bytes.bytes)) {
        co_return std::move(*recent);
    }
    const auto journal = journal_.parts();
    read_events found{.events = {}, .up_to = after};
    if (journal && !stopping_) {
        const auto newest = newest_events_->newest();
        if (auto there = co_await journal->log.read(after, most_events, most_bytes)) {
            found.events = std::move(*there);
            // What was behind `after` may have been deleted.
            found.up_to = found.events.empty() ? std::max(after, newest) : found.events.back()->sequence;
        }
    }
    co_return found;
}

asio::awaitable<std::vector<journal::due_event>> sink_worker::look(std::vector<std::uint64_t> except) {
    const auto journal = journal_.parts();
    if (!journal || stopping_) {
        co_return std::vector<journal::due_event>{};
    }
    co_return (co_await journal->store.due(settings_.name, unix_millis::max(), retry_queue::most, std::move(except)))
        .value_or(std::vector<journal::due_event>{});
}

/// Until a time, or such a commit, a delivery's end, or stop().
asio::awaitable<void> sink_worker::rest(next::wait what, std::uint64_t newest, std::uint64_t last_wanted) {
    wake_on_ = what.commits;
    // Events before wake_on_ was set have woken nothing; later ones post a wake-up that finds the timer waiting.
    const bool more = newest_events_->newest() != newest;
    const bool missed_one =
        what.commits == next::wake_on::all_events
            ? more
            : what.commits == next::wake_on::wanted_events &&
                  (last_wanted_ != last_wanted || (more && last_wanted > newest)); // marked, and stored meanwhile
    if (!missed_one && (!stopping_ || !under_way_.empty())) {
        wake_.expires_at(what.until);
        (void)co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    wake_on_ = next::wake_on::nothing;
}

void sink_worker::begin(next::deliver what) {
    const auto ticket = what.ticket;
    auto& delivery = under_way_.try_emplace(ticket, context_, sequences_of(what.batch)).first->second;
    limit(ticket, delivery);
    metrics_.began(delivery.events, now());
    auto done = [this, ticket](const std::exception_ptr& failure, std::vector<sinks::outcome> outcomes) {
        // Posted, for this may run inside the delivery's own cancellation, whose signal ended() destroys.
        asio::post(context_, [this, ticket, failure, outcomes = std::move(outcomes)]() mutable {
            ended(ticket, failure, std::move(outcomes));
        });
    };
    asio::co_spawn(context_, sink_->deliver(std::move(what.batch)),
                   asio::bind_cancellation_slot(delivery.cancel.slot(), std::move(done)));
}

void sink_worker::limit(std::uint64_t ticket, under_way& delivery) {
    delivery.limit.expires_after(settings_.timeout + overtime_);
    delivery.limit.async_wait([this, ticket](boost::system::error_code error) {
        const auto found = under_way_.find(ticket);
        if (error || found == under_way_.end()) {
            return;
        }
        found->second.timed_out = true;
        found->second.cancel.emit(asio::cancellation_type::terminal);
    });
}

void sink_worker::ended(std::uint64_t ticket, const std::exception_ptr& failure, std::vector<sinks::outcome> outcomes) {
    const auto ending = under_way_.extract(ticket);
    const auto& delivery = ending.mapped();
    outcomes.resize(delivery.events.size(), unforeseen(failure));
    // A single event that took too long has failed; for a batch it is unknown which event was slow, so the sink has
    // failed.
    if (delivery.timed_out) {
        for (auto& each : outcomes) {
            if (each.what == sinks::verdict::unavailable) {
                each.detail = "not delivered within " + to_text(settings_.timeout);
                if (sink_->batch_limit() <= 1) {
                    each.what = sinks::verdict::retry;
                }
            }
        }
    }
    metrics_.ended(delivery.events, outcomes, now());
    log(outcomes);
    plan_->finished(ticket, outcomes, now());
    wake_.cancel();
}

void sink_worker::tell(next::nack what) {
    const auto current = now();
    if (journal_.parts()) {
        log_.failed(*what.subject, what.row, std::max(what.row.next_try - current.wall, std::chrono::milliseconds{0}),
                    current.steady);
    }
    metrics_.failed(what.row);
    journal_.nack(std::move(what.row));
}

/// Except deliveries that stop() itself has cancelled.
void sink_worker::log(const std::vector<sinks::outcome>& outcomes) {
    if (stopping_) {
        return;
    }
    for (const auto& each : outcomes) {
        if (each.what == sinks::verdict::unavailable) {
            return log_.unavailable(each.detail, now().steady);
        }
    }
    log_.worked(now().steady);
}

time_pair sink_worker::now() const {
    return {.steady = std::chrono::steady_clock::now(), .wall = clock_()};
}

} // namespace hookd::delivery
