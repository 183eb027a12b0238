// SPDX-License-Identifier: MIT
#pragma once

#include <string_view>

/// What is fuzzed. Each takes any bytes at all, and ends the process (see require.hpp) when a promise does not hold for
/// them; what else can go wrong the sanitizers find. None keeps anything from one call to the next that could change
/// the outcome.
namespace hookd::fuzz {

void request(std::string_view bytes);       ///< A connection's bytes, whole and cut: head, policy, body, framing.
void response(std::string_view bytes);      ///< What a server answers the HTTP client, whole and cut.
void proxy_header(std::string_view bytes);  ///< PROXY headers of both versions, whole and growing.
void signature(std::string_view bytes);     ///< Signature headers and bodies, forged and authentic; keys' texts.
void explanation(std::string_view bytes);   ///< `verify`: what it finds and what it tries to undo.
void configuration(std::string_view bytes); ///< TOML and JSON.
void event(std::string_view bytes);         ///< A body, by both parsers, and the event in every sink's form.
void texts(std::string_view bytes);         ///< Times, sizes, addresses, URLs, targets, patterns, base64.
void journal(std::string_view bytes);       ///< Rows as any file may hold them, and filters of any kind.

} // namespace hookd::fuzz
