# How everything is compiled. Choices come in through the presets.
set(ROSTER_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")
option(ROSTER_WERROR "Warnings are errors" OFF)
option(ROSTER_COVERAGE "Instrument for coverage" OFF)

add_library(roster_options INTERFACE)
target_include_directories(roster_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_features(roster_options INTERFACE cxx_std_20)
target_compile_options(roster_options INTERFACE
  -Wall -Wextra -Wno-missing-field-initializers
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  $<$<BOOL:${ROSTER_WERROR}>:-Werror>)
if(ROSTER_SANITIZE)
  # The check of vptr opens a pipe to look at an object: where a test has taken
  # all descriptors away, every object looks wrong to it.
  target_compile_options(roster_options INTERFACE
    -fsanitize=${ROSTER_SANITIZE} -fno-sanitize=vptr -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(roster_options INTERFACE -fsanitize=${ROSTER_SANITIZE})
endif()
if(ROSTER_COVERAGE)
  target_compile_options(roster_options INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(roster_options INTERFACE --coverage)
endif()

find_program(ROSTER_CCACHE ccache)
if(ROSTER_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${ROSTER_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ROSTER_CCACHE})
endif()
add_link_options(-fuse-ld=lld)
