// SPDX-License-Identifier: MIT
#include "fuzz/require.hpp"
#include "fuzz/targets.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace fuzz = hookd::fuzz;

namespace {

using target = void (*)(std::string_view);
constexpr std::pair<std::string_view, target> targets[] = {
    {"request", fuzz::request},
    {"response", fuzz::response},
    {"proxy_header", fuzz::proxy_header},
    {"signature", fuzz::signature},
    {"explanation", fuzz::explanation},
    {"configuration", fuzz::configuration},
    {"event", fuzz::event},
    {"texts", fuzz::texts},
    {"journal", fuzz::journal},
};

/// Each input, and each of its beginnings: what was cut off is what parsers meet most.
std::size_t replay(target run, const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    const std::size_t step = 1 + bytes.size() / 64;
    std::size_t runs = 0;
    for (std::size_t length = 0; length < bytes.size(); length += step, ++runs) {
        run(std::string_view{bytes}.substr(0, length));
    }
    run(bytes);
    return runs + 1;
}

} // namespace

/// fuzz_replay TARGET DIRECTORY: runs the target on every file there, without libFuzzer, so that what was once found
/// or worth starting from stays tested in every build.
int main(int count, char** arguments) {
    fuzz::require(count == 3, "usage: fuzz_replay TARGET DIRECTORY");
    const auto* const chosen = std::ranges::find(targets, arguments[1], &std::pair<std::string_view, target>::first);
    fuzz::require(chosen != std::end(targets), "a target of that name");
    std::size_t runs = 0;
    for (const auto& file : std::filesystem::directory_iterator(arguments[2])) {
        runs += replay(chosen->second, file.path());
    }
    fuzz::require(runs > 0, "a corpus with anything in it");
    std::printf("%zu inputs\n", runs);
    return 0;
}
