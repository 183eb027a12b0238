// SPDX-License-Identifier: MIT
#include "cli/completion/completion_command.hpp"

#include "cli/completion/completion_scripts.hpp"
#include "cli/completion/completion_tree.hpp"
#include "cli/options.hpp"

#include <hookd/core/exit_code.hpp>

#include <iostream>
#include <memory>

namespace hookd::cli {

namespace {

int run_completion(const CLI::App& line, std::string_view shell, std::ostream& out) {
    const auto program = completion_tree(line);
    out << (shell == "bash"  ? bash_completion(program)
            : shell == "zsh" ? zsh_completion(program)
                             : fish_completion(program));
    return exit_done;
}

} // namespace

void add_completion(CLI::App& line, command_choice& choice) {
    auto* const command = line.add_subcommand("completion", "Print the completion script of a shell");
    auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "bash, zsh or fish")->required()->check(one_of({"bash", "zsh", "fish"}));
    command->footer("Example:\n  source <(colivara-hookd completion bash)");
    command->callback(
        [&line, &choice, shell] { choice.run = [&line, shell] { return run_completion(line, *shell, std::cout); }; });
}

} // namespace hookd::cli
