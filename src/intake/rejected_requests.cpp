// SPDX-License-Identifier: MIT
#include <hookd/core/text.hpp>
#include <hookd/intake/rejected_requests.hpp>

#include <algorithm>
#include <array>

namespace hookd::intake {

namespace {

// With these an entry without a body has at most about 16 KiB.
constexpr std::size_t longest_method = 32;
constexpr std::size_t longest_path = 512;
constexpr std::size_t longest_name = 64;
constexpr std::size_t most_names = 64;
constexpr std::size_t longest_value = 1024;
constexpr std::size_t most_values = 8; // a repeated one is a reason to reject

constexpr std::array<std::string_view, 6> signature_names{"svix-id",    "svix-timestamp",    "svix-signature",
                                                          "webhook-id", "webhook-timestamp", "webhook-signature"};

bool is_of_signature(std::string_view name) {
    return std::ranges::any_of(signature_names, [&](std::string_view known) { return same_field_name(known, name); });
}

/// Copies what is kept, and remembers whether that was all.
std::string part_of(std::string_view text, std::size_t most, bool& shortened) {
    shortened |= text.size() > most;
    return std::string{utf8_prefix(text, most)};
}

std::shared_ptr<rejected_request> copy_of(const rejected_source& from, unix_millis now, bool with_body) {
    const auto& what = from.what;
    auto made = std::make_shared<rejected_request>();
    bool& shortened = made->shortened;
    made->at = now;
    made->client = what.client;
    made->status = from.status;
    made->why = from.found.rejected;
    made->endpoint = from.found.endpoint;
    made->method = part_of(what.method, longest_method, shortened);
    made->path = part_of(what.target.substr(0, what.target.find('?')), longest_path, shortened);
    made->header_bytes = from.header_bytes;
    made->body_bytes = from.body_bytes;
    made->header_names.reserve(std::min(what.fields.size(), most_names));
    for (const auto& field : what.fields) {
        if (made->header_names.size() < most_names) {
            made->header_names.push_back(part_of(field.name, longest_name, shortened));
        }
        if (is_of_signature(field.name) && made->signature_headers.size() < most_values) {
            made->signature_headers.emplace_back(field.name, part_of(field.value, longest_value, shortened));
        }
    }
    if (with_body && from.whole && what.body.size() <= rejected_requests::largest_body) {
        made->body = std::string{what.body};
    }
    return made;
}

/// Requests without an address, over a Unix socket, are those of one client.
client_network network_of_client(std::string_view client) {
    const auto address = ip_address::parse(client);
    return address ? network_of(*address) : client_network{};
}

} // namespace

std::size_t rejected_request::memory() const {
    constexpr std::size_t around_a_text = 64; // for strings and their allocations
    std::size_t sum = sizeof *this + client.size() + endpoint.size() + method.size() + path.size();
    for (const auto& name : header_names) {
        sum += name.size() + around_a_text;
    }
    for (const auto& [name, value] : signature_headers) {
        sum += name.size() + value.size() + 2 * around_a_text;
    }
    return sum + (body ? body->size() : 0);
}

void rejected_requests::configure(const rejected_settings& settings) {
    keep_ = settings.keep;
    keeps_bodies_ = settings.keep_bodies;
    const mutex_lock lock{mutex_};
    make_room();
}

void rejected_requests::add(const rejected_source& from, unix_millis now) {
    if (keep_ == 0) {
        return;
    }
    const auto made = copy_of(from, now, keeps_bodies_);
    const auto network = network_of_client(from.what.client);
    if (!mutex_.try_lock()) {
        missed_.add();
        return;
    }
    const mutex_lock lock{mutex_, std::adopt_lock};
    made->id = ++last_id_;
    insert(made, network);
    make_room();
}

void rejected_requests::insert(entry added, const client_network& network) {
    const char* const reason = added->why.reason.data();
    auto found = std::ranges::find_if(
        groups_, [&](const group& each) { return each.network == network && each.reason == reason; });
    if (found == groups_.end()) {
        found = groups_.insert(groups_.end(),
                               {.reason = reason, .network = network, .oldest = added->id, .entries = {}, .bytes = 0});
    }
    const auto memory = added->memory();
    found->bytes += memory;
    found->entries.push_back(std::move(added));
    bytes_ += memory;
    ++count_;
}

void rejected_requests::make_room() {
    while (count_ > keep_) {
        remove_oldest_of_largest([](const group& each) { return each.entries.size(); });
    }
    while (bytes_ > most_bytes) {
        remove_oldest_of_largest([](const group& each) { return each.bytes; });
    }
}

void rejected_requests::remove_oldest_of_largest(measure size) {
    // There are about twenty reasons.
    std::vector<std::pair<const char*, std::size_t>> reasons;
    for (const auto& each : groups_) {
        const auto known = std::ranges::find(reasons, each.reason, &std::pair<const char*, std::size_t>::first);
        if (known == reasons.end()) {
            reasons.emplace_back(each.reason, size(each));
        } else {
            known->second += size(each);
        }
    }
    const auto* const reason =
        std::ranges::max_element(reasons, {}, [](const auto& each) { return each.second; })->first;
    auto largest = groups_.end();
    for (auto each = groups_.begin(); each != groups_.end(); ++each) {
        if (each->reason != reason) {
            continue;
        }
        const bool larger = largest == groups_.end() || size(*each) > size(*largest);
        if (larger || (size(*each) == size(*largest) && each->oldest < largest->oldest)) {
            largest = each;
        }
    }
    const auto memory = largest->entries.front()->memory();
    largest->entries.pop_front();
    largest->bytes -= memory;
    bytes_ -= memory;
    --count_;
    if (largest->entries.empty()) {
        std::swap(*largest, groups_.back());
        groups_.pop_back();
    } else {
        largest->oldest = largest->entries.front()->id;
    }
}

std::vector<rejected_requests::entry> rejected_requests::list() const {
    std::vector<entry> all;
    {
        const mutex_lock lock{mutex_};
        all.reserve(count_);
        for (const auto& each : groups_) {
            all.insert(all.end(), each.entries.begin(), each.entries.end());
        }
    }
    std::ranges::sort(all, std::ranges::greater{}, &rejected_request::id);
    return all;
}

rejected_requests::entry rejected_requests::find(std::uint64_t id) const {
    const auto all = list();
    const auto found = std::ranges::find(all, id, &rejected_request::id);
    return found == all.end() ? nullptr : *found;
}

} // namespace hookd::intake
