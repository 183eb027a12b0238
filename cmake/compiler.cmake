# SPDX-License-Identifier: MIT
# What every unit is compiled with. A module adds nothing of its own.
add_library(hookd_flags INTERFACE)
target_include_directories(hookd_flags INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_options(hookd_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
                       -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  target_compile_options(hookd_flags INTERFACE -Wthread-safety) # include/hookd/core/mutex.hpp
  target_link_options(hookd_flags INTERFACE -fuse-ld=lld)
endif()

if(HOOKD_SANITIZE)
  target_compile_options(hookd_flags INTERFACE -fsanitize=${HOOKD_SANITIZE} -fno-sanitize-recover=all
                                               -fno-omit-frame-pointer)
  # The check of vtable pointers opens a pipe to see whether memory can be read; a test takes all descriptors away.
  target_compile_options(hookd_flags INTERFACE -fno-sanitize=vptr)
  target_link_options(hookd_flags INTERFACE -fsanitize=${HOOKD_SANITIZE})
endif()

if(HOOKD_FUZZ)
  target_compile_options(hookd_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Hardening for what operators run; _FORTIFY_SOURCE needs an optimised build and does not go with sanitizers.
target_compile_options(hookd_flags INTERFACE -fstack-protector-strong -ftrivial-auto-var-init=zero)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # But not what is larger: a buffer of 4 KiB in Beast would be cleared for each request.
  target_compile_options(hookd_flags INTERFACE -ftrivial-auto-var-init-max-size=1024)
endif()
target_compile_definitions(hookd_flags INTERFACE _GLIBCXX_ASSERTIONS)
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT HOOKD_SANITIZE)
  target_compile_options(hookd_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fcf-protection=full)
  target_link_options(hookd_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()
include(CheckPIESupported)
check_pie_supported()
if(HOOKD_TEST_HOOKS)
  target_compile_definitions(hookd_flags INTERFACE HOOKD_TEST_HOOKS)
endif()

# For the few sources that name it: a new version compiles no others.
add_library(hookd_version INTERFACE)
target_compile_definitions(hookd_version INTERFACE HOOKD_VERSION="${PROJECT_VERSION}")
