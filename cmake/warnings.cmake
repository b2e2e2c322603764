# The flags that every target of ours is compiled with.
function(newshound_warnings target)
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L
    NEWSHOUND_VERSION="${PROJECT_VERSION}"
    NEWSHOUND_DATADIR="${CMAKE_INSTALL_FULL_DATADIR}/newshound")
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow
    -Wformat=2 -Wundef
    $<$<COMPILE_LANGUAGE:C>:-Wconversion;-Wstrict-prototypes;-Wmissing-prototypes;-Wvla>)
  if(NEWSHOUND_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(NEWSHOUND_SANITIZE)
    target_compile_options(${target} PRIVATE
      -fsanitize=${NEWSHOUND_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${NEWSHOUND_SANITIZE})
  endif()
endfunction()
