// SPDX-License-Identifier: MIT
#include "cli/register/register_response.hpp"

#include <hookd/core/json_text.hpp>
#include <hookd/core/text.hpp>
#include <hookd/signature/key.hpp>

namespace hookd::cli {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t longest_quote = 400;

bool ends_word(char c) {
    return c == ' ' || c == '"' || c == '\'' || c == ',';
}

void hide(std::string& text, std::string_view what, bool whole_word) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at)) {
        auto end = at + what.size();
        while (whole_word && end < text.size() && !ends_word(text[end])) {
            ++end;
        }
        text.replace(at, end - at, "…");
    }
}

/// One line that is safe for a terminal: without C0 and C1 control characters, bounded, without secrets.
std::string quoted_line(std::string text, std::string_view api_key) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
            text.replace(i, 2, " "); // U+0080 to U+009F, which some terminals obey
        } else if (c < 0x20 || c == 0x7f) {
            text[i] = ' ';
        }
    }
    hide(text, api_key, false);
    hide(text, "whsec_", true);
    if (text.size() > longest_quote) {
        text.replace(utf8_prefix(text, longest_quote).size(), std::string::npos, " …");
    }
    return text;
}

std::string detail_of(std::string_view body, std::string_view api_key) {
    const json response = parse_json(body);
    const auto detail = response.is_object() ? response.find("detail") : response.end();
    if (detail == response.end() || detail->is_null()) {
        return "no reason given";
    }
    return quoted_line(detail->is_string() ? detail->get<std::string>() : detail->dump(), api_key);
}

std::unexpected<command_end> not_colivara(const std::string& why) {
    return fail(exit_unreachable, "--api: the server is not ColiVara: " + why);
}

command_result<registration> read_success(std::string_view body) {
    if (body.size() >= longest_registration) {
        return not_colivara("response 200 has more than 64 KiB");
    }
    json response = parse_json(body);
    if (!response.is_object()) {
        return not_colivara("response 200 is not a JSON object");
    }
    const auto found = response.find("webhook_secret");
    if (found == response.end() || !found->is_string()) {
        return not_colivara("response 200 has no webhook_secret");
    }
    auto& text = found->get_ref<std::string&>();
    registration made;
    const auto key = signature::key::parse(text);
    if (key) {
        made.webhook_secret = secret{std::string_view{text}};
        made.doubt = key->doubt();
    }
    cleanse(std::span<char>{text});
    return key ? command_result<registration>{std::move(made)}
               : not_colivara("invalid webhook_secret: " + key.error().message);
}

} // namespace

command_result<registration> read_registration(http::client_response& response, std::string_view api_key) {
    const std::string code = " (" + std::to_string(response.status) + ')';
    if (response.status == 200) {
        auto made = read_success(response.body);
        cleanse(std::span<char>{response.body});
        return made;
    }
    const std::string detail = detail_of(response.body, api_key);
    switch (response.status) {
    case 400:
        return fail(exit_no, "ColiVara rejected the registration" + code + ": " + detail +
                                 "; check --url, and that this ColiVara can send webhooks");
    case 401:
        return fail(exit_no, "ColiVara rejected the API key" + code + ": " + detail);
    case 403:
        return fail(exit_no, "the API key may not register webhooks" + code + ": " + detail);
    case 404:
    case 405:
        return fail(exit_unreachable, "--api: the server has no add_webhook at this URL" + code);
    case 408:
    case 429:
        return fail(exit_unreachable,
                    "ColiVara accepts no more requests now" + code + ": " + detail + "; try again later");
    default:
        break;
    }
    if (response.status >= 500) {
        return fail(exit_unreachable, "ColiVara has an internal error" + code + ": " + detail + "; try again later");
    }
    if (response.status >= 400) {
        return fail(exit_no, "ColiVara rejected the request" + code + ": " + detail);
    }
    if (response.status >= 300) {
        return fail(exit_unreachable,
                    "--api: the server redirects" + code +
                        ", and redirects are not followed, to protect the API key: use the URL that it redirects to");
    }
    return not_colivara("response " + std::to_string(response.status));
}

std::string_view register_advice(http::client_errc error) {
    switch (error) {
    case http::client_errc::authorities:
        return "check the file given with --cacert";
    case http::client_errc::unknown_host:
        return "check the name in --api, and this machine's DNS";
    case http::client_errc::unreachable:
    case http::client_errc::handshake_closed:
        return "check --api, the network and the firewall";
    case http::client_errc::tls:
        return "check --api, this machine's clock, and --cacert if the server uses a private CA (the API key was not "
               "sent)";
    case http::client_errc::timed_out:
    case http::client_errc::closed:
        return "register again (the webhook may already be registered, repeating it is safe)";
    case http::client_errc::no_tls:
    case http::client_errc::malformed:
        return "check the scheme and port in --api";
    }
    return {};
}

} // namespace hookd::cli
