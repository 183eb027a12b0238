// SPDX-License-Identifier: MIT
#include "sinks/http/http_sink.hpp"

#include "sinks/batch.hpp"
#include "sinks/http/http_circuit.hpp"
#include "sinks/http/http_message.hpp"
#include "sinks/http/http_options.hpp"
#include "sinks/http/http_verdict.hpp"

#include <hookd/http/client/client.hpp>
#include <hookd/http/client/resolver.hpp>

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

/// Kept of a response that is not 2xx, for the operator.
constexpr std::size_t kept_of_a_body = 1024;
/// For the rest of a response after its header: beyond this, a new connection is cheaper.
constexpr std::chrono::milliseconds for_a_body{500};
/// Firewalls and proxies may drop an idle connection silently, and a request on it would be lost.
constexpr std::chrono::seconds longest_idle{30};

using clock = std::chrono::steady_clock;

struct connection {
    http::destination_ptr to;
    http::client client;
    clock::time_point used{};
};

/// The idle connections. The last one used is taken first, so that those in excess grow old and are closed by the
/// server.
class idle_connections {
public:
    std::optional<connection> take(const http::destination_ptr& to) {
        const auto oldest = clock::now() - longest_idle;
        std::erase_if(idle_, [&](const connection& each) { return each.to != to || each.used < oldest; });
        if (idle_.empty()) {
            return std::nullopt;
        }
        std::optional<connection> last{std::move(idle_.back())};
        idle_.pop_back();
        return last;
    }
    void keep(connection what) {
        what.client.release();
        what.used = clock::now();
        idle_.push_back(std::move(what));
    }

private:
    std::vector<connection> idle_;
};

class http_sink final : public sink {
public:
    http_sink(std::shared_ptr<const http_options> options, std::chrono::milliseconds timeout, asio::io_context& worker)
        : options_(std::move(options)), worker_(worker),
          limits_{.connect = std::min(options_->connect_timeout, timeout),
                  .whole = timeout,
                  // A server may repeat in its response what was sent.
                  .keep_body = options_->headers.empty() ? kept_of_a_body : 0,
                  .body = for_a_body},
          finder_(worker, options_->where, {.ca_file = options_->ca.file}) {}

    asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) override {
        return singly(std::move(batch), [this](const delivery& each) { return post(each.what); });
    }

    std::size_t batch_limit() const override { return 1; }

private:
    asio::awaitable<outcome> post(event_ptr what);
    asio::awaitable<outcome> try_to_post(event_ptr what);
    asio::awaitable<http::client_result<http::client_response>> exchange(http_message message);
    outcome with_place(outcome judged) const;

    std::shared_ptr<const http_options> options_;
    asio::io_context& worker_;
    http::client_limits limits_;
    http::resolver finder_;
    idle_connections idle_;
    http_circuit circuit_;
    std::string last_failure_;
};

asio::awaitable<outcome> http_sink::post(event_ptr what) {
    if (const auto pause = circuit_.pause(clock::now()); pause > std::chrono::milliseconds{0}) {
        co_return outcome{verdict::unavailable, pause,
                          fmt::format("the last {} events failed, pausing: {}", circuit_.failing(), last_failure_)};
    }
    auto judged = co_await try_to_post(what);
    switch (judged.what) {
    case verdict::delivered:
    case verdict::reject:
        circuit_.worked();
        break;
    case verdict::retry:
        circuit_.failed(what->sequence, judged.retry_after, clock::now());
        last_failure_ = judged.detail;
        break;
    case verdict::unavailable:
        break;
    }
    co_return judged;
}

asio::awaitable<outcome> http_sink::try_to_post(event_ptr what) {
    auto message = compose(*options_, *what);
    if (!message) {
        co_return outcome{verdict::reject, {}, std::string{unsendable}};
    }
    const auto response = co_await exchange(std::move(*message));
    if (response) {
        co_return with_place(judge(*response, options_->reject, system_now()));
    }
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
        co_return outcome{verdict::unavailable, {}, "stopped before the response arrived"};
    }
    co_return with_place(judge(response.error()));
}

/// A connection with an error is not kept; nor is a cancelled one.
asio::awaitable<http::client_result<http::client_response>> http_sink::exchange(http_message message) {
    const auto where = co_await finder_.find(clock::now() + limits_.connect);
    if (!where) {
        co_return std::unexpected{where.error()};
    }
    auto kept = idle_.take(*where);
    auto used = kept ? std::move(*kept) : connection{.to = *where, .client = http::client{worker_, *where, limits_}};
    auto response = co_await used.client.request("POST", options_->where.target, message.fields, message.body);
    if (response) {
        idle_.keep(std::move(used));
    } else if (judge(response.error()).what == verdict::unavailable) {
        finder_.forget(*where);
    }
    co_return response;
}

/// Without the path, which is a secret for some services.
outcome http_sink::with_place(outcome judged) const {
    if (judged.what != verdict::delivered) {
        judged.detail = options_->where.authority() + ": " + judged.detail;
    }
    return judged;
}

} // namespace

std::unique_ptr<sink> build_http_sink(const sink_settings& settings, asio::io_context& worker) {
    return std::make_unique<http_sink>(std::static_pointer_cast<const http_options>(settings.options), settings.timeout,
                                       worker);
}

} // namespace hookd::sinks
