# The static libraries of a package have no debug information, as in Debian's own;
# cpack runs this when all files are in place.
find_program(STRIP strip REQUIRED)
file(GLOB_RECURSE archives ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.a)
foreach(archive IN LISTS archives)
  execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND ${STRIP} --strip-debug
    --enable-deterministic-archives ${archive})
endforeach()
