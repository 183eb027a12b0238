# hookd_room(NAME SOURCES file… [PUBLIC target…] [PRIVATE target…]): one static library, hookd_NAME.
function(hookd_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(hookd_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(hookd_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(hookd_${name} PUBLIC hookd_flags ${ROOM_PUBLIC} PRIVATE ${ROOM_PRIVATE})
endfunction()

# hookd_unit_test(ROOM SOURCES file… [LINKS target…]): one Catch2 program, each of its test cases known to CTest.
function(hookd_unit_test room)
  cmake_parse_arguments(TEST "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(test_${room} ${TEST_SOURCES})
  target_include_directories(test_${room} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests/unit)
  target_compile_definitions(test_${room} PRIVATE HOOKD_TEST_DATA="${CMAKE_CURRENT_SOURCE_DIR}")
  target_link_libraries(test_${room} PRIVATE hookd_${room} hookd_test_main ${TEST_LINKS})
  add_test(NAME unit.${room} COMMAND test_${room})
endfunction()
