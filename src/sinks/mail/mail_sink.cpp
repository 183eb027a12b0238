// SPDX-License-Identifier: MIT
#include "sinks/mail/mail_sink.hpp"

#include "sinks/batch.hpp"
#include "sinks/mail/mail_options.hpp"
#include "sinks/mail/mail_text.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace hookd::sinks {
namespace asio = boost::asio;
namespace {

/// Between two looks at a transfer in progress. A mail takes about ten round trips, and there are few.
constexpr std::chrono::milliseconds look_period{5};
constexpr std::chrono::milliseconds longest_connect{10'000};

/// Frees what one of libcurl's functions has made.
template <auto Function>
struct free_with {
    void operator()(auto* what) const { Function(what); }
};
using easy_handle = std::unique_ptr<CURL, free_with<curl_easy_cleanup>>; // CURL and CURLM are void
using multi_handle = std::unique_ptr<CURLM, free_with<curl_multi_cleanup>>;
using string_list = std::unique_ptr<curl_slist, free_with<curl_slist_free_all>>;

/// Adds a line; throws std::bad_alloc.
void append(string_list& list, const std::string& line) {
    auto* const longer = curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr) {
        throw std::bad_alloc{};
    }
    if (list == nullptr) { // otherwise its beginning is the same
        list.reset(longer);
    }
}

/// Made once, and never freed: libcurl needs it until the process ends.
void initialize_curl() {
    static const CURLcode done = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (done != CURLE_OK) {
        throw std::bad_alloc{};
    }
}

/// A mail on its way. Its easy handle is in the multi handle as long as it lives. Connections to the server are kept
/// there between mails.
class transfer {
public:
    transfer(CURLM* among, const mail_options& options, const event& what, std::chrono::milliseconds timeout);
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer() { curl_multi_remove_handle(among_, easy_.get()); }

    /// Works on all mails without blocking. Nothing: this one continues.
    std::optional<CURLcode> step();
    /// What became of it, once it has ended.
    outcome judged(const std::string& server) const;

private:
    void set(CURLoption option, auto value);

    CURLM* among_;
    std::optional<CURLcode> ended_;
    easy_handle easy_{curl_easy_init()};
    string_list recipients_;
    std::string mail_;
    std::string_view unread_{mail_};
    std::array<char, CURL_ERROR_SIZE> error_{};
};

/// Gives libcurl the next bytes of the mail.
std::size_t read_mail(char* into, std::size_t size, std::size_t count, void* from) {
    auto& rest = *static_cast<std::string_view*>(from);
    const auto piece = rest.substr(0, size * count);
    std::ranges::copy(piece, into);
    rest.remove_prefix(piece.size());
    return piece.size();
}

transfer::transfer(CURLM* among, const mail_options& options, const event& what, std::chrono::milliseconds timeout)
    : among_(among), mail_(compose_mail(options, what)) {
    if (!easy_) {
        throw std::bad_alloc{};
    }
    CURL* const easy = easy_.get();
    for (const auto& each : options.to) {
        append(recipients_, '<' + each + '>');
    }
    set(CURLOPT_URL, options.server.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_USE_SSL, options.starttls ? long{CURLUSESSL_ALL} : long{CURLUSESSL_NONE});
    if (!options.ca.content.empty()) {
        curl_blob content{const_cast<char*>(options.ca.content.data()), options.ca.content.size(), CURL_BLOB_NOCOPY};
        set(CURLOPT_CAINFO_BLOB, &content);
        set(CURLOPT_CAPATH, static_cast<char*>(nullptr)); // otherwise those of the system count as well
    }
    if (options.password) {
        std::string password{options.password->text()};
        set(CURLOPT_USERNAME, options.username.c_str());
        set(CURLOPT_PASSWORD, password.c_str());
        cleanse(std::span<char>{password});
    }
    set(CURLOPT_MAIL_FROM, ('<' + options.from + '>').c_str());
    set(CURLOPT_MAIL_RCPT, recipients_.get());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, read_mail);
    set(CURLOPT_READDATA, &unread_);
    set(CURLOPT_PRIVATE, this);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(std::min(longest_connect, timeout).count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
    set(CURLOPT_QUICK_EXIT, 1L); // does not wait for a name that is being looked up
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
    set(CURLOPT_PROXY, "");
    set(CURLOPT_ERRORBUFFER, error_.data());
    if (curl_multi_add_handle(among_, easy) != CURLM_OK) {
        ended_ = CURLE_OUT_OF_MEMORY;
    }
}

void transfer::set(CURLoption option, auto value) {
    if (const auto done = curl_easy_setopt(easy_.get(), option, value); done != CURLE_OK && !ended_) {
        ended_ = done; // nothing is sent with less than was asked for, such as without TLS
    }
}

std::optional<CURLcode> transfer::step() {
    if (ended_) {
        return ended_;
    }
    int running = 0;
    curl_multi_perform(among_, &running);
    int left = 0;
    while (const auto* const message = curl_multi_info_read(among_, &left)) {
        if (message->msg == CURLMSG_DONE) {
            transfer* whose = nullptr;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &whose);
            whose->ended_ = message->data.result;
        }
    }
    return ended_;
}

outcome transfer::judged(const std::string& server) const {
    const auto ended = ended_.value_or(CURLE_OK);
    if (ended == CURLE_OK) {
        return {};
    }
    long reply = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &reply);
    std::string_view why = error_.front() == '\0' ? curl_easy_strerror(ended) : error_.data();
    if (ended == CURLE_WEIRD_SERVER_REPLY) {
        why = unread_.size() == mail_.size() ? "the server accepts no mail" : "the server refused the mail";
    }
    auto detail = fmt::format("{}: {}", server, why);
    if (const auto code = std::to_string(reply); reply >= 400 && !why.contains(code)) {
        detail += fmt::format(" (reply {})", code);
    }
    if (unread_.size() == mail_.size()) { // the server, the login, the sender or a recipient: any mail would fail
        return {verdict::unavailable, {}, std::move(detail)};
    }
    // 554 is the reply to content that looks like spam today.
    const bool refused = unread_.empty() && ended == CURLE_WEIRD_SERVER_REPLY && reply >= 500 && reply != 554;
    return {refused ? verdict::reject : verdict::retry, {}, std::move(detail)};
}

class mail_sink final : public sink {
public:
    mail_sink(std::shared_ptr<const mail_options> options, std::chrono::milliseconds timeout)
        : options_(std::move(options)), timeout_(timeout) {
        initialize_curl();
        multi_.reset(curl_multi_init());
        if (!multi_) {
            throw std::bad_alloc{};
        }
    }

    asio::awaitable<std::vector<outcome>> deliver(std::vector<delivery> batch) override {
        return singly(std::move(batch), [this](const delivery& each) { return mail(each.what); });
    }

    std::size_t batch_limit() const override { return 1; }

private:
    asio::awaitable<outcome> mail(event_ptr what) {
        transfer sent{multi_.get(), *options_, *what, timeout_};
        asio::steady_timer timer{co_await asio::this_coro::executor};
        for (;;) {
            if (sent.step()) {
                co_return sent.judged(options_->server);
            }
            if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
                co_return outcome{verdict::unavailable, {}, "stopped before the server had accepted the mail"};
            }
            timer.expires_after(look_period);
            co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    std::shared_ptr<const mail_options> options_;
    std::chrono::milliseconds timeout_;
    multi_handle multi_;
};

} // namespace

std::unique_ptr<sink> build_mail_sink(const sink_settings& settings, asio::io_context& /*worker*/) {
    return std::make_unique<mail_sink>(std::static_pointer_cast<const mail_options>(settings.options),
                                       settings.timeout);
}

} // namespace hookd::sinks
