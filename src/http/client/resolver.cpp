// SPDX-License-Identifier: MIT
#include <hookd/core/detached_thread_guard.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/http/client/resolver.hpp>
#include <hookd/http/transport/use_tuple.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <openssl/crypto.h>

#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace hookd::http {

namespace asio = boost::asio;

/// Shared by the resolver and its lookup thread. The thread uses the io_context only under the mutex and while the
/// resolver exists.
struct resolver::lookup {
    explicit lookup(asio::io_context& owner) : context{&owner} {}

    hookd::mutex mutex;
    asio::io_context* context HOOKD_GUARDED_BY(mutex); // null: the resolver is destroyed

    // Only for the thread of the io_context:
    std::optional<client_result<destination_ptr>> response;
    std::vector<asio::steady_timer*> waiting;

    static void run(const std::shared_ptr<lookup>& own, const url& where, const client_trust& trust);
    void answered(client_result<destination_ptr> what);
};

void resolver::lookup::run(const std::shared_ptr<lookup>& own, const url& where, const client_trust& trust) {
    auto found = find_destination(where, trust);
    const mutex_lock lock{own->mutex};
    if (own->context != nullptr) {
        asio::post(*own->context, [own, found = std::move(found)]() mutable { own->answered(std::move(found)); });
    }
}

void resolver::lookup::answered(client_result<destination_ptr> what) {
    response = std::move(what);
    for (auto* const each : waiting) {
        each->cancel();
    }
}

namespace {

/// A coroutine's timer in the list of waiters, as long as it waits.
class waiter {
public:
    waiter(std::vector<asio::steady_timer*>& among, asio::steady_timer& timer) : among_{among}, timer_{timer} {
        among_.push_back(&timer_);
    }
    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;
    ~waiter() { std::erase(among_, &timer_); }

private:
    std::vector<asio::steady_timer*>& among_;
    asio::steady_timer& timer_;
};

} // namespace

resolver::resolver(asio::io_context& context, url where, client_trust trust)
    : context_{context}, where_{std::move(where)}, trust_{std::move(trust)} {}

resolver::~resolver() {
    if (under_way_ != nullptr) {
        const mutex_lock lock{under_way_->mutex};
        under_way_->context = nullptr;
    }
}

bool resolver::begin() {
    under_way_ = std::make_shared<lookup>(context_);
    try {
        std::thread{[stray = std::make_unique<detached_thread_guard>(), own = under_way_, where = where_,
                     trust = trust_] {
            lookup::run(own, where, trust);
            OPENSSL_thread_stop(); // while it still counts as detached
        }}.detach();
    } catch (const std::system_error&) { // no thread available
        under_way_.reset();
        return false;
    }
    return true;
}

asio::awaitable<client_result<destination_ptr>> resolver::find(clock::time_point latest) {
    if (found_ != nullptr) {
        co_return found_;
    }
    if (under_way_ == nullptr && !begin()) {
        co_return std::unexpected{
            client_error{client_errc::unknown_host, "no thread available to look up " + where_.host}};
    }
    const auto own = under_way_;
    if (!own->response && clock::now() < latest) {
        asio::steady_timer timer{context_, latest};
        const waiter listed{own->waiting, timer};
        (void)co_await timer.async_wait(use_tuple);
    }
    const auto& response = own->response;
    if (!response) {
        co_return std::unexpected{client_error{client_errc::unknown_host, where_.host + ": no address in time"}};
    }
    if (under_way_ == own) { // the first to see the result
        under_way_.reset();
        found_ = response->value_or(nullptr);
    }
    co_return *response;
}

void resolver::forget(const destination_ptr& where) {
    if (found_ == where) {
        found_.reset();
    }
}

} // namespace hookd::http
