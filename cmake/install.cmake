# What `cmake --install` installs, in components:
#   runtime      libroster.so.0
#   development  headers, static libraries, CMake package, pkg-config files
#   rosterd, rosterctl  the programs with what belongs to them; packaging/
# A component needs only its own targets built.
include(CMakePackageConfigHelpers)
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

install(TARGETS roster EXPORT RosterTargets
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
foreach(library base model zk coordination leader_lookup registrar)
  set_target_properties(roster_${library} PROPERTIES EXPORT_NAME ${library})
  install(TARGETS roster_${library} EXPORT RosterCxxTargets
    ARCHIVE COMPONENT development)
endforeach()
# Who builds the registrar has built the component.
add_dependencies(roster_registrar roster_leader_lookup)

# --strip leaves static libraries alone; of theirs only the symbols are needed.
# Packages (/usr) are stripped by cpack, which leaves them alone too.
install(CODE "
  if(CMAKE_INSTALL_DO_STRIP OR CMAKE_INSTALL_PREFIX STREQUAL /usr)
    file(GLOB libraries
      \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/libroster_*.a\")
    execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-debug
      --remove-section=.comment --enable-deterministic-archives \${libraries}
      COMMAND_ERROR_IS_FATAL ANY)
  endif()" COMPONENT development)

# Headers. The C ones as they are; of the C++ ones those that the following
# include, with includes that name them below roster/.
install(DIRECTORY registrar/c/roster DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  COMPONENT development FILES_MATCHING PATTERN "*.h")
set(ROSTER_PUBLIC_HEADERS registrar/registrar.h)
foreach(header
    barrier broadcast broadcast_listener child_mirror client config_store
    config_subscription count_barrier double_barrier election leader_election
    leader_lookup leader_observer lock multi_lock queue read_write_lock semaphore service_directory
    static_election unique_name)
  list(APPEND ROSTER_PUBLIC_HEADERS coordination/${header}.h)
endforeach()
configure_file(cmake/install_headers.cmake.in install_headers.cmake @ONLY)
install(SCRIPT ${PROJECT_BINARY_DIR}/install_headers.cmake COMPONENT development)

# Whose project has this one in a folder includes as those do who installed it.
if(NOT PROJECT_IS_TOP_LEVEL)
  set(_in_tree ${PROJECT_BINARY_DIR}/in_tree)
  file(MAKE_DIRECTORY ${_in_tree}/roster)
  foreach(folder base model zk coordination registrar)
    file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${folder} ${_in_tree}/roster/${folder} SYMBOLIC)
  endforeach()
  target_include_directories(roster_base INTERFACE $<BUILD_INTERFACE:${_in_tree}>)
endif()

# find_package(Roster)
set(_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/Roster)
foreach(export RosterTargets RosterCxxTargets)
  install(EXPORT ${export} NAMESPACE Roster:: DESTINATION ${_cmake_dir}
    COMPONENT development)
endforeach()
configure_package_config_file(cmake/RosterConfig.cmake.in RosterConfig.cmake
  INSTALL_DESTINATION ${_cmake_dir}
  NO_SET_AND_CHECK_MACRO)
# While it is 0.x, a minor version may change what C++ sees.
write_basic_package_version_file(RosterConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/RosterConfig.cmake
    ${PROJECT_BINARY_DIR}/RosterConfigVersion.cmake cmake/FindZooKeeper.cmake
  DESTINATION ${_cmake_dir} COMPONENT development)

# pkg-config; the prefix is where the file is, so --prefix may change it.
file(RELATIVE_PATH ROSTER_PREFIX_FROM_PC /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
foreach(package roster roster-coordination roster-registrar)
  configure_file(cmake/${package}.pc.in ${package}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${package}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()
