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
  if("Catch2::Catch2" IN_LIST ARGN)
    list(APPEND headers <catch2/catch.hpp>)
  endif()
  target_precompile_headers(${target} PRIVATE ${headers})
endfunction()

# hookd_module(NAME [SELDOM] SOURCES file… [PUBLIC target…] [PRIVATE target…]): one static library, hookd_NAME. What is in
# it runs SELDOM: a debug build leaves it unoptimised, and takes half the time for it.
function(hookd_module name)
  cmake_parse_arguments(ROOM "SELDOM" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(hookd_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(hookd_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(hookd_${name} PUBLIC hookd_flags ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
  hookd_precompile(hookd_${name} ${ROOM_PUBLIC} ${ROOM_PRIVATE})
  if(ROOM_SELDOM)
    target_compile_options(hookd_${name} PRIVATE $<$<CONFIG:Debug>:-O0>)
  endif()
endfunction()

# hookd_unit_test(ROOM SOURCES file… [LINKS target…]): one Catch2 program, which is one test to CTest: unit.ROOM.
function(hookd_unit_test module)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${module} ${TEST_SOURCES})
  target_include_directories(test_${module} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests/unit)
  # Unoptimised, it compiles in half the time; what it tests was compiled in its module.
  target_compile_options(test_${module} PRIVATE -O0)
  target_compile_definitions(test_${module} PRIVATE HOOKD_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(test_${module} PRIVATE hookd_${module} hookd_test_main ${TEST_LINKS})
  get_target_property(links hookd_${module} INTERFACE_LINK_LIBRARIES)
  hookd_precompile(test_${module} Catch2::Catch2 ${links})
  add_test(NAME unit.${module} COMMAND test_${module})
endfunction()
