#include "common/telemetry/health.h"

#include "absl/strings/str_cat.h"
#include "common/telemetry/log_text.h"

namespace seaworthy {
namespace {

// Builds the answer to one question.
class Questions {
 public:
  void Ask(const std::string& name, const absl::Status& status) {
    ok_ = ok_ && status.ok();
    absl::StrAppend(&rows_, rows_.empty() ? "" : ",", R"({"name":)", JsonString(name), R"(,"ok":)",
                    status.ok() ? "true" : "false");
    if (!status.ok()) absl::StrAppend(&rows_, R"(,"reason":)", JsonString(std::string(status.message())));
    rows_ += '}';
  }

  Health::Answer Answer() const {
    return {ok_,
            absl::StrCat(R"({"status":")", ok_ ? "ok" : "unavailable", R"(","checks":[)", rows_, "]}\n")};
  }

 private:
  bool ok_ = true;
  std::string rows_;
};

}  // namespace

void Health::AddLiveness(std::string name, Check check) {
  absl::MutexLock lock(&mutex_);
  live_.emplace_back(std::move(name), std::move(check));
}

void Health::AddReadiness(std::string name, Check check) {
  absl::MutexLock lock(&mutex_);
  ready_.emplace_back(std::move(name), std::move(check));
}

void Health::DropChecks() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  live_.clear();
  ready_.clear();
}

Health::Answer Health::Live() const {
  Questions questions;
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, check] : live_) questions.Ask(name, check());
  return questions.Answer();
}

Health::Answer Health::Ready() const {
  Questions questions;
  absl::MutexLock lock(&mutex_);
  if (stopping_) questions.Ask("process", absl::UnavailableError("it is stopping"));
  for (const auto& [name, check] : live_) questions.Ask(name, check());
  for (const auto& [name, check] : ready_) questions.Ask(name, check());
  return questions.Answer();
}

}  // namespace seaworthy
