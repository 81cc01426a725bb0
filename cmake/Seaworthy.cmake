# Compiler settings, dependencies and the one helper for library + test.

find_program(CCACHE ccache)
if(CCACHE)
  # Paths relative to the source folder, so that build folders share a cache;
  # the sloppiness is what precompiled headers need.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Assertions stay on in every build.
string(REPLACE "-DNDEBUG" "" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")
string(REPLACE "-g" "-g1" CMAKE_CXX_FLAGS_RELWITHDEBINFO "${CMAKE_CXX_FLAGS_RELWITHDEBINFO}")

if(SEAWORTHY_SANITIZE STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(SEAWORTHY_SANITIZE STREQUAL "fuzzer")
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=address,undefined)
elseif(SEAWORTHY_SANITIZE STREQUAL "coverage")
  # Clang's: counts what stands in the source, not what the compiler made of it.
  add_compile_options(-O0 -fprofile-instr-generate -fcoverage-mapping)
  add_link_options(-fprofile-instr-generate)
elseif(SEAWORTHY_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread)
  add_link_options(-fsanitize=thread)
  add_library(seaworthy_tsan_abseil SHARED cmake/tsan_abseil.cc)
  target_link_libraries(seaworthy_tsan_abseil PRIVATE ${CMAKE_DL_LIBS})
  # Before all libraries, so that it is found before Abseil.
  add_link_options($<TARGET_FILE:seaworthy_tsan_abseil>)
  link_libraries(seaworthy_tsan_abseil)
endif()

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(yaml-cpp CONFIG REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(BROTLI REQUIRED IMPORTED_TARGET libbrotlienc)
find_package(ZLIB REQUIRED)
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
# These ship neither a CMake package nor a pkg-config file we can rely on.
find_library(ROCKSDB_LIBRARY rocksdb REQUIRED)
find_library(CMARK_GFM_LIBRARY cmark-gfm REQUIRED)
find_library(CMARK_GFM_EXTENSIONS_LIBRARY cmark-gfm-extensions REQUIRED)
find_library(HTTP_PARSER_LIBRARY http_parser REQUIRED)

if(SEAWORTHY_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

add_library(seaworthy_warnings INTERFACE)
target_compile_options(seaworthy_warnings INTERFACE -Wall -Wextra -Wno-unused-parameter)
# GCC decides what is a warning.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # The last four GCC 12 gives without cause, for code of the standard library
  # that comes from a precompiled header.
  target_compile_options(seaworthy_warnings INTERFACE -Werror -Wno-array-bounds -Wno-restrict
                         -Wno-stringop-overflow -Wno-stringop-overread)
endif()

# seaworthy_library(NAME SOURCES a.cc ... TESTS a_test.cc ... DEPS lib ... TEST_DEPS lib ...)
# makes the library NAME and, where there are tests, one program NAME_tests
# whose cases ctest knows one by one. Tests run in the source folder.
function(seaworthy_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;TESTS;DEPS;TEST_DEPS" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${arg_DEPS} PRIVATE seaworthy_warnings)
  seaworthy_precompile(${name} seaworthy_precompiled)
  if(SEAWORTHY_TESTS AND arg_TESTS)
    seaworthy_test(${name}_tests SOURCES ${arg_TESTS} DEPS ${name} ${arg_TEST_DEPS})
  endif()
endfunction()

# seaworthy_test(NAME SOURCES a_test.cc ... DEPS lib ...) makes a test program.
function(seaworthy_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  if(NOT SEAWORTHY_TESTS)
    return()
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} seaworthy_warnings GTest::gmock_main)
  seaworthy_precompile(${name} seaworthy_precompiled_test)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT 300)
endfunction()

# seaworthy_program(NAME SOURCES main.cc DEPS lib ...) makes a program in bin/.
function(seaworthy_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPS} seaworthy_warnings)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${SEAWORTHY_BIN_DIR})
endfunction()

set(SEAWORTHY_BIN_DIR ${CMAKE_BINARY_DIR}/bin CACHE PATH "Where the programs go")
