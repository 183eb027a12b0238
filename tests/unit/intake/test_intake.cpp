// SPDX-License-Identifier: MIT
#include <hookd/intake/intake.hpp>
#include <hookd/journal/storage.hpp>
#include <hookd/signature/signer.hpp>
#include <hookd/signature/verifier.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <catch2/catch.hpp>

#include <filesystem>
#include <unistd.h>

namespace {

using namespace hookd;
namespace asio = boost::asio;

constexpr const char* secret_text = "whsec_Pybd+/T5WTE8f7PIvfkSFugVuCjllAXF";

unix_millis fixed_now() {
    return unix_millis{std::chrono::seconds{1'760'000'000}};
}

/// A real journal in a directory of its own, and an intake in front of it.
class fixture {
public:
    fixture() {
        std::string name = (std::filesystem::temp_directory_path() / "hookd-intake-XXXXXX").string();
        directory_ = mkdtemp(name.data());
        auto& endpoint = endpoints_.emplace_back();
        endpoint.name = "colivara";
        endpoint.path = "/webhooks/colivara";
        endpoint.secrets.emplace_back(secret_text);
        endpoint.allow_from.push_back(*cidr::parse("192.0.2.0/24"));
        journal_settings settings;
        settings.path = (directory_ / "journal.db").string();
        journal_ = journal::open(settings, fixed_now, {}).value();
        metrics_.show({"colivara"});
        intake_ = std::make_unique<intake::intake>(endpoints_, *journal_, fixed_now, metrics_, workers_.get_executor());
    }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;
    ~fixture() {
        intake_.reset();
        journal_->close();
        journal_.reset();
        std::filesystem::remove_all(directory_);
    }

    std::optional<response> screen(const request& head) { return intake_->screen(head); }

    unsigned take(const request& whole) {
        unsigned status = 0;
        asio::io_context context;
        asio::co_spawn(context, intake_->take(whole), [&](const std::exception_ptr& thrown, response what) {
            REQUIRE_FALSE(thrown);
            status = what.status;
        });
        context.run();
        return status;
    }

    /// Whether the caller's thread came to other work before the answer was there.
    bool lets_others_run(const request& whole) {
        bool answered = false;
        bool others_ran = false;
        asio::io_context context;
        asio::co_spawn(context, take_and_note(whole, answered),
                       [](const std::exception_ptr& thrown) { REQUIRE_FALSE(thrown); });
        asio::post(context, [&] { others_ran = !answered; });
        context.run();
        return others_ran;
    }

    const intake::metrics& metrics() const { return metrics_; }
    std::uint64_t stored() const { return journal_->last_sequence(); }

private:
    asio::awaitable<void> take_and_note(const request& whole, bool& answered) {
        co_await intake_->take(whole);
        answered = true;
    }

    std::filesystem::path directory_;
    std::vector<endpoint_settings> endpoints_;
    std::unique_ptr<journal::storage> journal_;
    intake::metrics metrics_;
    asio::thread_pool workers_{1};
    std::unique_ptr<intake::intake> intake_;
};

request head(std::string_view method, std::string_view target) {
    return {.method = method, .target = target, .fields = {}, .client = "192.0.2.9", .body = {}};
}

} // namespace

TEST_CASE("intake: path, method, address and encoding are judged before the body is read") {
    fixture daemon;
    CHECK(daemon.screen(head("POST", "/other"))->status == 404);
    CHECK(daemon.screen(head("POST", "/webhooks/colivara/"))->status == 404);
    CHECK(daemon.screen(head("GET", "/webhooks/colivara"))->status == 405);
    CHECK(daemon.screen(head("GET", "/webhooks/colivara"))->fields.at(0).value == "POST");
    CHECK(daemon.screen(head("post", "/webhooks/colivara"))->status == 405);
    auto elsewhere = head("POST", "/webhooks/colivara");
    elsewhere.client = "198.51.100.1";
    CHECK(daemon.screen(elsewhere)->status == 403);
    elsewhere.client = "unix";
    elsewhere.peer = peer_kind::unix_socket;
    CHECK(daemon.screen(elsewhere)->status == 403);
    const header_field encoding{"content-encoding", "gzip"};
    auto encoded = head("POST", "/webhooks/colivara");
    encoded.fields = {&encoding, 1};
    CHECK(daemon.screen(encoded)->status == 415);
    CHECK_FALSE(daemon.screen(head("POST", "/webhooks/colivara")));
    CHECK_FALSE(daemon.screen(head("POST", "/webhooks/colivara?from=colivara")));
}

TEST_CASE("intake: an authentic message is one event, however often it comes; any other is rejected") {
    fixture daemon;
    auto message = head("POST", "/webhooks/colivara");
    message.body = R"({"type":"upsert.fail","name":"a.pdf"})";
    auto signer = signature::signer::parse(secret_text).value();
    const auto headers = signature::sign_message({&signer, 1}, "msg_1",
                                                 std::chrono::floor<std::chrono::seconds>(fixed_now()), message.body);
    const auto fields = headers.fields();
    message.fields = fields;
    CHECK(daemon.take(message) == 204);
    CHECK(daemon.take(message) == 204);
    CHECK(daemon.stored() == 1);

    message.body = R"({"type":"upsert.fail","name":"b.pdf"})";
    CHECK(daemon.take(message) == 401);
    CHECK(daemon.stored() == 1);
}

TEST_CASE("intake: what an endpoint has seen is counted, and each refusal by its reason") {
    fixture daemon;
    const auto refused = [&](intake::refusal why) {
        return daemon.metrics().refused[static_cast<std::size_t>(why)].value();
    };
    auto message = head("POST", "/webhooks/colivara");
    message.body = R"({"type":"upsert.fail"})";
    auto signer = signature::signer::parse(secret_text).value();
    const auto now = std::chrono::floor<std::chrono::seconds>(fixed_now());
    const auto headers = signature::sign_message({&signer, 1}, "msg_1", now, message.body);
    const auto fields = headers.fields();
    message.fields = fields;
    daemon.take(message);
    daemon.take(message);
    message.body = "{}";
    daemon.take(message);
    message.fields = {};
    daemon.take(message);
    daemon.screen(head("POST", "/nowhere"));

    const auto all = daemon.metrics().endpoints();
    REQUIRE(all.size() == 1);
    CHECK(all.front().endpoint == "colivara");
    CHECK(all.front().counters->accepted() == 1);
    CHECK(all.front().counters->duplicate.value() == 1);
    CHECK(all.front().counters->last_authentic() == now);
    CHECK(refused(intake::refusal::wrong_signature) == 1);
    CHECK(refused(intake::refusal::missing_header) == 1);
    CHECK(refused(intake::refusal::unknown_path) == 1);
    CHECK(refused(intake::refusal::full) == 0);
}

TEST_CASE("intake: messages of another time are counted by its direction, and apart from forged ones") {
    fixture daemon;
    auto message = head("POST", "/webhooks/colivara");
    auto signer = signature::signer::parse(secret_text).value();
    const auto now = std::chrono::floor<std::chrono::seconds>(fixed_now());
    for (const auto by : {-std::chrono::hours{1}, std::chrono::hours{1}}) {
        const auto headers = signature::sign_message({&signer, 1}, "msg_1", now + by, message.body);
        const auto fields = headers.fields();
        message.fields = fields;
        CHECK(daemon.take(message) == 401);
    }
    const auto& refused = daemon.metrics().refused;
    CHECK(refused[static_cast<std::size_t>(intake::refusal::too_old)].value() == 1);
    CHECK(refused[static_cast<std::size_t>(intake::refusal::too_new)].value() == 1);
    CHECK(refused[static_cast<std::size_t>(intake::refusal::wrong_signature)].value() == 0);
}

TEST_CASE("intake: the time of the last authentic event is the last one's") {
    intake::metrics counters;
    auto& endpoint = counters.of("colivara");
    const unix_seconds first{std::chrono::seconds{1'760'000'000}};
    endpoint.authentic(first);
    endpoint.authentic(first + std::chrono::seconds{9});
    CHECK(endpoint.last_authentic() == first + std::chrono::seconds{9});
}

TEST_CASE("intake: a refusal has the name in the metrics that the signature's verdict has in the log") {
    using signature::verdict;
    for (unsigned i = 0; i < 8; ++i) {
        const auto what = static_cast<verdict>(static_cast<unsigned>(verdict::missing_header) + i);
        const auto why = static_cast<intake::refusal>(static_cast<unsigned>(intake::refusal::missing_header) + i);
        CHECK(to_text(what) == to_text(why));
    }
}

TEST_CASE("intake: a message that takes long to verify does not block the thread") {
    fixture daemon;
    auto message = head("POST", "/webhooks/colivara");
    const std::string large = R"({"type":"upsert.fail","name":")" + std::string(600'000, 'x') + R"("})";
    message.body = large;
    auto signer = signature::signer::parse(secret_text).value();
    const auto now = std::chrono::floor<std::chrono::seconds>(fixed_now());
    const auto headers = signature::sign_message({&signer, 1}, "msg_1", now, message.body);
    const auto fields = headers.fields();
    message.fields = fields;
    CHECK(daemon.take(message) == 204);
    CHECK(daemon.stored() == 1);
    message.body = std::string_view{large}.substr(1); // refused, and so without a wait for the journal
    CHECK(daemon.lets_others_run(message));
    message.body = message.body.substr(0, 1000);
    CHECK_FALSE(daemon.lets_others_run(message));
}
