// SPDX-License-Identifier: MIT
#include "signature/headers.hpp"

namespace hookd::signature {

namespace {

family named(std::string_view id, std::string_view timestamp, std::string_view signature) {
    family none;
    none.id.name = id;
    none.timestamp.name = timestamp;
    none.signature.name = signature;
    return none;
}

bool take(found_header& header, const header_field& field) {
    if (!same_field_name(header.name, field.name)) {
        return false;
    }
    ++header.times;
    if (header.value.empty()) {
        header.value = field.value;
    }
    return true;
}

bool take(family& into, const header_field& field) {
    return take(into.id, field) || take(into.timestamp, field) || take(into.signature, field);
}

} // namespace

const family* families::chosen() const {
    if (branded.complete()) {
        return &branded;
    }
    return unbranded.complete() ? &unbranded : nullptr;
}

families find_families(std::span<const header_field> fields) {
    families found{.branded = named("svix-id", "svix-timestamp", "svix-signature"),
                   .unbranded = named("webhook-id", "webhook-timestamp", "webhook-signature")};
    for (const header_field& field : fields) {
        if (!take(found.branded, field)) {
            take(found.unbranded, field);
        }
    }
    return found;
}

} // namespace hookd::signature
