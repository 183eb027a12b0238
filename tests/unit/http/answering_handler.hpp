// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/http/server/server.hpp>

#include <functional>
#include <optional>
#include <utility>

/// Answers every request, on the server's thread.
using answering = std::function<hookd::response(const hookd::request&)>;

struct answering_handler final : hookd::http::handler {
    explicit answering_handler(answering given) : what{std::move(given)} {}
    std::optional<hookd::response> screen(const hookd::request&) override { return std::nullopt; }
    boost::asio::awaitable<hookd::response> handle(const hookd::request& whole) override { co_return what(whole); }
    answering what;
};
