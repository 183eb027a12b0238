// SPDX-License-Identifier: MIT
#include "admin/openapi.hpp"

#include "admin/openapi_schemas.hpp"
#include "admin/responses.hpp"
#include "admin/routes.hpp"

#include <hookd/core/json_text.hpp>

#include <algorithm>
#include <cctype>
#include <string>

namespace hookd::admin {

namespace {

using json = nlohmann::ordered_json;

json parameter(std::string_view name, std::string_view in) {
    return {{"name", name}, {"in", in}, {"required", in == "path"}, {"schema", {{"type", "string"}}}};
}

json parameters_json(const route& of) {
    auto all = json::array();
    auto rest = of.pattern;
    for (auto begin = rest.find('{'); begin != std::string_view::npos; begin = rest.find('{')) {
        rest.remove_prefix(begin + 1);
        all.push_back(parameter(rest.substr(0, rest.find('}')), "path"));
    }
    if (of.takes) {
        for (const auto key : parameters_of(*of.takes)) {
            all.push_back(parameter(key, "query"));
        }
    }
    return all;
}

json operation_json(const route& of) {
    json schema{{"type", "string"}};
    if (!of.answer.schema.empty()) {
        schema = {{"$ref", "#/components/schemas/" + std::string{of.answer.schema}}};
    }
    json operation{
        {"summary", of.help},
        {"description", of.by == access::anyone ? "For anyone." : "Only on the Unix socket."},
        {"responses",
         {{"200", {{"description", of.help}, {"content", {{of.answer.type, {{"schema", std::move(schema)}}}}}}},
          {"default", {{"$ref", "#/components/responses/Error"}}}}}};
    if (auto parameters = parameters_json(of); !parameters.empty()) {
        operation["parameters"] = std::move(parameters);
    }
    return operation;
}

} // namespace

boost::asio::awaitable<response> show_openapi(const daemon_context& of, const routed_request&) {
    auto paths = json::object();
    for (const auto& each : routes()) {
        std::string method{each.method};
        std::ranges::transform(method, method.begin(), [](unsigned char letter) { return std::tolower(letter); });
        paths[std::string{each.pattern}][method] = operation_json(each);
    }
    const json error{{"description", "An error; plain text for the routes that anyone may use."},
                     {"content", {{"application/json", {{"schema", {{"$ref", "#/components/schemas/Error"}}}}}}}};
    co_return with_body(
        200, json_line({{"openapi", "3.1.0"},
                        {"info",
                         {{"title", "colivara-hookd admin API"},
                          {"version", of.daemon.version},
                          {"license", {{"name", "MIT"}, {"identifier", "MIT"}}}}},
                        {"servers", json::array({{{"url", "http://localhost"}, {"description", "admin.socket"}}})},
                        {"paths", std::move(paths)},
                        {"components", {{"responses", {{"Error", error}}}, {"schemas", parse_json(schemas)}}}}) +
                 '\n');
}

} // namespace hookd::admin
