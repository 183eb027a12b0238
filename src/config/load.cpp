// SPDX-License-Identifier: MIT
#include "config/document.hpp"
#include "config/effective.hpp"
#include "config/files.hpp"
#include "config/read_settings.hpp"
#include "config/reading.hpp"

#include <hookd/config/load.hpp>

namespace hookd::config {

namespace {

loaded told(const diagnostics& found) {
    loaded outcome;
    outcome.errors = found.errors();
    outcome.warnings = found.warnings();
    return outcome;
}

syntax syntax_of(const std::string& path) {
    return path.ends_with(".json") ? syntax::json : syntax::toml;
}

loaded read_document(std::string_view text, syntax in, const std::string& name, const checks& lent,
                     bool open_to_others) {
    diagnostics found{name};
    const auto root = parse_document(text, in, found);
    if (!root) {
        return told(found);
    }
    effective_values shown;
    reading shared{found, shown, open_to_others, {{name, "the configuration"}}};
    settings values = read_settings(table{shared, *root}, lent);
    loaded outcome = told(found);
    if (found.ok()) {
        outcome.values = std::make_shared<const settings>(std::move(values));
        outcome.effective = shown.text();
    }
    return outcome;
}

/// What `read` returns of the document. Nothing else of it is checked.
template <class Part, class Read>
result<Part> read_part(const std::string& path, Read read) {
    diagnostics found{path};
    Part part;
    auto file = read_configuration_file(path, largest_document);
    if (!file) {
        found.error({}, "", file.error().message);
    } else if (const auto root = parse_document(file->text, syntax_of(path), found)) {
        effective_values shown;
        reading shared{found, shown, false};
        table keys{shared, *root};
        part = read(keys);
    }
    if (file) {
        cleanse(std::span<char>{file->text});
    }
    if (found.ok()) {
        return part;
    }
    error all;
    for (const auto& error : found.errors()) {
        all.message += all.message.empty() ? error : '\n' + error;
    }
    return std::unexpected{std::move(all)};
}

} // namespace

loaded load_text(std::string_view text, syntax in, const std::string& name, const checks& lent) {
    return read_document(text, in, name, lent, false);
}

loaded load(const std::string& path, const checks& lent) {
    auto file = read_configuration_file(path, largest_document);
    if (!file) {
        diagnostics found{path};
        found.error({}, "", file.error().message);
        return told(found);
    }
    loaded outcome = read_document(file->text, syntax_of(path), path, lent, file->open_to_others);
    cleanse(std::span<char>{file->text});
    return outcome;
}

result<std::string> read_admin_socket(const std::string& path) {
    return read_part<std::string>(
        path, [](table& root) { return root.sub("admin").text("socket", admin_settings{}.socket); });
}

result<std::vector<std::string>> read_endpoint_paths(const std::string& path) {
    return read_part<std::vector<std::string>>(path, [](table& root) {
        std::vector<std::string> paths;
        for (table& endpoint : root.tables("endpoint")) {
            paths.push_back(endpoint.required_text("path"));
        }
        return paths;
    });
}

} // namespace hookd::config
