// SPDX-License-Identifier: MIT
#include "http/server/ready_listener.hpp"

#include <algorithm>
#include <iterator>

namespace hookd::http {

namespace {

std::string key_of(const listener_settings& settings, std::span<const ready_listener> before) {
    const auto same =
        std::ranges::count_if(before, [&](const auto& one) { return one.what->settings.address == settings.address; });
    return settings.address + '#' + std::to_string(same);
}

} // namespace

result<ready_listener> make_ready(const listener_settings& settings, std::span<const ready_listener> before,
                                  std::span<const listener_ptr> now, unsigned threads) {
    ready_listener made;
    listener what{.settings = settings, .tls = nullptr, .bound = {}, .key = key_of(settings, before)};
    if (settings.tls) {
        made.watch.emplace(*settings.tls);
        auto context = make_tls_context(*settings.tls);
        if (!context) {
            return std::unexpected{context.error()};
        }
        what.tls = std::move(*context);
    }
    const auto there = std::ranges::find(now, what.key, &listener::key);
    if (there != now.end()) {
        what.bound = (*there)->bound;
    } else {
        std::vector<std::string> own;
        std::ranges::transform(now, std::back_inserter(own), &listener::bound);
        auto sockets = open_listening_sockets(settings.address, threads, own);
        if (!sockets) {
            return std::unexpected{sockets.error()};
        }
        what.bound = sockets->bound;
        made.added = std::move(sockets->descriptors);
        made.file = std::move(sockets->file);
    }
    made.what = std::make_shared<const listener>(std::move(what));
    return made;
}

} // namespace hookd::http
