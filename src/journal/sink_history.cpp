// SPDX-License-Identifier: MIT
#include "journal/sink_history.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

namespace hookd::journal {

namespace {

/// The lists are shared with copies: changed ones are new.
template <class Item>
void replace(std::shared_ptr<const std::vector<Item>>& list, std::vector<Item> by) {
    list = std::make_shared<const std::vector<Item>>(std::move(by));
}

} // namespace

sink_history::kept sink_history::advance(std::uint64_t cursor, unix_millis at) {
    kept change;
    const auto last = positions_->empty() ? unix_millis{} : positions_->back().at;
    if (positions_->empty() || at - last >= spacing || at < last) {
        auto positions = *positions_;
        positions.push_back(now_);
        change.added = now_;
        if (positions.size() > most_positions) {
            thin_ = thin_ < positions.size() / 2 ? thin_ : 1;
            const auto gone = positions.begin() + static_cast<std::ptrdiff_t>(thin_++);
            change.removed = gone->cursor;
            positions.erase(gone);
        }
        replace(positions_, std::move(positions));
    }
    now_ = {.cursor = cursor, .at = at};
    return change;
}

std::optional<sink_definition> sink_history::define(std::uint64_t first, const sink_filters& filters) {
    if (!definitions_->empty() && definitions_->back().filters == filters) {
        return std::nullopt;
    }
    sink_definition next{.first = first, .filters = filters};
    load(next);
    return next;
}

void sink_history::load(sink_definition what) {
    auto definitions = *definitions_;
    if (!definitions.empty() && definitions.back().first == what.first) {
        definitions.pop_back(); // no event has gone by it
    }
    definitions.push_back(std::move(what));
    replace(definitions_, std::move(definitions));
}

void sink_history::load(std::vector<sink_position> all) {
    replace(positions_, std::move(all));
}

bool sink_history::forget_before(std::uint64_t sequence) {
    const auto position = std::ranges::lower_bound(*positions_, sequence, {}, &sink_position::cursor);
    auto definition = std::ranges::upper_bound(*definitions_, sequence, {}, &sink_definition::first);
    definition -= definition == definitions_->begin() ? 0 : 1;
    if (position == positions_->begin() && definition == definitions_->begin()) {
        return false;
    }
    replace(positions_, {position, positions_->end()});
    replace(definitions_, {definition, definitions_->end()});
    return true;
}

void sink_history::take_over(const sink_history& other) {
    const auto until = begin();
    std::vector<sink_definition> definitions;
    std::ranges::copy_if(*other.definitions_, std::back_inserter(definitions),
                         [&](const auto& each) { return each.first < until; });
    definitions.insert(definitions.end(), definitions_->begin(), definitions_->end());
    std::vector<sink_position> positions;
    const auto is_past = [&](const auto& each) { return each.cursor < until; };
    std::ranges::copy_if(*other.positions_, std::back_inserter(positions), is_past);
    if (is_past(other.now_)) {
        positions.push_back(other.now_);
    }
    std::ranges::copy_if(*positions_, std::back_inserter(positions), std::not_fn(is_past));
    replace(definitions_, std::move(definitions));
    replace(positions_, std::move(positions));
}

const sink_definition* sink_history::definition_of(std::uint64_t sequence) const {
    const auto after = std::ranges::upper_bound(*definitions_, sequence, {}, &sink_definition::first);
    return after == definitions_->begin() ? nullptr : &*std::prev(after);
}

std::optional<unix_millis> sink_history::passed_at(std::uint64_t sequence) const {
    const auto found = std::ranges::lower_bound(*positions_, sequence, {}, &sink_position::cursor);
    const auto at = found != positions_->end() ? found->at : now_.at;
    return at == unix_millis{} ? std::nullopt : std::optional(at);
}

} // namespace hookd::journal
