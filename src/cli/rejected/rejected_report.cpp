// SPDX-License-Identifier: MIT
#include "cli/rejected/rejected_report.hpp"

#include "cli/json_member.hpp"
#include "cli/terminal_text.hpp"
#include "cli/time_argument.hpp"

#include <hookd/core/base64.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <iterator>
#include <span>
#include <string_view>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t id_columns = 6;
constexpr std::size_t reason_columns = 16;
constexpr std::size_t client_columns = 15;
constexpr std::size_t label_columns = 12;

/// `POST /webhooks/colivara`; `-` if the header was not understood.
std::string request_line(const json& request) {
    const auto method = text_member(request, "method");
    return method.empty() ? "-" : method + ' ' + text_member(request, "path");
}

/// Calls `use(name, value)` for each kept header.
template <class Use>
void for_each_signature_header(const json& request, Use use) {
    const auto headers = request.find("signature_headers");
    if (headers == request.end() || !headers->is_array()) {
        return;
    }
    for (const auto& each : *headers) {
        if (each.is_object()) {
            use(text_member(each, "name"), text_member(each, "value"));
        }
    }
}

/// Whether it can be a part of a captured request without changing its lines.
bool is_one_word(std::string_view text) {
    return !text.empty() && text.find_first_of(" \t\r\n") == std::string_view::npos;
}

std::optional<std::string> body_of(const json& request) {
    const auto encoded = request.find("body_base64");
    if (encoded == request.end() || !encoded->is_string()) {
        return std::nullopt;
    }
    const auto& text = encoded->get_ref<const std::string&>();
    std::string body(base64::decoded_size(text).value_or(0), '\0');
    return base64::decode(text, std::as_writable_bytes(std::span{body})) ? std::optional{body} : std::nullopt;
}

} // namespace

std::string rejected_list_head() {
    return fmt::format("{:>{}}  {:<{}}  status  {:<{}}  {:<{}}  request\n", "id", id_columns, "time", moment_columns,
                       "reason", reason_columns, "client", client_columns);
}

std::string rejected_list_line(const json& request, bool utc, std::size_t columns) {
    const auto line =
        fmt::format("{:>{}}  {}  {:<6}  {}  {}  {}", number_member(request, "id"), id_columns,
                    padded(time_text(text_member(request, "time"), utc), moment_columns),
                    number_member(request, "status"), padded(escaped(text_member(request, "reason")), reason_columns),
                    padded(escaped(text_member(request, "client")), client_columns), escaped(request_line(request)));
    return escaped(line, columns) + '\n';
}

std::string rejected_story_text(const json& request, bool utc) {
    std::string shown;
    const auto add = [&](std::string_view label, std::string_view value) {
        fmt::format_to(std::back_inserter(shown), "{:<{}}{}\n", label, label_columns, escaped(value));
    };
    const auto detail = text_member(request, "detail");
    add("request", request_line(request));
    add("time", time_text(text_member(request, "time"), utc));
    add("client", text_member(request, "client"));
    add("answer", fmt::format("{} {}", number_member(request, "status"), text_member(request, "reason")));
    if (!detail.empty()) {
        add("", detail);
    }
    if (const auto endpoint = text_member(request, "endpoint"); !endpoint.empty()) {
        add("endpoint", endpoint);
    }
    add("size", fmt::format("header {} bytes, body {} bytes", number_member(request, "header_bytes"),
                            number_member(request, "body_bytes")));
    std::string names;
    if (const auto all = request.find("header_names"); all != request.end() && all->is_array()) {
        for (const auto& each : *all) {
            names += (names.empty() ? "" : ", ") + (each.is_string() ? each.get<std::string>() : "");
        }
    }
    add("headers", names.empty() ? "-" : names);
    for_each_signature_header(request,
                              [&](const std::string& name, const std::string& value) { add("", name + ": " + value); });
    add("body", flag_member(request, "body_kept", false)
                    ? "kept: 'rejected export' writes it, and 'verify --request' explains its signature"
                    : "not kept");
    return shown;
}

std::optional<std::string> captured_request(const json& request) {
    const auto body = body_of(request);
    if (!body && text_member(request, "reason") == "wrong_signature") {
        return std::nullopt;
    }
    const auto method = text_member(request, "method");
    const auto path = text_member(request, "path");
    std::string captured =
        (is_one_word(method) ? method : "POST") + ' ' + (is_one_word(path) ? path : "/") + " HTTP/1.1\r\n";
    for_each_signature_header(request, [&](const std::string& name, const std::string& value) {
        if (is_one_word(name) && value.find_first_of("\r\n") == std::string::npos) {
            captured.append(name).append(": ").append(value).append("\r\n");
        }
    });
    if (body) {
        captured += "Content-Length: " + std::to_string(body->size()) + "\r\n";
    }
    return captured + "\r\n" + body.value_or("");
}

} // namespace hookd::cli
