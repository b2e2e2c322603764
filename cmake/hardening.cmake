# What compiler and linker do against memory errors that are left: stack
# protectors and probes, checked library functions, indirect branches that end
# where they may, addresses that change with each start, tables that are
# read-only once the program runs. doc/internals/reliability.md has what it costs.
# Sanitizers have their own means.
include(CheckCCompilerFlag)
include(CheckPIESupported)
check_pie_supported()

option(NEWSHOUND_HARDEN "Build with flags against memory errors" ON)
if(NEWSHOUND_HARDEN AND NOT NEWSHOUND_SANITIZE
   AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  foreach(flag -fstack-protector-strong -fstack-clash-protection
               -fcf-protection -mbranch-protection=standard)
    string(MAKE_C_IDENTIFIER "HAS${flag}" known)
    check_c_compiler_flag(${flag} ${known})
    if(${known})
      add_compile_options(${flag})
    endif()
  endforeach()
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
  add_link_options(LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
endif()
