#include <hookd/app/command_line.hpp>

#include <exception>
#include <iostream>

int main(int count, char** words) {
    try {
        return hookd::app::run_command_line(count, words);
    } catch (const std::exception& fault) {
        std::cerr << "colivara-hookd: " << fault.what() << '\n';
        return 74; // EX_IOERR: what is left over is the system refusing memory, threads or descriptors
    }
}
