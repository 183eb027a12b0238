// SPDX-License-Identifier: MIT
#include "config/document.hpp"
#include "config/effective.hpp"
#include "config/files.hpp"
#include "config/reading.hpp"

#include <hookd/config/load.hpp>

namespace hookd::config {

namespace {

outcome told(const diagnostics& found) {
    outcome result;
    result.errors = found.errors();
    result.warnings = found.warnings();
    return result;
}

outcome read_document(std::string_view text, syntax in, const std::string& name, const read_root& read,
                      const options& how, bool open_to_others) {
    diagnostics found{name};
    const auto root = parse_document(text, in, found);
    if (!root) {
        return told(found);
    }
    effective_values shown;
    reading shared{.found = found,
                   .shown = shown,
                   .open_to_others = open_to_others,
                   .files = {{name, "the configuration"}},
                   .places = how.places,
                   .running = how.running};
    table keys{shared, *root};
    read(keys);
    outcome result = told(found);
    if (found.ok()) {
        result.effective = shown.text();
        result.fixed = std::move(shared.fixed);
    }
    return result;
}

} // namespace

outcome load_text(std::string_view text, syntax in, const std::string& name, const read_root& read,
                  const options& how) {
    return read_document(text, in, name, read, how, false);
}

outcome load(const std::string& path, const read_root& read, const options& how) {
    auto file = read_configuration_file(path, largest_document);
    if (!file) {
        diagnostics found{path};
        found.error({}, "", file.error().message);
        return told(found);
    }
    const auto in = path.ends_with(".json") ? syntax::json : syntax::toml;
    auto result = read_document(file->text, in, path, read, how, file->open_to_others);
    cleanse(std::span<char>{file->text});
    return result;
}

std::vector<key_description> declared_keys(std::string_view text, const read_root& read) {
    std::vector<key_description> described;
    diagnostics found{"declared keys"};
    if (const auto root = parse_document(text, syntax::toml, found)) {
        effective_values shown;
        reading shared{.found = found, .shown = shown, .described = &described};
        table keys{shared, *root};
        read(keys);
    }
    return described;
}

} // namespace hookd::config
