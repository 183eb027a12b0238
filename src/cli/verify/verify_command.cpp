// SPDX-License-Identifier: MIT
#include "cli/verify/verify_command.hpp"

#include "cli/command_end.hpp"
#include "cli/command_input.hpp"
#include "cli/options.hpp"
#include "cli/terminal_text.hpp"
#include "cli/wrap_text.hpp"

#include <hookd/core/http_message.hpp>
#include <hookd/core/text.hpp>
#include <hookd/core/time.hpp>
#include <hookd/signature/explain.hpp>
#include <hookd/signature/key.hpp>
#include <hookd/signature/verifier.hpp>

#include <CLI/CLI.hpp>

#include <cerrno>
#include <charconv>
#include <iostream>
#include <memory>
#include <ostream>
#include <string_view>
#include <unistd.h>

namespace hookd::cli {

namespace {

constexpr std::chrono::seconds tolerance{300};

struct message {
    std::vector<header_field> fields;
    std::string_view body;
};

/// The text up to the next line feed, without CR LF or LF; removes the line from `rest`.
std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

/// `name: value`; empty for a folded line or anything else without a valid name.
std::optional<header_field> parse_field(std::string_view line) {
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    if (colon == std::string_view::npos || name.empty() || name.find_first_of(" \t") != std::string_view::npos) {
        return std::nullopt;
    }
    return header_field{name, trimmed(line.substr(colon + 1))};
}

command_result<std::vector<signature::key>> read_keys(const std::string& path) {
    const auto text = read_secret(path, "the secret file");
    if (!text) {
        return std::unexpected{text.error()};
    }
    std::vector<signature::key> keys;
    std::string_view rest = text->text();
    while (!rest.empty()) {
        const std::string_view line = trimmed(take_line(rest));
        if (line.empty()) {
            continue;
        }
        auto key = signature::key::parse(line);
        if (!key) {
            return fail(exit_config, path + ": number " + std::to_string(keys.size() + 1) + ": " + key.error().message);
        }
        keys.push_back(std::move(*key));
    }
    return keys;
}

/// A capture that an editor has saved may have an extra line break: Content-Length decides where the body ends.
command_result<std::string_view> body_of(std::string_view rest, std::span<const header_field> fields,
                                         const std::string& path) {
    for (const header_field& field : fields) {
        if (same_field_name(field.name, "transfer-encoding")) {
            return fail(exit_usage, path + " has a Transfer-Encoding, so its body is not what was signed: capture the "
                                           "request after it is decoded");
        }
        if (!same_field_name(field.name, "content-length")) {
            continue;
        }
        std::size_t length = 0;
        const char* const end = field.value.end();
        const auto parsed = std::from_chars(field.value.begin(), end, length);
        if (parsed.ec != std::errc{} || parsed.ptr != end) {
            return fail(exit_usage, path + ": Content-Length is not a number");
        }
        if (length > rest.size()) {
            return fail(exit_usage, path + " has " + std::to_string(rest.size()) +
                                        " bytes of body, but its Content-Length is " + std::to_string(length) +
                                        ": capture the whole request");
        }
        return rest.substr(0, length);
    }
    return rest;
}

/// Views into `text`.
command_result<message> parse_request(std::string_view text, const std::string& path) {
    const std::string_view first = take_line(text);
    if (!first.contains(" HTTP/")) {
        return fail(exit_usage, path + " is not a captured HTTP request: its first line is not a request line");
    }
    message parsed;
    for (std::string_view line = take_line(text); !line.empty(); line = take_line(text)) {
        const auto field = parse_field(line);
        if (!field) {
            return fail(exit_usage,
                        path + ": line " + std::to_string(parsed.fields.size() + 2) + ": expected name: value");
        }
        parsed.fields.push_back(*field);
    }
    const auto body = body_of(text, parsed.fields, path);
    if (!body) {
        return std::unexpected(body.error());
    }
    parsed.body = *body;
    return parsed;
}

/// `source` is filled and must outlive the message.
command_result<message> read_message(const verify_arguments& arguments, std::string& source) {
    if (arguments.request_file && arguments.body) {
        return fail(exit_usage, "--request and a body exclude each other: a captured request contains its body");
    }
    auto text = read_input(arguments.request_file.value_or(arguments.body.value_or("-")));
    if (!text) {
        return std::unexpected(std::move(text).error());
    }
    source = std::move(*text);
    auto given = arguments.request_file ? parse_request(source, *arguments.request_file)
                                        : command_result<message>(message{.fields = {}, .body = source});
    if (!given) {
        return given;
    }
    for (const std::string& header : arguments.headers) {
        const auto field = parse_field(header);
        if (!field) {
            return fail(exit_usage, "--header: expected 'name: value', not '" + header + "'");
        }
        given->fields.push_back(*field);
    }
    return given;
}

unix_seconds now_of(const verify_arguments& arguments) {
    return arguments.at ? unix_seconds{std::chrono::seconds{*arguments.at}}
                        : std::chrono::floor<std::chrono::seconds>(system_now());
}

signature::verdict judge(const verify_arguments& arguments, std::span<const signature::key> keys, const message& given,
                         std::vector<std::string>& findings) {
    const auto allowed = arguments.ignore_time ? signature::any_time : tolerance;
    if (!arguments.explain) {
        return signature::verifier(keys, allowed).verify(given.fields, given.body, now_of(arguments)).what;
    }
    auto found = signature::explain(keys, given.fields, given.body, now_of(arguments), allowed);
    findings = std::move(found.findings);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i].looks_encoded_twice()) {
            findings.push_back("Secret " + std::to_string(i + 1) + " looks base64-encoded twice: decode it once.");
        }
        if (const auto doubt = keys[i].doubt(); !doubt.empty()) {
            findings.push_back("Secret " + std::to_string(i + 1) + ": " + std::string(doubt) +
                               ": replace it with a longer one.");
        }
    }
    return found.what;
}

} // namespace

int run_verify(const verify_arguments& arguments, std::ostream& out, std::ostream& err) {
    std::string source;
    const auto keys = read_keys(arguments.secret_file);
    const auto given = keys ? read_message(arguments, source) : command_result<message>(std::unexpected(keys.error()));
    if (!given) {
        return end(given.error(), err);
    }
    std::vector<std::string> findings;
    const auto verdict = judge(arguments, *keys, *given, findings);
    const bool authentic = verdict == signature::verdict::authentic;
    out << (authentic ? "valid" : "not valid: ") << (authentic ? std::string_view{} : to_text(verdict)) << '\n';
    for (const std::string& finding : findings) {
        out << wrapped(finding, arguments.width);
    }
    out.flush();
    return authentic ? exit_done : exit_no;
}

void add_verify(CLI::App& line, command_choice& choice) {
    auto* const command =
        line.add_subcommand("verify", "Verify the signature of a message: exit 0 if it is valid, 1 if not");
    auto given = std::make_shared<verify_arguments>();
    command->add_option("--secret-file", given->secret_file, "File with one or more secrets, one per line")
        ->type_name(file_name)
        ->required();
    command->add_option("--header", given->headers, "A header of the message: 'svix-id: msg_…' (repeatable)")
        ->allow_extra_args(false);
    command
        ->add_option("--request", given->request_file,
                     "File with the whole captured HTTP request, for example from 'rejected export'")
        ->type_name(file_name);
    command->add_option("body", given->body, "File with the body (default and -: standard input)")
        ->type_name(file_name);
    command->add_option("--at", given->at, "Check the timestamp against this Unix time instead of now");
    command->add_flag("--ignore-time", given->ignore_time, "Do not check the timestamp");
    command->add_flag("--explain", given->explain, "Explain the result and what to do");
    command->footer("Example:\n  colivara-hookd verify --secret-file secret --request captured.http --explain");
    command->callback([&choice, given] {
        given->width = terminal_width(STDOUT_FILENO);
        choice.run = [given] { return run_verify(*given, std::cout, std::cerr); };
    });
}

} // namespace hookd::cli
