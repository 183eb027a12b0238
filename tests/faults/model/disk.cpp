// SPDX-License-Identifier: MIT
#include "disk.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace hookd::model {

namespace {

void put(std::string& to, const disk::change& what) {
    if (what.resize) {
        to.resize(static_cast<std::size_t>(what.at));
        return;
    }
    const auto at = static_cast<std::size_t>(what.at);
    to.resize(std::max(to.size(), at + what.bytes.size()));
    to.replace(at, what.bytes.size(), what.bytes);
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

void disk::reset() {
    books_.clear();
    calls_left_.reset();
    growth_.reset();
    dead_ = false;
}

void disk::die_in(std::uint64_t calls) {
    calls_left_ = calls;
}

void disk::die() {
    dead_ = true;
}

void disk::revive(death how, prng& random) {
    for (auto& [path, known] : books_) {
        auto found = known.synced;
        for (auto& each : known.unsynced) {
            if (how == death::killed || random.one_in(2)) {
                put(found, each);
            } else if (!each.resize && random.one_in(3)) {
                each.bytes.resize(random.below(each.bytes.size()));
                put(found, each);
            }
        }
        std::ofstream(path, std::ios::binary | std::ios::trunc) << found << std::flush;
        known.size = static_cast<std::int64_t>(found.size());
        if (how == death::powerless) {
            known.synced = std::move(found);
            known.unsynced.clear();
        }
    }
    dead_ = false;
    calls_left_.reset();
}

disk::book& disk::opened(const std::string& path) {
    const auto [found, fresh] = books_.try_emplace(path);
    if (fresh) {
        found->second.synced = content(path);
        found->second.size = static_cast<std::int64_t>(found->second.synced.size());
    }
    return found->second;
}

bool disk::called(book* in, change* torn) {
    if (dead_) {
        return false;
    }
    ++calls_;
    if (!calls_left_ || (*calls_left_)-- > 0) {
        return true;
    }
    calls_left_.reset();
    dead_ = true;
    if (in != nullptr && torn != nullptr && !torn->bytes.empty()) {
        torn->bytes.resize(torn->bytes.size() / 2);
        in->unsynced.push_back(std::move(*torn));
    }
    return false;
}

void disk::synced(book& what) {
    for (const auto& each : what.unsynced) {
        put(what.synced, each);
    }
    what.unsynced.clear();
}

bool disk::may_grow(const book& of, std::int64_t to) {
    if (!growth_ || to <= of.size) {
        return true;
    }
    const auto more = static_cast<std::uint64_t>(to - of.size);
    if (more > *growth_) {
        return false;
    }
    *growth_ -= more;
    return true;
}

} // namespace hookd::model
