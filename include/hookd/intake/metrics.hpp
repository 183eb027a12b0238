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

/// Why a clean request was refused. The signature's part is signature::verdict, name by name.
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

/// What came to one endpoint since the start.
struct endpoint_metrics {
    counter accepted;  ///< Events stored.
    counter duplicate; ///< Authentic messages that had been stored before.

    /// An authentic message came, whether or not it could be stored.
    void authentic(unix_seconds at);
    /// When the last one came; the epoch: none is known.
    unix_seconds last_authentic() const;

private:
    std::atomic<unix_seconds::rep> last_authentic_ = 0;
};

/// What all intakes of the process have counted, over reloads too. Any thread.
class metrics {
public:
    std::array<counter, refusals> refused; ///< By `refusal`.

    void refuse(refusal why) { refused[static_cast<std::size_t>(why)].add(); }

    /// The endpoint's, made at first use; lives as long as this object.
    endpoint_metrics& of(const std::string& endpoint);

    struct named {
        std::string endpoint;
        const endpoint_metrics* counters;
    };
    /// Those that are shown, in order of their names.
    std::vector<named> endpoints() const;
    /// Only these from now on: what was counted for others is kept, but is of no interest any more.
    void show(std::vector<std::string> endpoints);

private:
    mutable mutex mutex_; // over the map, not what is in it
    std::vector<std::string> shown_ HOOKD_GUARDED_BY(mutex_);
    std::map<std::string, std::unique_ptr<endpoint_metrics>> endpoints_ HOOKD_GUARDED_BY(mutex_);
};

} // namespace hookd::intake
