#include "http/io_thread.hpp"
#include "http/listening_socket.hpp"

#include <hookd/http/server.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

namespace hookd::http {

namespace {

/// Descriptors that the rest of the process needs: journal, sinks, their children's pipes, logs.
constexpr rlim_t other_descriptors = 256;

void raise_descriptor_limit(unsigned max_connections) {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    const rlim_t wanted = max_connections + other_descriptors;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = std::min(wanted, limit.rlim_max);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur < wanted) {
        spdlog::warn("server.max_connections is {}, but the process may open only {} files; raise LimitNOFILE to {}",
                     max_connections, limit.rlim_cur, wanted);
    }
}

class server_of_threads final : public server {
public:
    explicit server_of_threads(const server_settings& settings) : state_{settings} {}

    server_of_threads(const server_of_threads&) = delete;
    server_of_threads& operator=(const server_of_threads&) = delete;
    ~server_of_threads() override {
        if (!threads_.empty()) {
            drain(std::chrono::milliseconds{0});
        }
    }

    result<void> open(std::span<const listener_settings> settings, const handler_factory& make_handler) {
        const unsigned count =
            state_.settings.threads != 0 ? state_.settings.threads : std::max(1U, std::thread::hardware_concurrency());
        for (unsigned i = 0; i < count; ++i) {
            threads_.push_back(std::make_unique<io_thread>(state_, make_handler()));
        }
        for (const auto& one : settings) {
            if (auto opened = open_listener(one); !opened) {
                return opened;
            }
        }
        return {};
    }

    void start(std::string_view name) {
        for (auto& thread : threads_) {
            thread->start();
        }
        for (const auto& one : listeners_) {
            spdlog::info("{} on {} ({})", name, one->bound, one->tls ? "HTTPS" : "HTTP");
        }
    }

    void drain(std::chrono::milliseconds patience) override {
        for (auto& thread : threads_) {
            thread->begin_drain();
        }
        std::mutex mutex;
        std::condition_variable changed;
        bool ended = false;
        std::thread impatience{[&] {
            std::unique_lock lock{mutex};
            if (!changed.wait_for(lock, patience, [&] { return ended; })) {
                for (auto& thread : threads_) {
                    thread->cut();
                }
            }
        }};
        for (auto& thread : threads_) {
            thread->join();
        }
        {
            const std::lock_guard lock{mutex};
            ended = true;
        }
        changed.notify_one();
        impatience.join();
        threads_.clear();
        for (const auto& path : unlink_on_end_) {
            unlink(path.c_str());
        }
    }

    const server_figures& figures() const override { return state_.figures; }

    std::vector<listener_state> listeners() const override {
        std::vector<listener_state> states;
        for (const auto& one : listeners_) {
            states.push_back({.address = one->bound,
                              .tls = one->tls != nullptr,
                              .certificate_expiry = one->tls ? certificate_expiry(one->tls.get()) : std::nullopt});
        }
        return states;
    }

private:
    result<void> open_listener(const listener_settings& settings) {
        auto one = std::make_unique<listener>(listener{settings, nullptr, {}});
        if (settings.tls) {
            auto context = make_tls_context(*settings.tls);
            if (!context) {
                return std::unexpected{context.error()};
            }
            one->tls = std::move(*context);
        }
        auto sockets = open_listening_sockets(settings.address, static_cast<unsigned>(threads_.size()));
        if (!sockets) {
            return std::unexpected{sockets.error()};
        }
        one->bound = sockets->bound;
        for (std::size_t i = 0; i < threads_.size(); ++i) {
            threads_[i]->listen_on(*one, sockets->descriptors[i]);
        }
        if (!sockets->unlink_on_end.empty()) {
            unlink_on_end_.push_back(sockets->unlink_on_end);
        }
        listeners_.push_back(std::move(one));
        return {};
    }

    server_state state_;
    std::vector<std::unique_ptr<listener>> listeners_;
    std::vector<std::string> unlink_on_end_;
    std::vector<std::unique_ptr<io_thread>> threads_;
};

} // namespace

result<std::unique_ptr<server>> start(const server_settings& limits, std::span<const listener_settings> listeners,
                                      const handler_factory& make_handler, std::string_view name) {
    raise_descriptor_limit(limits.max_connections);
    auto made = std::make_unique<server_of_threads>(limits);
    if (auto opened = made->open(listeners, make_handler); !opened) {
        return std::unexpected{opened.error()};
    }
    made->start(name);
    return made;
}

} // namespace hookd::http
