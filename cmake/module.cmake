# SPDX-License-Identifier: MIT
# Headers that most units of a target include, parsed once for the target: half of the build's time.
set(hookd_standard_headers <algorithm> <chrono> <cstdint> <expected> <functional> <map> <memory> <optional> <span>
                           <string> <string_view> <utility> <vector>)
set(hookd_asio_headers <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp>
                       <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp>)

function(hookd_precompile target)
  set(headers ${hookd_standard_headers})
  if("hookd_asio" IN_LIST ARGN)
    list(APPEND headers ${hookd_asio_headers})
  endif()
  if("spdlog::spdlog" IN_LIST ARGN)
    list(APPEND headers <spdlog/spdlog.h>)
  endif()
  if("CLI11::CLI11" IN_LIST ARGN)
    list(APPEND headers <CLI/CLI.hpp>)
  endif()
  if("Catch2::Catch2" IN_LIST ARGN)
    list(APPEND headers <catch2/catch.hpp>)
  endif()
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# hookd_module(NAME [SELDOM] SOURCES file… [PUBLIC target…] [PRIVATE target…]): one static library, hookd_NAME. What is in
# it runs SELDOM: a debug build leaves it unoptimised, and takes half the time for it.
function(hookd_module name)
  cmake_parse_arguments(MODULE "SELDOM" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(hookd_${name} STATIC ${MODULE_SOURCES})
  target_include_directories(hookd_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(hookd_${name} PUBLIC hookd_flags ${MODULE_PUBLIC} PRIVATE ${MODULE_PRIVATE})
  hookd_precompile(hookd_${name} ${MODULE_PUBLIC} ${MODULE_PRIVATE})
  if(MODULE_SELDOM)
    target_compile_options(hookd_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
  endif()
endfunction()

# hookd_catch_test(TARGET NAME MODULE SOURCES file… [LINKS target…]): one Catch2 program for a module, which is one test to
# CTest: NAME.
function(hookd_catch_test target name module)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${target} ${TEST_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests/unit)
  # Unoptimised, it compiles in half the time; what it tests was compiled in its module.
  target_compile_options(${target} PRIVATE -O0)
  target_compile_definitions(${target} PRIVATE HOOKD_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(${target} PRIVATE hookd_${module} hookd_test_main ${TEST_LINKS})
  get_target_property(links hookd_${module} INTERFACE_LINK_LIBRARIES)
  hookd_precompile(${target} Catch2::Catch2 ${links})
  add_test(NAME ${name} COMMAND ${target})
endfunction()

# hookd_unit_test(MODULE …): the same, unit.MODULE.
function(hookd_unit_test module)
  hookd_catch_test(test_${module} unit.${module} ${module} ${ARGN})
endfunction()
