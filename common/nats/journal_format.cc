#include "common/nats/journal_format.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy::journal {
namespace {

constexpr uint8_t kVersion = 1;
constexpr uint8_t kReferenceVersion = 2;
constexpr size_t kHexHashBytes = 64;

void AppendNumber(std::string& out, uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) out.push_back(static_cast<char>(value >> shift));
}

void AppendBytes(std::string& out, std::string_view bytes) {
  AppendNumber(out, bytes.size(), 4);
  out.append(bytes);
}

void AppendNote(std::string& out, const Note& note) {
  AppendNumber(out, static_cast<uint8_t>(note.kind), 1);
  AppendBytes(out, note.subscription);
  AppendNumber(out, note.sequence, 8);
  AppendNumber(out, note.attempts, 4);
  AppendNumber(out, static_cast<uint64_t>(note.due_us), 8);
  AppendNumber(out, note.subjects.size(), 4);
  for (const std::string& subject : note.subjects) AppendBytes(out, subject);
}

// Reads from the front; once something is missing everything reads as nothing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t Number(size_t bytes) {
    uint64_t value = 0;
    for (char c : Take(bytes)) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  }
  std::string_view Take(size_t bytes) {
    if (bytes > bytes_.size()) ok_ = false;
    if (!ok_) return {};
    const std::string_view taken = bytes_.substr(0, bytes);
    bytes_.remove_prefix(bytes);
    return taken;
  }
  std::string Bytes() { return std::string(Take(Number(4))); }
  // How many follow; each takes at least `least` bytes.
  size_t Count(size_t least) {
    const size_t count = Number(4);
    if (count > bytes_.size() / least) ok_ = false;
    return ok_ ? count : 0;
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

Note ReadNote(Reader& in) {
  Note note;
  note.kind = static_cast<NoteKind>(in.Number(1));
  note.subscription = in.Bytes();
  note.sequence = in.Number(8);
  note.attempts = static_cast<uint32_t>(in.Number(4));
  note.due_us = static_cast<int64_t>(in.Number(8));
  for (size_t left = in.Count(4); left > 0; --left) note.subjects.push_back(in.Bytes());
  return note;
}

}  // namespace

std::string EncodeCommit(Commit& commit) {
  std::string out;
  size_t bytes = 512;
  for (const std::string& record : commit.records) bytes += record.size() + 4;
  out.reserve(bytes);
  AppendNumber(out, kVersion, 1);
  out.append(commit.previous_hash);
  AppendNumber(out, commit.first_sequence, 8);
  AppendNumber(out, static_cast<uint64_t>(commit.time_us), 8);
  AppendNumber(out, commit.number, 8);
  AppendBytes(out, commit.instance);
  AppendBytes(out, commit.epoch);
  AppendNumber(out, commit.notes.size(), 4);
  for (const Note& note : commit.notes) AppendNote(out, note);
  AppendNumber(out, commit.records.size(), 4);
  for (const std::string& record : commit.records) AppendBytes(out, record);
  commit.hash = Sha256(out);
  out.append(commit.hash);
  return out;
}

absl::StatusOr<Commit> DecodeCommit(std::string_view bytes) {
  if (bytes.size() <= kHashBytes) return absl::DataLossError("it is too short");
  const std::string_view body = bytes.substr(0, bytes.size() - kHashBytes);
  Commit commit;
  commit.hash = bytes.substr(body.size());
  if (Sha256(body) != commit.hash) {
    return absl::DataLossError("its bytes do not have the hash they were written with");
  }
  Reader in(body);
  const uint64_t version = in.Number(1);
  if (version != kVersion)
    return absl::DataLossError(absl::StrCat("format version ", version, " is not known here"));
  commit.previous_hash = in.Take(kHashBytes);
  commit.first_sequence = in.Number(8);
  commit.time_us = static_cast<int64_t>(in.Number(8));
  commit.number = in.Number(8);
  commit.instance = in.Bytes();
  commit.epoch = in.Bytes();
  for (size_t left = in.Count(29); left > 0 && in.ok(); --left) commit.notes.push_back(ReadNote(in));
  for (size_t left = in.Count(4); left > 0 && in.ok(); --left) commit.records.push_back(in.Bytes());
  if (!in.AtEnd()) return absl::DataLossError("its lengths do not add up");
  return commit;
}

std::string EncodeReference(std::string_view object_hash) {
  std::string out;
  AppendNumber(out, kReferenceVersion, 1);
  out.append(object_hash);
  return out;
}

std::string DecodeReference(std::string_view bytes) {
  if (bytes.size() != 1 + kHexHashBytes || static_cast<uint8_t>(bytes[0]) != kReferenceVersion) return {};
  return std::string(bytes.substr(1));
}

}  // namespace seaworthy::journal
