# Leases: who of several processes does what only one may do.
seaworthy_library(seaworthy_lease
  SOURCES lease.cc lease_candidate.cc lease_keeper.cc lease_record.cc
  TESTS lease_candidate_test.cc
  DEPS seaworthy_base spdlog::spdlog)
