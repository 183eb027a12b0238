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
    outcome.faults = found.faults();
    outcome.warnings = found.warnings();
    return outcome;
}

loaded read_document(std::string_view text, syntax in, const std::string& name, const checks& lent,
                     bool open_to_others) {
    diagnostics found{name};
    const auto root = parse_document(text, in, found);
    if (!root) {
        return told(found);
    }
    effective_values shown;
    reading shared{found, shown, open_to_others};
    settings values = read_settings(table{shared, *root}, lent);
    loaded outcome = told(found);
    if (found.ok()) {
        outcome.values = std::make_shared<const settings>(std::move(values));
        outcome.effective = shown.text();
    }
    return outcome;
}

} // namespace

loaded load_text(std::string_view text, syntax in, const std::string& name, const checks& lent) {
    return read_document(text, in, name, lent, false);
}

loaded load(const std::string& path, const checks& lent) {
    auto file = read_configuration_file(path, largest_document);
    if (!file) {
        diagnostics found{path};
        found.fault({}, "", file.error().message);
        return told(found);
    }
    const syntax in = path.ends_with(".json") ? syntax::json : syntax::toml;
    loaded outcome = read_document(file->text, in, path, lent, file->open_to_others);
    cleanse(std::span<char>{file->text});
    return outcome;
}

} // namespace hookd::config
