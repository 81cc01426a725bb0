#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/edition_items.h"
#include "services/aggregator/editions.h"
#include "services/aggregator/utf8.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxTitleBytes = 200;
constexpr size_t kMaxIntroductionBytes = 4'000;
constexpr size_t kMaxReasonBytes = 2'000;
constexpr int kMaxItems = 200;
constexpr int kMaxDecisions = 20;

absl::Status CheckWords(const v1::EditionDecision& decision) {
  if (decision.title().empty() || decision.title().size() > kMaxTitleBytes ||
      !IsPlainUtf8(decision.title())) {
    return absl::InvalidArgumentError(absl::StrCat("the title is ", decision.title().size(),
                                                   " bytes; 1 to 200 bytes of plain text in one line"));
  }
  std::string_view rest = decision.introduction();
  bool plain = rest.size() <= kMaxIntroductionBytes;
  while (plain && !rest.empty()) {
    const size_t end = rest.find('\n');
    plain = IsPlainUtf8(rest.substr(0, end));
    rest = end == rest.npos ? "" : rest.substr(end + 1);
  }
  if (plain) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the introduction is ", decision.introduction().size(),
                   " bytes; at most 4,000 of plain text, parted by empty lines"));
}

bool IsFirstApproval(const v1::Edition& edition) {
  return edition.state() == v1::Edition::DRAFTED && !edition.decisions().empty() &&
         edition.decisions().rbegin()->kind() == v1::EditionDecision::APPROVE &&
         edition.decisions().rbegin()->content_hash() == edition.content_hash();
}

absl::Status Refused(const v1::Edition& edition, const std::string& why) {
  return absl::FailedPreconditionError(absl::StrCat("`", edition.edition_id(), "`: ", why));
}

std::string LastEditor(const v1::Edition& edition) {
  return edition.decisions().empty() ? "somebody" : edition.decisions().rbegin()->editor();
}

// Whether its state and content allow it.
absl::Status CheckNow(const v1::Edition& edition, const v1::EditionDecision& decision) {
  const bool reopens = decision.kind() == v1::EditionDecision::REOPEN;
  if (edition.state() == v1::Edition::APPROVED) {
    return Refused(edition,
                   absl::StrCat(LastEditor(edition), " approved it and it is out; it stays as it is"));
  }
  if (edition.state() == v1::Edition::REJECTED && !reopens) {
    return Refused(edition, absl::StrCat(LastEditor(edition), " rejected it; reopen it first"));
  }
  if (edition.state() == v1::Edition::DRAFTED && reopens) return Refused(edition, "it is a draft already");
  if (decision.content_hash() == edition.content_hash()) return absl::OkStatus();
  return absl::AbortedError(absl::StrCat("`", edition.edition_id(), "` was changed by ", LastEditor(edition),
                                         " meanwhile; read it again and decide on what it says now"));
}

// The items that stay, in their order from now on.
absl::Status Reorder(const v1::EditionDecision& decision, v1::Edition& edition) {
  google::protobuf::RepeatedPtrField<v1::EditionItem> kept;
  std::set<std::string> taken;
  for (const std::string& id : decision.item_ids()) {
    const auto item = std::find_if(edition.items().begin(), edition.items().end(),
                                   [&](const v1::EditionItem& each) { return each.item_id() == id; });
    if (item == edition.items().end() || !taken.insert(id).second) {
      return absl::InvalidArgumentError("an item is named that is not in the edition, or twice; reload it");
    }
    *kept.Add() = *item;
  }
  if (kept.empty() && decision.introduction().empty()) {
    return absl::InvalidArgumentError("nothing would be left to read; keep an item, or reject the edition");
  }
  *edition.mutable_items() = std::move(kept);
  return absl::OkStatus();
}

absl::Status Approve(v1::EditionDecision& decision, v1::Edition& edition) {
  if (decision.four_eyes()) {
    if (!IsFirstApproval(edition)) return absl::OkStatus();
    if (LastEditor(edition) == decision.editor()) {
      return Refused(edition, "another editor has to approve it too");
    }
    decision.set_first_editor(LastEditor(edition));
  }
  edition.set_state(v1::Edition::APPROVED);
  return absl::OkStatus();
}

absl::Status Apply(v1::EditionDecision& decision, v1::Edition& edition) {
  switch (decision.kind()) {
    case v1::EditionDecision::EDIT:
      SEAWORTHY_RETURN_IF_ERROR(Reorder(decision, edition));
      edition.set_title(decision.title());
      edition.set_introduction(decision.introduction());
      edition.set_content_hash(EditionHash(edition));
      return absl::OkStatus();
    case v1::EditionDecision::APPROVE:
      return Approve(decision, edition);
    case v1::EditionDecision::REJECT:
      edition.set_state(v1::Edition::REJECTED);
      return absl::OkStatus();
    default:
      edition.set_state(v1::Edition::DRAFTED);
      return absl::OkStatus();
  }
}

void Remember(v1::EditionDecision decision, v1::Edition& edition) {
  decision.clear_title();
  decision.clear_introduction();
  decision.clear_item_ids();
  while (edition.decisions_size() >= kMaxDecisions) {
    edition.mutable_decisions()->erase(edition.decisions().begin());
  }
  *edition.add_decisions() = std::move(decision);
}

}  // namespace

absl::Status CheckEditionDecision(const v1::EditionDecision& decision) {
  const bool known = v1::EditionDecision::Kind_IsValid(decision.kind()) &&
                     decision.kind() != v1::EditionDecision::KIND_UNSPECIFIED;
  if (!known) return absl::InvalidArgumentError("say what to do: edit, approve, reject or reopen");
  if (decision.reason().size() > kMaxReasonBytes || !IsPlainUtf8(decision.reason())) {
    return absl::InvalidArgumentError("the reason is over 2,000 bytes or no plain text in one paragraph");
  }
  if (decision.kind() == v1::EditionDecision::REJECT && decision.reason().empty()) {
    return absl::InvalidArgumentError("a reason is needed to reject; say in a sentence why");
  }
  if (decision.item_ids_size() > kMaxItems) {
    return absl::InvalidArgumentError("an edition has at most 200 items; reload it");
  }
  return decision.kind() == v1::EditionDecision::EDIT ? CheckWords(decision) : absl::OkStatus();
}

absl::Status TakeEditionDecision(StateTransaction& state, v1::EditionDecision decision, absl::Status& taken) {
  taken = CheckEditionDecision(decision);
  if (!taken.ok()) return absl::OkStatus();
  SEAWORTHY_ASSIGN_OR_RETURN(auto edition, LoadEdition(state, decision.edition_id()));
  if (!edition.has_value()) {
    taken = absl::NotFoundError(absl::StrCat("no edition `", decision.edition_id().substr(0, 40), "`"));
    return absl::OkStatus();
  }
  taken = CheckNow(*edition, decision);
  if (taken.ok()) taken = Apply(decision, *edition);
  if (!taken.ok()) return absl::OkStatus();
  if (edition->state() == v1::Edition::DRAFTED) {
    edition->clear_decide_time();
  } else {
    *edition->mutable_decide_time() = decision.decide_time();
  }
  Remember(std::move(decision), *edition);
  StoreEdition(state, *edition);
  return absl::OkStatus();
}

}  // namespace seaworthy
