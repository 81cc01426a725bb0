#include "cli/backup/folder_check.h"

#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "cli/backup/named_objects.h"
#include "common/clock.h"
#include "common/event_log.h"
#include "common/hash.h"
#include "common/object_store.h"
#include "common/rocksdb_event_log.h"
#include "common/status_macros.h"
#include "seaworthy/v1/event.pb.h"
#include "services/aggregator/aggregator_service.h"
#include "services/aggregator/state_store.h"
#include "services/publisher/people/audit_log.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBatch = 256;
constexpr char kPeopleSchema[] = "schema";

// What a part that is not wrong is like.
struct Seen {
  std::string words;
  bool here = true;
};

Seen Whole(std::string words) { return {std::move(words), true}; }
Seen NotHere(std::string why) { return {std::move(why), false}; }

// One check of one folder; each step gives the words for its line.
class FolderCheck {
 public:
  FolderCheck(const FolderCheckOptions& options, FolderFacts& facts) : options_(options), facts_(facts) {}

  absl::Status Run() {
    Tell("log", CheckLog());
    Tell("objects", CheckObjects());
    Tell("store", CheckStore());
    Tell("people", CheckPeople());
    if (wrong_.empty()) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(options_.dir, ": ", absl::StrJoin(wrong_, ", "),
                                            wrong_.size() == 1 ? " is" : " are", " not whole; see above"));
  }

 private:
  void Tell(const std::string& name, const absl::StatusOr<Seen>& seen) {
    CheckedPart part;
    part.name = name;
    if (seen.ok()) {
      part.outcome = seen->here ? CheckedPart::Outcome::kWhole : CheckedPart::Outcome::kNotHere;
      part.words = seen->words;
    } else {
      part.outcome = CheckedPart::Outcome::kWrong;
      part.words = std::string(seen.status().message());
      wrong_.push_back(name);
    }
    if (options_.tell) options_.tell(part);
  }

  std::string Path(const std::string& part) const { return options_.dir + "/" + part; }
  bool Here(const std::string& part) const {
    std::error_code error;
    return fs::is_directory(Path(part), error);
  }

  absl::StatusOr<Seen> CheckLog() {
    const char* const part = options_.log_here ? "log" : "log-copy";
    if (!options_.log_here && !Here(part)) return NotHere("kept on the NATS servers, no copy of it here");
    if (!Here(part)) return absl::DataLossError("there is none; restore the folder from a backup");
    // Opening reads every record: checksums, chain, ids, positions.
    SEAWORTHY_ASSIGN_OR_RETURN(
        log_,
        OpenRocksDbEventLog(
            {.path = Path(part), .clock = Clock::Real(), .env = nullptr, .copies_too = !options_.log_here}));
    facts_.log_end.emplace();
    const uint64_t last = log_->LastSequence();
    if (last == 0) return Whole("no event yet");
    SEAWORTHY_ASSIGN_OR_RETURN(*facts_.log_end, Place(last));
    const uint64_t first = log_->FirstSequence();
    return Whole(
        absl::StrCat(first > 1 ? absl::StrCat("events ", first, " to ", last) : absl::StrCat(last, " events"),
                     ", the last of ", absl::FormatTime(facts_.log_end->time), ", chain ",
                     facts_.log_end->hash, options_.log_here ? "" : " (the copy in log-copy)"));
  }

  absl::StatusOr<LogPlace> Place(uint64_t sequence) {
    SEAWORTHY_ASSIGN_OR_RETURN(const Record record, log_->Read(sequence));
    return LogPlace{sequence, ToHex(record.hash), record.time};
  }

  absl::StatusOr<Seen> CheckObjects() {
    if (!Here("objects")) {
      if (!options_.log_here) return NotHere("kept on the NATS servers");
      return absl::DataLossError("there are none; restore the folder from a backup");
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const auto objects, OpenRocksDbObjectStore(Path("objects")));
    HashSet present;
    uint64_t bytes = 0;
    absl::Status read;
    SEAWORTHY_RETURN_IF_ERROR(objects->List([&](std::string_view hash) {
      const auto object = objects->Get(hash);
      read = object.status();
      if (!read.ok()) return false;
      bytes += object->size();
      present.Add(hash);
      return true;
    }));
    SEAWORTHY_RETURN_IF_ERROR(read);
    present.Seal();
    const std::string words = absl::StrCat(present.size(), " objects, ", bytes, " bytes");
    if (log_ == nullptr) return Whole(words);
    SEAWORTHY_ASSIGN_OR_RETURN(const uint64_t named, CheckNamed(present));
    return Whole(absl::StrCat(words, "; events name them ", named, " times"));
  }

  // How often events name an object. Errors: DATA_LOSS (one is not there).
  absl::StatusOr<uint64_t> CheckNamed(const HashSet& present) {
    uint64_t named = 0;
    uint64_t at = log_->FirstSequence() - 1;
    while (at < log_->LastSequence()) {
      SEAWORTHY_ASSIGN_OR_RETURN(const std::vector<Record> records,
                                 log_->ReadAfter(at, kBatch, absl::ZeroDuration()));
      if (records.empty()) break;
      for (const Record& record : records) {
        at = record.sequence;
        v1::Event event;
        if (!event.ParseFromString(record.payload)) continue;  // Passed over by every reader.
        std::string missing;
        ForEachNamedObject(event, [&](const std::string& hash) {
          ++named;
          if (!present.Has(hash)) missing = hash;
        });
        if (missing.empty()) continue;
        return absl::DataLossError(absl::StrCat("event ", at, " names the object ", missing,
                                                ", which is not there; restore the folder from a backup"));
      }
    }
    return named;
  }

  absl::StatusOr<Seen> CheckStore() {
    if (!Here("store")) return NotHere("none yet; `seaworthy up` or `seaworthy rebuild` makes it");
    SEAWORTHY_ASSIGN_OR_RETURN(const auto stamp, StateStore::ReadStamp(Path("store")));
    if (!stamp.has_value() || stamp->schema == 0) return NotHere("none yet");
    if (stamp->schema < StateStore::Schema()) {
      return Whole(absl::StrCat("of schema ", stamp->schema, ", event ", stamp->position,
                                "; the next start makes it anew with schema ", StateStore::Schema()));
    }
    SEAWORTHY_ASSIGN_OR_RETURN(const auto store, StateStore::Open(Path("store")));
    StatePlace state;
    state.schema = stamp->schema;
    state.seen.sequence = store->position();
    SEAWORTHY_ASSIGN_OR_RETURN(state.hash, store->Hash());
    SEAWORTHY_RETURN_IF_ERROR(PlaceState(state));
    facts_.state = state;
    const std::string words =
        absl::StrCat("schema ", state.schema, ", event ", state.seen.sequence, ", hash ", state.hash);
    if (!options_.rebuild || log_ == nullptr) return Whole(words);
    if (log_->FirstSequence() > 1) {
      return Whole(absl::StrCat(words, "; not made anew, the log begins at event ", log_->FirstSequence()));
    }
    SEAWORTHY_RETURN_IF_ERROR(CompareRebuilt(state));
    return Whole(absl::StrCat(words, ", the same as made anew from the log"));
  }

  absl::Status PlaceState(StatePlace& state) {
    if (log_ == nullptr || state.seen.sequence == 0) return absl::OkStatus();
    if (state.seen.sequence > log_->LastSequence()) {
      return absl::DataLossError(absl::StrCat("it has seen event ", state.seen.sequence, ", the log ends at ",
                                              log_->LastSequence(),
                                              ": the log has lost events; restore the folder from a backup"));
    }
    const uint64_t first = log_->FirstSequence();
    if (state.seen.sequence + 1 < first) {
      return absl::DataLossError(absl::StrCat("it has seen event ", state.seen.sequence,
                                              ", the log begins at ", first,
                                              ": restore the backup that the log was trimmed behind"));
    }
    if (state.seen.sequence < first) return absl::OkStatus();
    SEAWORTHY_ASSIGN_OR_RETURN(state.seen, Place(state.seen.sequence));
    return absl::OkStatus();
  }

  absl::Status CompareRebuilt(const StatePlace& state) {
    const std::string scratch = Path("store.verify");
    std::error_code error;
    fs::remove_all(scratch, error);
    const absl::StatusOr<std::string> rebuilt = RebuildState(log_.get(), scratch, state.seen.sequence);
    fs::remove_all(scratch, error);
    if (!rebuilt.ok()) return rebuilt.status();
    if (*rebuilt == state.hash) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("its hash is ", state.hash, ", made anew from the log it is ",
                                            *rebuilt,
                                            "; run `seaworthy rebuild` to put the latter in its place"));
  }

  absl::StatusOr<Seen> CheckPeople() {
    if (!Here("people")) return NotHere("none yet");
    SEAWORTHY_ASSIGN_OR_RETURN(const auto store, PeopleStore::Open(Path("people")));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto schema, store->Get(Family::kSettings, kPeopleSchema));
    SEAWORTHY_ASSIGN_OR_RETURN(const auto audit, AuditLog::Open(store.get(), Clock::Real()));
    SEAWORTHY_ASSIGN_OR_RETURN(const AuditHead head, audit->Verify(std::nullopt));
    facts_.people_schema = schema.value_or("");
    facts_.audit_head = head.Text();
    return Whole(absl::StrCat("schema ", facts_.people_schema, ", audit log ", facts_.audit_head));
  }

  const FolderCheckOptions& options_;
  FolderFacts& facts_;
  std::unique_ptr<EventLog> log_;
  std::vector<std::string> wrong_;
};

}  // namespace

absl::Status CheckFolder(const FolderCheckOptions& options, FolderFacts& facts) {
  return FolderCheck(options, facts).Run();
}

}  // namespace seaworthy::cli
