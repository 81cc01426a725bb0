# The persona files' loader.
seaworthy_library(seaworthy_persona
  SOURCES persona.cc
  TESTS persona_test.cc
  DEPS seaworthy_base seaworthy_proto yaml-cpp)
