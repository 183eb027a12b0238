// SPDX-License-Identifier: MIT
#pragma once

#include <hookd/core/address.hpp>
#include <hookd/core/byte_size.hpp>
#include <hookd/core/secret.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// The configuration as plain values: from the file, or the defaults that config/colivara-hookd.toml documents. The
/// config module fills them; each module gets only its part and never sees the file.
namespace hookd {

using std::chrono::milliseconds;

enum class log_level : std::uint8_t { trace, debug, info, warning, error };
enum class log_format : std::uint8_t { text, json };

struct log_settings {
    log_level level = log_level::info;
    log_format format = log_format::text;
};

/// The maximum of `server.max_body`: no event has a larger body.
inline constexpr byte_size largest_max_body{1U << 28U};

struct server_settings {
    unsigned threads = 0; ///< 0: one per core.
    unsigned max_connections = 8192;
    unsigned max_connections_per_address = 1024; ///< Trusted proxies and Unix sockets do not count.
    byte_size max_body{1U << 20U};
    byte_size max_header{16U << 10U};
    milliseconds tls_timeout{10'000};    ///< From accepting to the end of the handshake.
    milliseconds header_timeout{10'000}; ///< From a request's first byte to the end of its header.
    milliseconds body_timeout{30'000};   ///< From the end of the header to the end of the body.
    milliseconds idle_timeout{75'000};   ///< Between requests.
    milliseconds drain_timeout{25'000};  ///< From the signal to the end of the process.
};

struct tls_settings {
    std::string certificate; ///< Path of a PEM chain, the server's certificate first.
    std::string private_key; ///< Path of its PEM key.
};

/// Which field of a trusted proxy has the client's address.
enum class forwarded_header : std::uint8_t { any, forwarded, x_forwarded_for };

struct listener_settings {
    std::string address; ///< As configured: `host:port`, `[v6]:port`, `unix:/path`, `systemd:NAME`.
    std::optional<tls_settings> tls;
    std::vector<cidr> trusted_proxies;
    bool trust_unix = false; ///< The peers of a Unix socket are trusted proxies too.
    forwarded_header forwarded = forwarded_header::any;
    bool proxy_protocol = false; ///< Each connection begins with a PROXY header of a trusted proxy.
    /// Also accepts what health checks send: HTTP/1.0, no Host, an Upgrade (which is ignored). Not a key: only for the
    /// admin server.
    bool health_checks = false;
};

struct endpoint_settings {
    std::string name;
    std::string path;
    std::vector<secret> secrets; ///< The texts, `whsec_…` or `whpk_…`, already checked.
    std::chrono::seconds tolerance{300};
    std::vector<cidr> allow_from; ///< Empty: any address.
};

struct journal_settings {
    std::string path = "/var/lib/colivara-hookd/journal.db";
    milliseconds retention{std::chrono::hours{24 * 7}};
    byte_size max_size{std::uint64_t{4} << 30U};
};

struct retry_settings {
    unsigned attempts = 16; ///< All tries, including the first.
    milliseconds first{1'000};
    milliseconds max{3'600'000};

    bool operator==(const retry_settings&) const = default;
};

/// What a type of sink adds to the common keys. Each type derives its own from `sink_options_of`, and gets it back when
/// the sink is built.
struct sink_options {
    virtual ~sink_options() = default;

    /// Whether a sink built with the other would do exactly the same: a reload then leaves it alone.
    virtual bool equals(const sink_options& other) const = 0;
    /// The file or directory to which it writes events, if it does.
    virtual std::string_view writes_to() const { return {}; }
};

/// Compares with the type's own `operator==`, which should be defaulted so that no member is forgotten.
template <class Own>
// NOLINTNEXTLINE(bugprone-crtp-constructor-accessibility): a private one would forbid to initialize members by name
struct sink_options_of : sink_options {
    bool equals(const sink_options& other) const final {
        static_assert(std::is_same_v<decltype(class_of(&Own::operator==)), Own>, "it has no operator== of its own");
        const auto* const same = dynamic_cast<const Own*>(&other);
        return same != nullptr && static_cast<const Own&>(*this) == *same;
    }

    /// Nothing to compare here.
    bool operator==(const sink_options_of& /*other*/) const { return true; }

private:
    template <class Class>
    static Class class_of(bool (Class::*)(const Class&) const);
};

/// Compared by what it points to.
struct sink_options_ptr : std::shared_ptr<const sink_options> {
    sink_options_ptr() = default;
    template <class Own>
    sink_options_ptr(std::shared_ptr<Own> options) : std::shared_ptr<const sink_options>{std::move(options)} {}

    bool operator==(const sink_options_ptr& other) const {
        return *this && other ? (*this)->equals(*other) : get() == other.get();
    }
};

struct sink_settings {
    std::string name;
    std::string type;
    std::vector<std::string> events{"*"};
    std::vector<std::string> endpoints{"*"};
    milliseconds timeout{30'000}; ///< Of one delivery.
    unsigned concurrency = 1;     ///< Parallel deliveries, for types that deliver one event at a time.
    retry_settings retry;
    sink_options_ptr options;

    /// Whether a reload leaves the sink alone.
    bool operator==(const sink_settings&) const = default;
};

struct admin_settings {
    std::string socket = "/run/colivara-hookd/admin.sock";
    std::string address = "127.0.0.1:9464"; ///< Empty: none.
    std::vector<std::string> allowed_hosts; ///< Names allowed in Host at `address`, besides localhost and addresses.
};

struct settings {
    log_settings log;
    server_settings server;
    std::vector<listener_settings> listeners;
    std::vector<endpoint_settings> endpoints;
    journal_settings journal;
    std::vector<sink_settings> sinks;
    admin_settings admin;
};

} // namespace hookd
