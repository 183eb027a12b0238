// NAME
//     load - signs webhook requests ahead, then sends them over keep-alive connections and counts the answers
//
// WHAT IT DOES
//     load sign COUNT SECRET-FILE TARGET > REQUESTS
//         Writes COUNT distinct requests with 500-byte bodies, signed for now, their ids rising with time as the
//         sender's do. Each is a 32-bit length and the request's bytes.
//     load fire REQUESTS PORT CONNECTIONS
//         Sends each request once to 127.0.0.1:PORT: every connection has one request under way and sends the next
//         when its answer is whole. Ends when all are answered. Prints "requests answered_204 seconds".
//
// DIAGNOSTICS
//     Exit 1 with one line on standard error when a connection breaks or an answer is not understood. An answer other
//     than 204 is only counted: whoever asked compares the numbers.

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <netinet/tcp.h>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr std::size_t body_size = 500;

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) {
        throw std::runtime_error("cannot read " + path);
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string encode(const unsigned char* bytes, int size) {
    std::string text(static_cast<std::size_t>((size + 2) / 3 * 4 + 1), '\0');
    text.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, size)));
    return text;
}

std::string decode_secret(std::string text) {
    text.erase(text.find_last_not_of(" \r\n") + 1);
    if (text.starts_with("whsec_")) {
        text.erase(0, 6);
    }
    std::string key(text.size(), '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) {
        throw std::runtime_error("the secret is not base64");
    }
    key.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::ranges::count(text, '=')));
    return key;
}

/// A KSUID's shape: the time first, then what tells ids of one second apart; here a counter, as in one sender's stream.
class id_maker {
public:
    std::string next(std::time_t now) {
        constexpr std::string_view digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        constexpr std::size_t time_digits = 6;
        constexpr std::size_t counter_digits = 8;
        std::string id = "msg_";
        const auto append = [&](std::uint64_t number, std::size_t width) {
            std::string text(width, digits[0]);
            for (auto place = text.rbegin(); place != text.rend(); ++place, number /= digits.size()) {
                *place = digits[number % digits.size()];
            }
            id += text;
        };
        append(static_cast<std::uint64_t>(now) - 1'400'000'000U, time_digits);
        append(++counter_, counter_digits);
        append(random_(), 27 - time_digits - counter_digits);
        return id;
    }

private:
    std::uint64_t counter_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

std::string make_body(std::size_t number) {
    const auto text = std::to_string(number);
    std::string body = R"({"type":"upsert.success","message":"Document upserted successfully","id":)" + text +
                       R"(,"name":"report-)" + text +
                       R"(.pdf","metadata":{"department":"finance","tags":["quarterly","final"]},"url":)" +
                       R"("https://storage.example/documents/report-)" + text +
                       R"(.pdf","num_pages":12,"collection_name":"default_collection","note":")";
    body.append(body_size - 2 - body.size(), 'x');
    return body + "\"}";
}

void sign(std::size_t count, const std::string& secret_file, const std::string& target) {
    const auto key = decode_secret(read_file(secret_file));
    const auto now = std::time(nullptr);
    const auto timestamp = std::to_string(now);
    id_maker ids;
    for (std::size_t number = 0; number < count; ++number) {
        const auto id = ids.next(now);
        const auto body = make_body(number);
        const auto content = id + '.' + timestamp + '.' + body;
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(), &size);
        const auto request =
            "POST " + target + " HTTP/1.1\r\nhost: 127.0.0.1\r\nuser-agent: Svix-Webhooks/1.100.0\r\n" +
            "accept: */*\r\ncontent-type: application/json\r\nsvix-id: " + id + "\r\nsvix-timestamp: " + timestamp +
            "\r\nsvix-signature: v1," + encode(digest.data(), static_cast<int>(size)) +
            "\r\ncontent-length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        const auto length = static_cast<std::uint32_t>(request.size());
        std::cout.write(reinterpret_cast<const char*>(&length), sizeof length) << request;
    }
}

std::vector<std::string_view> split(std::string_view all) {
    std::vector<std::string_view> requests;
    while (!all.empty()) {
        std::uint32_t length = 0;
        all.copy(reinterpret_cast<char*>(&length), sizeof length);
        requests.push_back(all.substr(sizeof length, length));
        all.remove_prefix(sizeof length + length);
    }
    return requests;
}

struct connection {
    int fd = -1;
    std::string answer;
};

int connect_to(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    if (fd < 0 || ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        throw std::runtime_error("cannot connect to port " + std::to_string(port));
    }
    return fd;
}

/// A request fits the socket's buffer, so a blocking send of it does not wait.
void send_whole(int fd, std::string_view request) {
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        throw std::runtime_error("a connection broke while sending");
    }
}

/// The status once the answer is whole, 0 before. Bodies are small and come with a Content-Length.
unsigned status_of(const std::string& answer) {
    const auto end = answer.find("\r\n\r\n");
    if (end == std::string::npos) {
        return 0;
    }
    const auto status = static_cast<unsigned>(std::atoi(answer.c_str() + 9));
    if (status != 204) {
        const auto length = answer.find("ontent-");
        const auto value = length == std::string::npos ? 0 : answer.find("ength: ", length);
        const auto body = value == 0 || value == std::string::npos ? 0 : std::atoi(answer.c_str() + value + 7);
        return answer.size() < end + 4 + static_cast<std::size_t>(body) ? 0 : status;
    }
    if (answer.size() != end + 4) {
        throw std::runtime_error("a 204 with something behind it");
    }
    return status;
}

void fire(const std::string& file, std::uint16_t port, std::size_t count) {
    const auto all = read_file(file);
    const auto requests = split(all);
    const int poll = ::epoll_create1(0);
    std::vector<connection> connections(std::min(count, requests.size()));
    for (auto& each : connections) {
        each.fd = connect_to(port);
        epoll_event wanted{.events = EPOLLIN, .data = {.ptr = &each}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, each.fd, &wanted);
    }
    const auto begin = std::chrono::steady_clock::now();
    std::size_t next = 0;
    for (auto& each : connections) {
        send_whole(each.fd, requests[next++]);
    }
    std::size_t answered = 0;
    std::size_t good = 0;
    std::array<epoll_event, 64> ready{};
    std::array<char, 4096> buffer{};
    while (answered < requests.size()) {
        const int events = ::epoll_wait(poll, ready.data(), ready.size(), 30'000);
        if (events <= 0) {
            throw std::runtime_error("no answer for 30 s");
        }
        for (int i = 0; i < events; ++i) {
            auto& each = *static_cast<connection*>(ready.at(static_cast<std::size_t>(i)).data.ptr);
            const auto size = ::recv(each.fd, buffer.data(), buffer.size(), 0);
            if (size <= 0) {
                throw std::runtime_error("a connection broke before its answer");
            }
            each.answer.append(buffer.data(), static_cast<std::size_t>(size));
            const auto status = status_of(each.answer);
            if (status == 0) {
                continue;
            }
            each.answer.clear();
            ++answered;
            good += status == 204 ? 1 : 0;
            if (next < requests.size()) {
                send_whole(each.fd, requests[next++]);
            }
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    std::printf("%zu %zu %.3f\n", answered, good, took.count());
    for (const auto& each : connections) {
        ::close(each.fd);
    }
    ::close(poll);
}

} // namespace

int main(int count, char** words) {
    const std::vector<std::string> arguments(words, words + count);
    try {
        if (count == 5 && arguments[1] == "sign") {
            sign(std::stoul(arguments[2]), arguments[3], arguments[4]);
        } else if (count == 5 && arguments[1] == "fire") {
            fire(arguments[2], static_cast<std::uint16_t>(std::stoul(arguments[3])), std::stoul(arguments[4]));
        } else {
            std::cerr << "usage: load sign COUNT SECRET-FILE TARGET | load fire REQUESTS PORT CONNECTIONS\n";
            return 2;
        }
    } catch (const std::exception& fault) {
        std::cerr << "load: " << fault.what() << '\n';
        return 1;
    }
    return 0;
}
