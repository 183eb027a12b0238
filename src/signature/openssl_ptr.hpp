// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/err.h>

#include <memory>
#include <stdexcept>
#include <string>

/// For .cpp files only: OpenSSL's types stay out of headers that other units see.
namespace hookd::signature {

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};

template <class T, auto Free>
using openssl_ptr = std::unique_ptr<T, freed_by<Free>>;

/// Leaves the thread's OpenSSL error queue as it was found: TLS on the same thread reads that queue after its own
/// calls, and would take a refused signature's error for its own.
class error_queue_guard {
public:
    error_queue_guard() { ERR_set_mark(); }
    error_queue_guard(const error_queue_guard&) = delete;
    error_queue_guard& operator=(const error_queue_guard&) = delete;
    ~error_queue_guard() { ERR_pop_to_mark(); }
};

/// For set-up: where OpenSSL refuses, nothing can be verified at all.
template <class T>
T* required(T* object, const char* what) {
    if (object == nullptr) {
        throw std::runtime_error(std::string("OpenSSL has no ") + what);
    }
    return object;
}

} // namespace hookd::signature
