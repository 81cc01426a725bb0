// What several ingest processes tell each other of the sources they read.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/lease.h"
#include "common/shared_table.h"
#include "seaworthy/v1/watch_state.pb.h"

namespace seaworthy {

// Everything learnt of one source.
struct SharedSource {
  v1::WatchState state;
  std::map<std::string, v1::WatchEntry> entries;    // By hash.
  std::map<std::string, v1::WatchPending> pending;  // By hash.
};

// Bytes as docs/sources.md says. Errors: INVALID_ARGUMENT.
std::string EncodeShared(const SharedSource& source);
absl::StatusOr<SharedSource> DecodeShared(std::string_view bytes);

// Which of the sources are this process's, and what was learnt of each, for
// whoever reads it next. Sources go by buckets of hosts, a lease each, so that a
// host is asked by one process. Thread-safe; a bucket is Ready only between
// MarkReady and the lease's end.
class WatchShare {
 public:
  static constexpr int kBuckets = 16;
  static constexpr absl::Duration kTtl = absl::Seconds(15);
  static int BucketOf(std::string_view host);

  // Not owned. Wants all buckets from now on.
  WatchShare(Leases* leases, SharedTable* table, absl::Duration ttl);

  // True where the bucket's lease is held, and all that the holder before
  // learnt was taken over.
  bool Ready(int bucket) const;
  // Buckets whose lease came: what was learnt is to be read, then MarkReady.
  std::vector<int> Gained() const;
  // Buckets that were ready and whose lease went; asked once.
  std::vector<int> Lost();
  // `token` is from before what was learnt was read.
  uint64_t Token(int bucket) const { return leases_[bucket]->State().token; }
  void MarkReady(int bucket, uint64_t token);
  // To be taken over anew.
  void MarkUnready(int bucket);

  // One look at who has how many: asks for one, or gives one to who asks. Of one
  // thread, again and again.
  void Balance();

  // Nothing where nobody wrote it yet. Errors: the table's; DATA_LOSS.
  absl::StatusOr<std::optional<SharedSource>> LoadSource(const std::string& source_id);
  absl::StatusOr<std::optional<v1::WatchHost>> LoadHost(const std::string& host);
  // Only where nobody else wrote since it was loaded or saved here: else the
  // writer reads it now, and ABORTED says so.
  absl::Status SaveSource(const std::string& source_id, const SharedSource& source);
  absl::Status SaveHost(const std::string& host, const v1::WatchHost& state);
  // Nothing is known of it any more.
  absl::Status ForgetSource(const std::string& source_id);

 private:
  void Ask(bool wants);
  absl::StatusOr<std::string> Load(const std::string& name);
  absl::Status Save(const std::string& name, const std::string& bytes);

  SharedTable* const table_;
  const std::string me_;
  const absl::Duration ttl_;
  std::array<std::unique_ptr<Lease>, kBuckets> leases_;  // Constant after construction.
  std::unique_ptr<Lease> wish_;                          // Of whoever asks for a bucket.
  bool asks_ = false;                                    // Balance's, as what follows.
  std::string answered_;                                 // The note of the wish that was answered last.
  mutable absl::Mutex mutex_;
  std::array<uint64_t, kBuckets> ready_ ABSL_GUARDED_BY(mutex_) = {};  // The token; 0: not ready.
  std::map<std::string, uint64_t> revisions_ ABSL_GUARDED_BY(mutex_);  // Of what was seen or written last.
};

}  // namespace seaworthy
