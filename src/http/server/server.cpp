// SPDX-License-Identifier: MIT
#include "http/server/certificate_doubts.hpp"
#include "http/server/io_thread.hpp"
#include "http/server/ready_listener.hpp"

#include <hookd/core/mutex.hpp>
#include <hookd/http/server/server.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <latch>
#include <map>
#include <thread>

namespace hookd::http {

namespace {

class server_of_threads final : public server {
public:
    server_of_threads(const server_settings& settings, std::string_view name) : state_{settings}, name_{name} {
        const unsigned count = thread_count(settings);
        for (unsigned i = 0; i < count; ++i) {
            threads_.push_back(std::make_unique<io_thread>(state_));
            state_.threads.push_back(threads_.back().get());
        }
        current_.resize(count);
    }
    server_of_threads(const server_of_threads&) = delete;
    server_of_threads& operator=(const server_of_threads&) = delete;
    ~server_of_threads() override {
        if (!threads_.empty()) {
            drain(std::chrono::milliseconds{0});
        }
    }

    void start() {
        for (auto& thread : threads_) {
            thread->start();
        }
    }

    result<std::unique_ptr<change>> prepare(const server_settings& limits, std::span<const listener_settings> listeners,
                                            const handler_factory& make_handler) override {
        auto next = std::make_unique<prepared>(*this, limits);
        const auto now = reachable();
        for (const auto& entry : listeners) {
            auto opened = make_ready(entry, next->listeners, now, static_cast<unsigned>(current_.size()));
            if (!opened) {
                return std::unexpected{opened.error()};
            }
            next->listeners.push_back(std::move(*opened));
        }
        for (std::size_t i = 0; i < current_.size(); ++i) {
            next->handlers.push_back(make_handler());
        }
        return next;
    }

    std::unique_ptr<change> renewed_certificates() override {
        auto listeners = current_.front()->listeners;
        bool renewed = false;
        for (auto& entry : listeners) {
            const auto watch = watches_.find(entry->key);
            if (watch == watches_.end() || !watch->second.changed()) {
                continue;
            }
            if (auto context = make_tls_context(watch->second.files()); !context) {
                spdlog::error("listener {}: certificate files have changed, but {}; keeping the old certificate",
                              entry->bound, context.error().message);
            } else {
                for (const auto& doubt : certificate_doubts(context->get(), watch->second.files().certificate)) {
                    spdlog::warn("listener {}: {}", entry->bound, doubt);
                }
                entry = std::make_shared<const listener>(
                    listener{entry->settings, std::move(*context), entry->bound, entry->key});
                renewed = true;
            }
        }
        return renewed ? std::make_unique<renewal>(*this, std::move(listeners)) : nullptr;
    }

    std::chrono::milliseconds stalled_for() override {
        std::chrono::milliseconds longest{0};
        for (auto& thread : threads_) {
            longest = std::max(longest, thread->stalled_for());
        }
        return longest;
    }

    const server_metrics& metrics() const override { return state_.metrics; }

    std::vector<listener_state> listeners() const override {
        std::vector<listener_state> states;
        const mutex_lock lock{mutex_};
        states.reserve(shown_.size());
        for (const auto& entry : shown_) {
            states.push_back({.address = entry->bound,
                              .tls = entry->tls != nullptr,
                              .certificate_expiry = entry->tls ? certificate_expiry(entry->tls.get()) : std::nullopt});
        }
        return states;
    }

    void drain(std::chrono::milliseconds patience) override;

private:
    /// Settings that are not committed yet.
    class prepared final : public change {
    public:
        prepared(server_of_threads& owner, const server_settings& wanted) : limits{wanted}, owner_{owner} {}
        prepared(const prepared&) = delete;
        prepared& operator=(const prepared&) = delete;
        ~prepared() override {
            for (const auto& entry : listeners) { // none left after a commit
                if (entry.file) {
                    entry.file->remove();
                }
            }
        }

        void commit() override { owner_.take_over(*this); }

        server_settings limits;
        std::vector<ready_listener> listeners;
        std::vector<std::shared_ptr<handler>> handlers; ///< One for each thread.

    private:
        server_of_threads& owner_;
    };

    /// Listeners with new certificates that are not committed yet.
    class renewal final : public change {
    public:
        renewal(server_of_threads& owner, std::vector<listener_ptr> listeners)
            : listeners_{std::move(listeners)}, owner_{owner} {}

        void commit() override { owner_.renew(listeners_); }

    private:
        std::vector<listener_ptr> listeners_;
        server_of_threads& owner_;
    };

    std::vector<listener_ptr> reachable() const;
    void take_over(prepared& next);
    void renew(const std::vector<listener_ptr>& listeners);
    void forget_sockets(std::span<const listener_ptr> those_that_stay);
    /// Activates the settings and the added sockets on each thread; returns when all have them.
    template <class Make>
    void activate(Make make, std::span<ready_listener> added = {});

    server_state state_;
    const std::string name_;
    mutable mutex mutex_;
    std::vector<listener_ptr> shown_ HOOKD_GUARDED_BY(mutex_);
    std::vector<std::unique_ptr<io_thread>> threads_;
    std::vector<snapshot_ptr> current_;                // one for each thread, its current one
    std::map<std::string, certificate_watch> watches_; // these two by the listener's key
    std::map<std::string, socket_file> files_;
};

/// The current listeners whose sockets can be kept: a Unix socket cannot be reached any more once its name is removed.
std::vector<listener_ptr> server_of_threads::reachable() const {
    auto listeners = current_.front() ? current_.front()->listeners : std::vector<listener_ptr>{};
    std::erase_if(listeners, [this](const auto& entry) {
        const auto file = files_.find(entry->key);
        return file != files_.end() && !file->second.is_there();
    });
    return listeners;
}

void server_of_threads::take_over(prepared& next) {
    state_.limit(next.limits);
    std::vector<listener_ptr> listeners;
    listeners.reserve(next.listeners.size());
    for (const auto& entry : next.listeners) {
        listeners.push_back(entry.what);
    }
    forget_sockets(listeners);
    for (auto& entry : next.listeners) {
        const auto& key = entry.what->key;
        if (!entry.added.empty()) {
            spdlog::info("{} on {} ({})", name_, entry.what->bound, entry.what->tls ? "HTTPS" : "HTTP");
        }
        if (entry.file) {
            files_.insert_or_assign(key, std::move(*entry.file));
        }
        watches_.erase(key);
        if (entry.watch) {
            watches_.emplace(key, std::move(*entry.watch));
        }
    }
    activate([&](std::size_t thread) { return settings_snapshot{next.limits, listeners, next.handlers[thread]}; },
             next.listeners);
    next.listeners.clear();
}

void server_of_threads::renew(const std::vector<listener_ptr>& listeners) {
    const auto before = current_.front()->listeners;
    activate([&](std::size_t thread) {
        const auto& now = *current_[thread];
        return settings_snapshot{now.limits, listeners, now.requests};
    });
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        if (const auto& entry = listeners[i]; entry != before[i]) {
            spdlog::info("listener {}: certificate renewed", entry->bound);
        }
    }
}

/// Before the threads close them: a path that is used again meanwhile must not be removed.
void server_of_threads::forget_sockets(std::span<const listener_ptr> those_that_stay) {
    if (!current_.front()) {
        return;
    }
    for (const auto& entry : current_.front()->listeners) {
        const auto& key = entry->key;
        if (std::ranges::any_of(those_that_stay, [&](const auto& stays) { return stays->key == key; })) {
            continue;
        }
        spdlog::info("no longer {} on {}", name_, entry->bound);
        watches_.erase(key);
        if (const auto file = files_.extract(key)) {
            file.mapped().remove();
        }
    }
}

template <class Make>
void server_of_threads::activate(Make make, std::span<ready_listener> added) {
    std::latch installed{static_cast<std::ptrdiff_t>(threads_.size())};
    for (std::size_t i = 0; i < threads_.size(); ++i) {
        std::vector<accepting_socket> sockets;
        for (auto& entry : added) {
            for (std::size_t n = i; n < entry.added.size(); n += threads_.size()) {
                sockets.push_back({entry.what->key, std::move(entry.added[n])});
            }
        }
        current_[i] = std::make_shared<const settings_snapshot>(make(i));
        threads_[i]->install(current_[i], std::move(sockets), [&] { installed.count_down(); });
    }
    installed.wait();
    const mutex_lock lock{mutex_};
    shown_ = current_.front()->listeners;
}

void server_of_threads::drain(std::chrono::milliseconds patience) {
    for (auto& thread : threads_) {
        thread->begin_drain();
    }
    const auto deadline = std::chrono::steady_clock::now() + patience;
    if (!std::ranges::all_of(threads_, [&](auto& thread) { return thread->join_before(deadline); })) {
        for (auto& thread : threads_) {
            thread->abort();
        }
    }
    for (auto& thread : threads_) { // all of them before one is destroyed: they use each other
        thread->join();
    }
    threads_.clear();
    for (const auto& [key, file] : files_) {
        file.remove();
    }
}

} // namespace

unsigned thread_count(const server_settings& settings) {
    return settings.threads != 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
}

result<std::unique_ptr<server>> start(const server_settings& limits, std::span<const listener_settings> listeners,
                                      const handler_factory& make_handler, std::string_view name) {
    auto made = std::make_unique<server_of_threads>(limits, name);
    auto ready = made->prepare(limits, listeners, make_handler);
    if (!ready) {
        return std::unexpected{ready.error()};
    }
    made->start();
    (*ready)->commit();
    return made;
}

} // namespace hookd::http
