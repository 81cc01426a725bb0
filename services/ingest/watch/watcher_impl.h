// The watcher's inside: threads and memory. watcher.cc has the calls and the
// threads, watcher_definitions.cc what follows the log, watcher_jobs.cc the
// requests, watcher_hubs.cc WebSub, watcher_sharing.cc what several watchers
// share.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/lease_keeper.h"
#include "common/steady_wait.h"
#include "services/ingest/watch/job_queue.h"
#include "services/ingest/watch/next_read.h"
#include "services/ingest/watch/source_rules.h"
#include "services/ingest/watch/watch_share.h"
#include "services/ingest/watch/watch_store.h"
#include "services/ingest/watch/watcher.h"

namespace seaworthy {

// A source with what was learnt of it.
struct WatchedSource {
  v1::Source source;
  v1::WatchState state;
  // Changes with the address and with removal: what was under way before is
  // dropped.
  uint64_t generation = 0;
};

class WatcherImpl final : public Watcher {
 public:
  WatcherImpl(Options options, std::unique_ptr<WatchStore> store);
  ~WatcherImpl() override;

  // Reads the store into memory. Once, before Start.
  absl::Status Load();

  absl::Status Start() override;
  void Stop() override;
  absl::StatusOr<v1::SourceView> ChangeSource(const v1::ChangeSourceRequest& request) override;
  absl::StatusOr<v1::ListSourcesResponse> ListSources(const v1::ListSourcesRequest& request) override;
  absl::StatusOr<v1::SourceView> ReadSource(const v1::ReadSourceRequest& request) override;
  absl::StatusOr<v1::HandleWebSubResponse> HandleWebSub(const v1::HandleWebSubRequest& request) override;
  absl::StatusOr<v1::SubmitAnnouncementResponse> SubmitSent(
      const v1::SubmitAnnouncementRequest& request) override;
  void RunDue() override;
  absl::Time NextTime() override;
  size_t Waiting() override;

 private:
  using Memory = std::map<std::string, WatchedSource>;

  // Threads.
  void Follow();
  void Tend();
  void Work();
  absl::Time Horizon() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Waits for a job; nothing once it is stopping.
  std::optional<WatchJob> NextJob();
  void FinishJob(const WatchJob& job);

  // Definitions.
  absl::Status CheckChange(const v1::SourceChange& change);
  absl::StatusOr<Appended> AppendChange(const v1::SourceChange& change);
  absl::StatusOr<bool> FollowOnce(uint64_t after);
  absl::Status ApplyRecords(const std::vector<Record>& records, std::vector<v1::Source>& removed);
  void ApplyChange(const v1::SourceChange& change, uint64_t sequence, Memory& changed, WatchBatch& batch);
  void ReplaceChanged(Memory& changed, std::vector<v1::Source>& removed);
  absl::Status WaitForApplied(uint64_t sequence);
  // Of a source that is about to go.
  void SayFarewell(const std::string& id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddSources(const v1::ListSourcesRequest& request, int size, v1::ListSourcesResponse& response,
                  std::vector<int>& elsewhere);
  // Puts the source in line for now; `elsewhere`: another process has to.
  absl::StatusOr<v1::SourceView> PutInLine(const v1::ReadSourceRequest& request, bool& elsewhere);
  v1::SourceView ViewOf(const WatchedSource& item) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<WatchedSource> Find(const std::string& source_id);
  bool IsRead(const v1::Source& source) const;
  v1::Source::Kind KindOf(const WatchedSource& item) const;
  ReadAddress AddressFor(const WatchedSource& item) const;
  // Puts the source's reading and its hub where their times say.
  void Schedule(const WatchedSource& item) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Jobs.
  void Run(const WatchJob& job);
  void RunRead(const WatchJob& job, WatchedSource item);
  void RunPage(const WatchJob& job, const WatchedSource& item);
  void RunHub(const WatchJob& job, const WatchedSource& item);
  // Tells the hub of a removed source that no more is wanted. Once: what it
  // still sends is answered with 410, and the lease ends by itself.
  void RunFarewell(const WatchJob& job);
  // Writes that the host is asked now, then asks it.
  absl::StatusOr<FetchResult> Ask(const WatchJob& job, FetchRequest request, const v1::WatchState* state);
  // Closes the host for as long as the answer says.
  void HearHost(const std::string& host, const absl::StatusOr<FetchResult>& answer, WatchBatch& batch);
  SourceReading Hear(const WatchedSource& item, const ReadAddress& address,
                     const absl::StatusOr<FetchResult>& answer);
  void HearBody(const WatchedSource& item, const ReadAddress& address, const FetchResult& answer,
                SourceReading& reading);
  void SetNext(const v1::Source& source, const absl::StatusOr<FetchResult>& answer, SourceReading& reading);
  absl::Duration Gap(const std::string& host) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Writes what came of a reading, unless the source is another by now.
  void Commit(const WatchedSource& item, SourceReading& reading);
  void PauseGone(const WatchedSource& item);

  // Sharing.
  std::shared_ptr<WatchShare> Share();
  int BucketOf(const v1::Source& source) const;
  // True where this process is the one that reads it.
  bool Owns(const v1::Source& source) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status TakeOver(WatchShare& share, int bucket);
  absl::Status TakeOverSource(WatchShare& share, const WatchedSource& item);
  absl::Status TakeOverHost(WatchShare& share, const std::string& host);
  absl::Status TakeOverStrangers(WatchShare& share);
  // It is known what others learnt of it.
  absl::Status PutInLineHere(const std::string& source_id) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void LetGo(int bucket);
  // Lets others know what is known of it now. Under no lock.
  void ShareSource(const std::string& source_id);
  void ShareHost(const std::string& host);
  void ForgetShared(const v1::Source& source);
  absl::StatusOr<SharedSource> Learnt(const WatchedSource& item);
  // True where another process reads the source: what that one learnt is known
  // here then. Errors: UNAVAILABLE.
  absl::StatusOr<bool> LearnFromOwner(const WatchedSource& item);
  // Of another's source, after LearnFromOwner: what changed here. Errors:
  // UNAVAILABLE, where the owner wrote meanwhile.
  absl::Status TellOwner(const std::string& source_id);
  // Of an own source: takes what a hub said to another watcher about the request
  // that is open. True where there was something.
  bool HearOfHub(const WatchedSource& item);
  // Shows a source as the process that reads it left it.
  void ShowShared(v1::SourceView& view);

  // WebSub.
  bool HubsReachUs() const { return !callback_base_.empty(); }
  void NoteHub(const std::string& hub, const std::string& topic, v1::WatchState& state) const;
  absl::Status ChangeHub(const std::string& source_id, uint64_t generation,
                         const std::function<void(v1::WatchHub&)>& change);
  absl::StatusOr<v1::HandleWebSubResponse> TakePush(const v1::HandleWebSubRequest& request,
                                                    const WatchedSource& item);

  const Options options_;
  SteadyWait tend_wait_;
  const std::unique_ptr<WatchStore> store_;
  const SourceReader reader_;
  std::string callback_base_;            // Constant after construction.
  std::atomic<bool> cancelled_ = false;  // Ends the requests under way.

  // Taken before the others, for writing to the shared table.
  absl::Mutex share_mutex_ ABSL_ACQUIRED_BEFORE(commit_mutex_, mutex_);
  // Taken before mutex_: a definition does not change under a commit.
  absl::Mutex commit_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);
  uint64_t written_ ABSL_GUARDED_BY(commit_mutex_) = 0;  // The position on disk.
  absl::Mutex mutex_;
  SteadyCondVar woken_;
  std::shared_ptr<WatchShare> share_ ABSL_GUARDED_BY(mutex_);  // While it runs; null: one watcher.
  // Sources that came while a bucket was theirs already: what another learnt of
  // them was not looked up yet.
  std::set<std::string> strangers_ ABSL_GUARDED_BY(mutex_);
  Memory sources_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::WatchHost> hosts_ ABSL_GUARDED_BY(mutex_);
  JobQueue queue_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, v1::WatchHub> farewells_ ABSL_GUARDED_BY(mutex_);  // By source.
  uint64_t applied_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t wanted_ ABSL_GUARDED_BY(mutex_) = 0;  // Somebody waits for it to be applied.
  absl::Status trouble_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time manual_horizon_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

// What was learnt of another address is void; the entries seen stay.
void ForgetAddress(v1::WatchState* state);

}  // namespace seaworthy
