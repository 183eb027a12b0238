// SPDX-License-Identifier: MIT
#include "app/register_response.hpp"

#include <hookd/core/json_text.hpp>
#include <hookd/core/text.hpp>
#include <hookd/signature/key.hpp>

namespace hookd::app {

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

/// One line that a terminal shows as text: without C0 and C1 control characters, bounded, without secrets.
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
        return "it gives no reason";
    }
    return quoted_line(detail->is_string() ? detail->get<std::string>() : detail->dump(), api_key);
}

std::unexpected<command_end> not_colivara(const std::string& why) {
    return fail(exit_unreachable, "Check --api: what answers there is not ColiVara's add_webhook: " + why);
}

command_result<registration> read_success(std::string_view body) {
    if (body.size() >= longest_registration) {
        return not_colivara("it answers 200 with more than 64 KiB");
    }
    json response = parse_json(body);
    if (!response.is_object()) {
        return not_colivara("it answers 200 without a JSON object");
    }
    const auto found = response.find("webhook_secret");
    if (found == response.end() || !found->is_string()) {
        return not_colivara("it answers 200 without a webhook_secret");
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
               : not_colivara("the webhook_secret in its answer is of no use: " + key.error().message);
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
        return fail(exit_no, "Check --url, and that this ColiVara can send webhooks: it refused to register" + code +
                                 ": " + detail);
    case 401:
        return fail(exit_no, "Check the API key: ColiVara does not accept it" + code + ": " + detail);
    case 403:
        return fail(exit_no, "Use an API key that may register webhooks: this one may not" + code + ": " + detail);
    case 404:
    case 405:
        return fail(exit_unreachable, "Check --api: the server has no add_webhook there" + code);
    case 408:
    case 429:
        return fail(exit_unreachable, "Try again later: ColiVara takes no more requests now" + code + ": " + detail);
    default:
        break;
    }
    if (response.status >= 500) {
        return fail(exit_unreachable, "Try again later: ColiVara is in trouble" + code + ": " + detail);
    }
    if (response.status >= 400) {
        return fail(exit_no, "Mend what ColiVara refused" + code + ": " + detail);
    }
    if (response.status >= 300) {
        return fail(exit_unreachable, "Give --api the address that the server redirects to" + code +
                                          ": redirects are not followed, since the API key would go along");
    }
    return not_colivara("it answers " + std::to_string(response.status));
}

std::string_view register_advice(http::client_errc error) {
    switch (error) {
    case http::client_errc::authorities:
        return "Check the file of --cacert";
    case http::client_errc::unknown_host:
        return "Check the name in --api, and this machine's DNS";
    case http::client_errc::unreachable:
    case http::client_errc::handshake_closed:
        return "Check --api, the network and the firewall";
    case http::client_errc::tls:
        return "Check --api, this machine's clock, and --cacert if the server has an authority of its own (the API key "
               "was not sent)";
    case http::client_errc::timed_out:
    case http::client_errc::closed:
        return "Register again (it may have been done, and twice does no harm)";
    case http::client_errc::no_tls:
    case http::client_errc::malformed:
        return "Check the scheme and port in --api";
    }
    return {};
}

} // namespace hookd::app
