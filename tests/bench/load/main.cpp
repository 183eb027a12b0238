// SPDX-License-Identifier: MIT
// NAME
//     load - signs webhook requests ahead, then sends them to a server on this machine and measures its answers
//
// WHAT IT DOES
//     load sign COUNT BODY-SIZE SECRET-FILE TARGET [BODY-SIGNATURE-HEADER] > REQUESTS
//         Writes COUNT distinct requests, signed for now, their ids rising with time as the sender's do. Each is a
//         32-bit length and the request's bytes. The last argument adds a header with the body's HMAC in hexadecimal,
//         for receivers that know no other.
//     load fire PROTOCOL PORT REQUESTS CONNECTIONS
//         Closed loop: each request once, on every connection one (on 1,024 of them at a time), the next when an
//         answer is whole.
//     load pace PROTOCOL PORT REQUESTS CONNECTIONS RATE
//         Open loop: RATE requests a second, and how long each took from the moment it was due, in milliseconds.
//     load handshakes PORT COUNT AT-A-TIME
//         Whole TLS handshakes, a new connection each.
//     load hold PROTOCOL PORT REQUESTS CONNECTIONS
//         One request on each connection, and the connections stay.
//
//     PROTOCOL is http or https. Each prints one line of JSON. Before it, but for `handshakes`, comes a line that says
//     that the connections are open, and a line on standard input is waited for: what follows is measured.
//
// DIAGNOSTICS
//     Exit 1 with one line on standard error when a connection breaks or an answer is not understood. An answer other
//     than 204 is only counted: the caller compares the numbers.

#include "campaign.hpp"

#include <exception>
#include <iostream>

namespace {

bool run(const std::vector<std::string>& words) {
    const auto number = [&](std::size_t place) { return std::stoul(words.at(place)); };
    const auto port = [&](std::size_t place) { return static_cast<std::uint16_t>(number(place)); };
    const auto& what = words.at(1);
    if (what == "sign" && (words.size() == 6 || words.size() == 7)) {
        sign({.count = number(2),
              .body_size = number(3),
              .secret_file = words[4],
              .target = words[5],
              .body_signature = words.size() == 7 ? words[6] : ""});
        return true;
    }
    if (what == "handshakes" && words.size() == 5) {
        campaign on{port(2), true};
        shake_hands(on, number(3), number(4));
        return true;
    }
    if (words.size() < 6) {
        return false;
    }
    campaign on{port(3), words[2] == "https"};
    const requests all{words[4]};
    if (what == "fire" && words.size() == 6) {
        fire(on, all, number(5));
    } else if (what == "hold" && words.size() == 6) {
        hold(on, all, number(5));
    } else if (what == "pace" && words.size() == 7) {
        pace(on, all, number(5), std::stod(words[6]));
    } else {
        return false;
    }
    return true;
}

} // namespace

int main(int count, char** words) {
    try {
        if (count < 2 || !run({words, words + count})) {
            std::cerr << "load: see the head of tests/bench/load/main.cpp for its commands\n";
            return 2;
        }
    } catch (const std::exception& error) {
        std::cerr << "load: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
