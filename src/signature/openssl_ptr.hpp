// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/err.h>

#include <memory>
#include <stdexcept>
#include <string>

/// For .cpp files only: keeps OpenSSL's types out of headers that others include.
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

/// Restores the thread's OpenSSL error queue: TLS on the same thread reads that queue after its own calls, and would
/// treat the error of an invalid signature as its own.
class error_queue_guard {
public:
    error_queue_guard() { ERR_set_mark(); }
    error_queue_guard(const error_queue_guard&) = delete;
    error_queue_guard& operator=(const error_queue_guard&) = delete;
    ~error_queue_guard() { ERR_pop_to_mark(); }
};

/// For set-up: if OpenSSL fails here, nothing can be verified.
template <class T>
T* required(T* object, const char* what) {
    if (object == nullptr) {
        throw std::runtime_error(std::string("OpenSSL has no ") + what);
    }
    return object;
}

} // namespace hookd::signature
