// SPDX-License-Identifier: MIT
#include "cli/register/register_call.hpp"

#include "cli/register/register_response.hpp"

#include <hookd/core/http_message.hpp>
#include <hookd/core/json_text.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <exception>
#include <span>
#include <utility>

namespace hookd::cli {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds longest_connecting{10'000};

} // namespace

register_call_end call_add_webhook(const http::destination_ptr& where, const std::string& target,
                                   const std::string& url, const secret& api_key, std::chrono::milliseconds timeout) {
    asio::io_context context{1};
    register_call_end end{.response = std::unexpected{http::client_error{}}};
    asio::signal_set interrupt{context, SIGINT, SIGTERM, SIGHUP};
    interrupt.async_wait([&](const boost::system::error_code& ec, int number) {
        if (!ec) {
            end.signal = number;
            context.stop();
        }
    });
    http::client server{
        context,
        where,
        {.connect = std::min(longest_connecting, timeout), .whole = timeout, .keep_body = longest_registration}};
    const std::string body = json_line({{"url", url}});
    std::string bearer = "Bearer " + std::string{api_key.text()};
    const std::array fields{header_field{"Authorization", bearer}, header_field{"Content-Type", "application/json"},
                            header_field{"Accept", "application/json"},
                            header_field{"User-Agent", "colivara-hookd/" HOOKD_VERSION}};
    asio::co_spawn(context, server.request("POST", target, fields, body),
                   [&](const std::exception_ptr& thrown, http::client_result<http::client_response> got) {
                       if (thrown) {
                           std::rethrow_exception(thrown);
                       }
                       end.response = std::move(got);
                       context.stop(); // the connection's timer and the signals would keep it running
                   });
    context.run();
    cleanse(std::span<char>{bearer});
    return end;
}

} // namespace hookd::cli
