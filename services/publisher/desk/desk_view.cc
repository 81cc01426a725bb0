#include "services/publisher/desk/desk_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/desk/evidence_view.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

struct Kind {
  v1::DecisionKind kind;
  const char* word;  // In a form; null where no form may ask for it.
  const char* said;
  bool needs_reason;
};

constexpr Kind kKinds[] = {{v1::APPROVE, "approve", "Approved", false},
                           {v1::REJECT, "reject", "Rejected", true},
                           {v1::WITHDRAW, "withdraw", "Withdrawn", true},
                           {v1::SEND_BACK, "send-back", "Sent back", true},
                           {v1::REOPEN, "reopen", "Reopened", false},
                           {v1::SCHEDULE, "schedule", "Scheduled", false},
                           {v1::UNSCHEDULE, "unschedule", "Taken off the schedule", true},
                           {v1::ROLL_BACK, "roll-back", "Rolled back", true},
                           {v1::CORRECT, nullptr, "Corrected", false}};

const Kind* Find(v1::DecisionKind wanted) {
  for (const Kind& kind : kKinds) {
    if (kind.kind == wanted) return &kind;
  }
  return nullptr;
}

}  // namespace

std::string DecisionWord(v1::DecisionKind kind) {
  const Kind* found = Find(kind);
  return found == nullptr ? "Decided" : found->said;
}

v1::DecisionKind DeskDecisionOf(const std::string& word) {
  for (const Kind& kind : kKinds) {
    if (kind.word != nullptr && word == kind.word) return kind.kind;
  }
  return v1::DECISION_KIND_UNSPECIFIED;
}

bool NeedsReason(v1::DecisionKind kind) {
  const Kind* found = Find(kind);
  return found != nullptr && found->needs_reason;
}

nlohmann::json DecisionView(const v1::Decision& decision) {
  return {{"what", DecisionWord(decision.kind())},
          {"who", decision.editor()},
          {"when", TimeText(decision.decide_time())},
          {"reason", decision.reason()},
          {"first", decision.first_editor()},
          {"until", TimeText(decision.publish_time())},
          {"hash", decision.content_hash().substr(0, 12)}};
}

int OpenMarksOf(const v1::ComparisonContent& content) {
  int open = 0;
  for (const v1::ToolView* tool : {&content.a(), &content.b()}) {
    for (const v1::Verdict& verdict : tool->verdicts()) open += CountOpenMarks(verdict);
  }
  return open;
}

std::string StateWord(v1::Comparison::State state) {
  switch (state) {
    case v1::Comparison::WAITING:
      return "waiting";
    case v1::Comparison::DRAFTED:
      return "to decide";
    case v1::Comparison::APPROVED:
      return "approved";
    case v1::Comparison::REJECTED:
      return "rejected";
    case v1::Comparison::WITHDRAWN:
      return "withdrawn";
    case v1::Comparison::SENT_BACK:
      return "sent back";
    case v1::Comparison::SCHEDULED:
      return "scheduled";
    default:
      return "";
  }
}

void AddDeskVerdict(const v1::Verdict* verdict, nlohmann::json& view) {
  view["spans"] = verdict == nullptr ? nlohmann::json::array() : ClaimSpans(*verdict);
  view["claim_rows"] = verdict == nullptr ? nlohmann::json::array() : ClaimRows(*verdict);
}

std::string LocalPath(const std::string& path, const std::string& fallback) {
  const bool ours = path == "/desk" || absl::StartsWith(path, "/desk/") || absl::StartsWith(path, "/desk?");
  const bool plain = std::all_of(path.begin(), path.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '\\';
  });
  return ours && plain && path.size() <= 2000 ? path : fallback;
}

std::string WithDone(const std::string& path, const std::string& word) {
  const size_t hash = path.find('#');
  const std::string before = path.substr(0, hash);
  return absl::StrCat(before, absl::StrContains(before, '?') ? "&" : "?", "done=", PercentEncode(word),
                      hash == std::string::npos ? "" : path.substr(hash));
}

std::string ComparisonPath(const std::string& id) {
  return absl::StrCat("/desk/comparisons/", PercentEncode(id));
}

}  // namespace seaworthy
