// The fake ingest's sources, quarantine and kept bytes.
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/source_trouble.h"
#include "services/publisher/testing/fake_clients.h"

namespace seaworthy {

void FakeIngest::FailWith(absl::Status status) {
  absl::MutexLock lock(&mutex_);
  failure_ = std::move(status);
}

void FakeIngest::AddSource(v1::SourceView source) {
  absl::MutexLock lock(&mutex_);
  const std::string id = source.source().source_id();
  sources_[id] = std::move(source);
}

std::vector<v1::SourceChange> FakeIngest::source_changes() {
  absl::MutexLock lock(&mutex_);
  return source_changes_;
}

std::vector<std::string> FakeIngest::sources_read() {
  absl::MutexLock lock(&mutex_);
  return sources_read_;
}

std::vector<v1::RetryAnnouncementRequest> FakeIngest::retried() {
  absl::MutexLock lock(&mutex_);
  return retried_;
}

void FakeIngest::AddDocument(const std::string& object_hash, std::string bytes) {
  absl::MutexLock lock(&mutex_);
  documents_[object_hash] = std::move(bytes);
}

absl::StatusOr<v1::GetAnnouncementDocumentResponse> FakeIngest::GetAnnouncementDocument(
    const v1::GetAnnouncementDocumentRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = documents_.find(request.object_hash());
  if (it == documents_.end()) return absl::NotFoundError("no such object");
  v1::GetAnnouncementDocumentResponse response;
  response.set_size_bytes(it->second.size());
  if (request.offset() < it->second.size()) {
    response.set_document(it->second.substr(request.offset(), request.max_bytes()));
  }
  return response;
}

absl::StatusOr<v1::SubmitAnnouncementResponse> FakeIngest::RetryAnnouncement(
    const v1::RetryAnnouncementRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  v1::SubmitAnnouncementResponse response;
  v1::Announcement& announcement = *response.mutable_announcement();
  announcement.set_announcement_id("ann-" + Sha256Hex("retry:" + request.request_id()).substr(0, 24));
  announcement.set_state(v1::Announcement::RECEIVED);
  announcement.set_replaces(request.announcement_id());
  by_key_["retry:" + request.request_id()] = {request.document(), announcement};
  retried_.push_back(request);
  return response;
}

absl::StatusOr<v1::SourceView> FakeIngest::ChangeSource(const v1::ChangeSourceRequest& request,
                                                        absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const v1::SourceChange& change = request.change();
  const std::string& id = change.source().source_id();
  if (change.kind() != v1::SourceChange::PUT && !sources_.contains(id)) {
    return absl::NotFoundError(absl::StrCat("no source ", id));
  }
  source_changes_.push_back(change);
  v1::SourceView view = sources_[id];
  if (change.kind() == v1::SourceChange::PUT) *view.mutable_source() = change.source();
  if (change.kind() == v1::SourceChange::PAUSE) view.mutable_source()->set_paused(true);
  if (change.kind() == v1::SourceChange::RESUME) view.mutable_source()->set_paused(false);
  sources_[id] = view;
  if (change.kind() == v1::SourceChange::REMOVE) sources_.erase(id);
  return view;
}

absl::StatusOr<v1::ListSourcesResponse> FakeIngest::ListSources(const v1::ListSourcesRequest& request,
                                                                absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const int size = request.page_size() == 0 ? 50 : request.page_size();
  v1::ListSourcesResponse response;
  for (const auto& [id, view] : sources_) {
    const bool trouble = InTrouble(view.state());
    const bool paused = view.source().paused();
    response.set_total(response.total() + 1);
    response.set_in_trouble(response.in_trouble() + (trouble ? 1 : 0));
    response.set_paused(response.paused() + (paused ? 1 : 0));
    if (request.filter() == v1::ListSourcesRequest::IN_TROUBLE && !trouble) continue;
    if (request.filter() == v1::ListSourcesRequest::PAUSED && !paused) continue;
    if (id <= request.page_token()) continue;
    if (!request.source_id().empty() && id != request.source_id()) continue;
    if (response.sources_size() < size) {
      *response.add_sources() = view;
    } else {
      response.set_next_page_token(response.sources(size - 1).source().source_id());
    }
  }
  return response;
}

absl::StatusOr<v1::SourceView> FakeIngest::ReadSource(const v1::ReadSourceRequest& request, absl::Duration) {
  absl::MutexLock lock(&mutex_);
  if (!failure_.ok()) return failure_;
  const auto it = sources_.find(request.source_id());
  if (it == sources_.end()) return absl::NotFoundError(absl::StrCat("no source ", request.source_id()));
  if (it->second.source().paused()) return absl::FailedPreconditionError("it is paused: resume it first");
  sources_read_.push_back(request.source_id());
  return it->second;
}

}  // namespace seaworthy
