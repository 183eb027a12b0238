// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/counter.hpp>
#include <hookd/core/mutex.hpp>
#include <hookd/core/time.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hookd::intake {

/// Why a well-formed request was rejected. The reasons of the signature are those of signature::verdict, by name.
enum class refusal : std::uint8_t {
    unknown_path,
    method,
    address,
    content_encoding,
    missing_header,
    repeated_header,
    bad_id,
    bad_timestamp,
    bad_signature,
    too_old,
    too_new,
    wrong_signature,
    full,    ///< no space on the disk, or journal.max_size reached
    busy,    ///< too many events were waiting for the disk
    stopped, ///< the journal was closing or had failed
};
inline constexpr std::size_t refusals = 15;
std::string_view to_text(refusal why);

/// What is counted separately of an event's type, which is the sender's choice.
enum class event_kind : std::uint8_t { upsert_success, upsert_fail, other };
inline constexpr std::size_t event_kinds = 3;
/// The type; `other` for all other types.
std::string_view to_text(event_kind what);
event_kind kind_of(std::string_view type);

/// The messages to an endpoint since the start.
struct endpoint_metrics {
    std::array<counter, event_kinds> stored; ///< Events, by `event_kind`.
    counter duplicate;                       ///< Authentic messages that were already stored.

    /// Events stored.
    std::uint64_t accepted() const;

    /// Records an authentic message, whether or not it could be stored.
    void authentic(unix_seconds at);
    /// When the last one came; the epoch if none is known.
    unix_seconds last_authentic() const;

private:
    std::atomic<unix_seconds::rep> last_authentic_ = 0;
};

/// The counters of all intakes of the process, across reloads. Any thread.
class metrics {
public:
    std::array<counter, refusals> refused; ///< By `refusal`.

    void refuse(refusal why) { refused[static_cast<std::size_t>(why)].add(); }

    /// Those of an endpoint, created at first use; they live as long as this object.
    endpoint_metrics& of(const std::string& endpoint);

    struct named {
        std::string endpoint;
        const endpoint_metrics* counters;
    };
    /// Those to be shown, in order of their names.
    std::vector<named> endpoints() const;
    /// Shows only these from now on. The counters of others are kept, but not shown.
    void show(std::vector<std::string> endpoints);

private:
    mutable mutex mutex_; // guards the map, not its content
    std::vector<std::string> shown_ HOOKD_GUARDED_BY(mutex_);
    std::map<std::string, std::unique_ptr<endpoint_metrics>> endpoints_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::intake
