# Finds the ZooKeeper C client in its single-threaded build, which neither
# Debian nor upstream ships a CMake or pkg-config file for.
#
# Imported target: ZooKeeper::ZooKeeper_st
# Variables: ZooKeeper_FOUND, ZooKeeper_VERSION
find_path(ZooKeeper_INCLUDE_DIR zookeeper/zookeeper.h)
find_library(ZooKeeper_ST_LIBRARY zookeeper_st)

if(ZooKeeper_INCLUDE_DIR AND EXISTS ${ZooKeeper_INCLUDE_DIR}/zookeeper/zookeeper_version.h)
  file(STRINGS ${ZooKeeper_INCLUDE_DIR}/zookeeper/zookeeper_version.h _lines REGEX "VERSION")
  foreach(_part MAJOR MINOR PATCH)
    if("${_lines}" MATCHES "ZOO_${_part}_VERSION +([0-9]+)")
      list(APPEND _version ${CMAKE_MATCH_1})
    endif()
  endforeach()
  if(NOT _version AND "${_lines}" MATCHES "ZOO_VERSION +\"([0-9.]+)\"")
    set(_version ${CMAKE_MATCH_1})
  endif()
  string(REPLACE ";" "." ZooKeeper_VERSION "${_version}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(ZooKeeper
  REQUIRED_VARS ZooKeeper_ST_LIBRARY ZooKeeper_INCLUDE_DIR
  VERSION_VAR ZooKeeper_VERSION)

if(ZooKeeper_FOUND AND NOT TARGET ZooKeeper::ZooKeeper_st)
  add_library(ZooKeeper::ZooKeeper_st UNKNOWN IMPORTED)
  set_target_properties(ZooKeeper::ZooKeeper_st PROPERTIES
    IMPORTED_LOCATION ${ZooKeeper_ST_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${ZooKeeper_INCLUDE_DIR})
endif()
mark_as_advanced(ZooKeeper_INCLUDE_DIR ZooKeeper_ST_LIBRARY)
