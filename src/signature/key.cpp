#include "signature/ed25519.hpp"
#include "signature/key_text.hpp"

#include <hookd/signature/key.hpp>

namespace hookd::signature {

namespace {

/// The specification's lower bound. Svix's own manual shows a key of 18 bytes, so shorter ones do occur.
constexpr std::size_t advised_key_size = 24;

} // namespace

result<key> key::parse(std::string_view text) {
    auto read = read_key_text(text);
    if (!read) {
        return std::unexpected(std::move(read).error());
    }
    switch (read->form) {
    case key_form::shared:
        return key{scheme::v1, std::move(read->bytes)};
    case key_form::public_key:
        if (read->bytes.bytes().size() != ed25519_public_size) {
            return std::unexpected(error{"the public key (whpk_…) has " + std::to_string(read->bytes.bytes().size()) +
                                         " bytes and must have 32; copy it whole"});
        }
        return key{scheme::v1a, std::move(read->bytes)};
    case key_form::private_key:
        break;
    }
    return std::unexpected(
        error{"the secret is a private key (whsk_…), which belongs to the sender alone; give the "
              "public key (whpk_…), and have the pair replaced if the private one was shown around"});
}

std::string_view key::doubt() const {
    return kind == scheme::v1 && bytes.bytes().size() < advised_key_size
               ? "the secret has fewer than 24 bytes, the least that the Standard Webhooks specification allows"
               : std::string_view{};
}

} // namespace hookd::signature
