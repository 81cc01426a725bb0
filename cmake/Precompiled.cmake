# seaworthy_precompiled and seaworthy_precompiled_test hold the headers most
# sources read. GCC takes a precompiled header only where the flags are those it
# was made with: libraries are made with -fPIC, test programs with -fPIE.
option(SEAWORTHY_PRECOMPILED "Compile the headers most sources read once" ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(SEAWORTHY_PRECOMPILED OFF)
endif()
add_compile_options(-pthread)
if(SEAWORTHY_PRECOMPILED)
  add_library(seaworthy_precompiled OBJECT cmake/precompiled.cc)
  target_link_libraries(seaworthy_precompiled PRIVATE seaworthy_proto seaworthy_warnings absl::status)
  target_precompile_headers(seaworthy_precompiled PRIVATE cmake/precompiled.h)
  if(SEAWORTHY_TESTS)
    add_executable(seaworthy_precompiled_test EXCLUDE_FROM_ALL cmake/precompiled.cc)
    target_include_directories(seaworthy_precompiled_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(seaworthy_precompiled_test PRIVATE seaworthy_proto seaworthy_warnings GTest::gmock_main)
    target_precompile_headers(seaworthy_precompiled_test PRIVATE cmake/precompiled_test.h)
  endif()
endif()

# Lets a target read the headers of OTHER.
function(seaworthy_precompile name other)
  if(SEAWORTHY_PRECOMPILED)
    target_precompile_headers(${name} REUSE_FROM ${other})
  endif()
endfunction()
