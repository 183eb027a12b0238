// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/journal/settings.hpp>
#include <hookd/journal/storage.hpp>

#include <memory>

namespace hookd::journal {

/// A backend that keeps everything in memory and loses it with the process: for tests, and for trying things out.
/// Answers at once, on the caller's thread, which is also the observers'.
std::unique_ptr<storage> open_in_memory(const journal_settings& bounds, observers watch);

} // namespace hookd::journal
