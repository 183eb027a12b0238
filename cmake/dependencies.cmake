# SPDX-License-Identifier: MIT
# Every library comes from the distribution; scripts/install-deps lists the packages.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
# Its CMake package wants the libraries of its web server and push client as well, which are not used.
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
if(HOOKD_WITH_MAIL)
  find_package(CURL 7.85 REQUIRED)
endif()
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)

# Asio's own code is compiled once, here, not in every unit that names it.
add_library(hookd_asio STATIC ${PROJECT_SOURCE_DIR}/src/asio.cpp)
target_link_libraries(hookd_asio PUBLIC hookd_flags Boost::headers Threads::Threads)
# A request takes four coroutines of different sizes. Asio keeps two freed ones a thread by default, and gives one of them
# back to the heap whenever neither fits.
target_compile_definitions(hookd_asio PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
                                             BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8)
