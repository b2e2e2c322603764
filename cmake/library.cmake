# libnewshound, shared and static, and what installs it: headers, pkg-config
# file, CMake package.
include(CMakePackageConfigHelpers)
set(NEWSHOUND_SOVERSION 1)
set(map ${CMAKE_SOURCE_DIR}/searcher/api/newshound.map)

add_library(newshound_shared SHARED ${NH_ALL})
target_link_libraries(newshound_shared PRIVATE nh_links)
target_link_options(newshound_shared PRIVATE -Wl,--version-script=${map})
set_target_properties(newshound_shared PROPERTIES OUTPUT_NAME newshound
  VERSION ${PROJECT_VERSION} SOVERSION ${NEWSHOUND_SOVERSION}
  LINK_DEPENDS ${map})

# One object in which all names but the public ones are local, so that a program
# may have functions of the same names.
set(archive ${CMAKE_BINARY_DIR}/libnewshound.a)
set(object ${CMAKE_BINARY_DIR}/newshound_static.o)
set(lto "")
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_C_COMPILER_ID STREQUAL GNU)
  set(lto -O2 -flto=auto -flinker-output=nolto-rel)
endif()
add_custom_command(OUTPUT ${archive}
  COMMAND ${CMAKE_CXX_COMPILER} ${lto} -r -nostdlib
          -Wl,--force-group-allocation -o ${object} ${NH_ALL}
  COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=nh_* ${object}
  COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
  COMMAND ${CMAKE_AR} rcs ${archive} ${object}
  DEPENDS nh_common nh_corpus nh_entities nh_indexer nh_searcher ${NH_ALL}
  COMMAND_EXPAND_LISTS VERBATIM)
add_custom_target(newshound_static ALL DEPENDS ${archive})

set(NEWSHOUND_REQUIRES_LIST xapian-core zlib libutf8proc libxxhash libxml-2.0
                            libarchive libbrotlidec)
set(NEWSHOUND_PLAIN_LIBS_LIST stemmer stdc++ m pthread)
list(JOIN NEWSHOUND_REQUIRES_LIST " " NEWSHOUND_REQUIRES)
list(TRANSFORM NEWSHOUND_PLAIN_LIBS_LIST PREPEND -l OUTPUT_VARIABLE plain)
list(JOIN plain " " NEWSHOUND_PLAIN_LIBS)

# Both find the rest from where they are themselves, wherever that is moved to.
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/newshound)
file(RELATIVE_PATH FROM_PC_TO_INCLUDE /prefix/${pc_dir}
     /prefix/${CMAKE_INSTALL_INCLUDEDIR})
configure_file(cmake/newshound.pc.in newshound.pc @ONLY)
configure_file(cmake/newshound-static.pc.in newshound-static.pc @ONLY)
set(LIBRARY_DIR ${CMAKE_INSTALL_LIBDIR})
set(INCLUDE_DIR ${CMAKE_INSTALL_INCLUDEDIR})
configure_package_config_file(cmake/newshound-config.cmake.in
  ${CMAKE_BINARY_DIR}/newshound-config.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS LIBRARY_DIR INCLUDE_DIR)
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/newshound-config-version.cmake
  COMPATIBILITY SameMajorVersion)

install(TARGETS newshound_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/newshound/newshound.h include/newshound/newshound_writer.h
              include/newshound/newshound_reading.h include/newshound/nh_error.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_BINARY_DIR}/newshound.pc
              ${CMAKE_BINARY_DIR}/newshound-static.pc DESTINATION ${pc_dir})
install(FILES ${CMAKE_BINARY_DIR}/newshound-config.cmake
              ${CMAKE_BINARY_DIR}/newshound-config-version.cmake
        DESTINATION ${package_dir})
