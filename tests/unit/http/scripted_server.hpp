// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

/// The server's end of one connection, blocking.
class scripted_peer {
public:
    explicit scripted_peer(int socket) : socket_{socket} {}
    scripted_peer(const scripted_peer&) = delete;
    scripted_peer& operator=(const scripted_peer&) = delete;
    ~scripted_peer();

    /// The next request, header and body by its Content-Length, as it came; what has come of it at the client's end.
    std::string read_request();
    /// Any bytes; false at the client's end.
    bool read_some();
    void send(std::string_view bytes);
    /// Waits until the client has closed.
    void read_to_end();
    /// Closing will reset the connection.
    void reset();
    int socket() const { return socket_; }

private:
    int socket_;
    std::string pending_;
};

/// A server on 127.0.0.1 that does with each connection, one after another, what a test says; then it closes it.
class scripted_server {
public:
    /// Connections count from 0.
    using script = std::function<void(scripted_peer& peer, int connection)>;

    explicit scripted_server(script what);
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;
    ~scripted_server();

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/hook"; }
    int connections() const { return connections_; }

private:
    void serve();

    script what_;
    int socket_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    std::thread thread_;
};
