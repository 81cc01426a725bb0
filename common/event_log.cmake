# The event log and the object store.
seaworthy_library(seaworthy_event_log
  SOURCES event_log.cc event_log_checks.cc log_copy.cc log_import.cc log_mirror.cc log_trim.cc
          rocksdb_checkpoint.cc rocksdb_event_log.cc rocksdb_event_log_check.cc rocksdb_event_log_crc32c.cc rocksdb_event_log_db.cc
          rocksdb_event_log_format.cc rocksdb_event_log_import.cc rocksdb_event_log_index.cc rocksdb_event_log_subscription.cc
          rocksdb_event_log_tracker.cc rocksdb_event_log_trim.cc rocksdb_event_log_wal.cc rocksdb_event_log_writer.cc
          memory_object_store.cc object_store.cc rocksdb_folder.cc rocksdb_logger.cc rocksdb_object_store.cc rocksdb_reopen.cc
  TESTS commit_queue_test.cc event_log_checks_test.cc log_copy_test.cc log_mirror_test.cc log_trim_test.cc object_store_test.cc rocksdb_event_log_check_test.cc rocksdb_event_log_damage_test.cc rocksdb_event_log_fault_test.cc rocksdb_event_log_format_test.cc rocksdb_event_log_group_test.cc rocksdb_event_log_kill_test.cc
        rocksdb_event_log_read_fault_test.cc rocksdb_event_log_test.cc rocksdb_event_log_tracker_test.cc rocksdb_event_log_wal_test.cc
  DEPS seaworthy_base seaworthy_proto seaworthy_trace absl::status absl::statusor absl::strings absl::synchronization absl::time
       absl::span spdlog::spdlog ${ROCKSDB_LIBRARY})

# The kill test runs a process of its own and kills it.
if(SEAWORTHY_TESTS)
  add_executable(event_log_kill_child event_log_kill_child.cc)
  target_link_libraries(event_log_kill_child PRIVATE seaworthy_event_log seaworthy_warnings)
  add_dependencies(seaworthy_event_log_tests event_log_kill_child)
  target_compile_definitions(seaworthy_event_log_tests
                             PRIVATE SEAWORTHY_KILL_CHILD="$<TARGET_FILE:event_log_kill_child>")
endif()
