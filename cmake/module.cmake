# roster_library(NAME SRCS ... DEPS ...)
#   Static library `roster_<NAME>` with the alias roster::<NAME>. DEPS are what
#   its headers and sources use.
function(roster_library NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_library(roster_${NAME} STATIC ${ARG_SRCS})
  add_library(roster::${NAME} ALIAS roster_${NAME})
  set_target_properties(roster_${NAME} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  # Who uses an installed library chooses warnings and the like by himself.
  target_link_libraries(roster_${NAME}
    PUBLIC $<BUILD_INTERFACE:roster_options> ${ARG_DEPS})
endfunction()

# roster_binary(NAME SRCS ... DEPS ...) builds bin/<NAME>.
function(roster_binary NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${NAME} ${ARG_SRCS})
  target_link_libraries(${NAME} PRIVATE roster_options ${ARG_DEPS})
endfunction()

# roster_test(NAME SRCS ... DEPS ... LABEL unit|integration|e2e|soak
#             [TIMEOUT seconds] [SERIAL])
#   A GoogleTest program, one ctest.
function(roster_test NAME)
  cmake_parse_arguments(ARG "SERIAL" "LABEL;TIMEOUT" "SRCS;DEPS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${NAME} ${ARG_SRCS})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${NAME} PRIVATE roster_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${NAME} COMMAND ${NAME})
  set_tests_properties(${NAME} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
  if(ARG_SERIAL)
    set_tests_properties(${NAME} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()

# roster_bench(NAME SRCS ... DEPS ...) builds a Google Benchmark program.
function(roster_bench NAME)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${NAME} ${ARG_SRCS})
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bench)
  target_link_libraries(${NAME} PRIVATE roster_options ${ARG_DEPS} benchmark::benchmark_main)
endfunction()
