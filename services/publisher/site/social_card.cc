#include "services/publisher/site/social_card.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "services/publisher/site/social_painter.h"

namespace seaworthy {
namespace {

// Everything a picture depends on, with lengths, so that no two cards share one.
std::string KeyOf(const SocialCard& card) {
  std::string all = absl::StrCat(card.headline.size(), ":", card.headline, card.foot);
  for (const SocialCard::Side& side : card.sides) {
    absl::StrAppend(&all, "\n", side.name.size(), ":", side.name, side.category.size(), ":", side.category);
    for (const v1::PersonaVote& vote : side.votes) {
      absl::StrAppend(&all, " ", static_cast<int>(vote.vote()), "@", vote.confidence());
    }
  }
  return Sha256Hex(all);
}

}  // namespace

SocialCards::SocialCards(std::string font_file) : font_file_(std::move(font_file)) {}
SocialCards::~SocialCards() = default;

std::shared_ptr<const std::string> SocialCards::Find(const std::string& key) {
  absl::MutexLock lock(&mutex_);
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return nullptr;
  pictures_.splice(pictures_.begin(), pictures_, it->second);
  return it->second->second;
}

void SocialCards::Keep(const std::string& key, std::shared_ptr<const std::string> png) {
  absl::MutexLock lock(&mutex_);
  if (by_key_.contains(key)) return;
  pictures_.emplace_front(key, std::move(png));
  by_key_[key] = pictures_.begin();
  if (pictures_.size() <= kKept) return;
  by_key_.erase(pictures_.back().first);
  pictures_.pop_back();
}

size_t SocialCards::kept() const {
  absl::MutexLock lock(&mutex_);
  return pictures_.size();
}

absl::StatusOr<std::shared_ptr<const std::string>> SocialCards::Draw(const SocialCard& card) {
  const std::string key = KeyOf(card);
  if (auto found = Find(key)) return found;
  {
    absl::MutexLock lock(&mutex_);
    if (waiting_ >= kWaiting) {
      return absl::UnavailableError("too many pictures are being drawn; ask again in a moment");
    }
    ++waiting_;
  }
  absl::StatusOr<std::string> png = absl::InternalError("not drawn");
  {
    absl::MutexLock turn(&painting_);
    // Somebody may have drawn it meanwhile.
    if (auto found = Find(key)) {
      png = *found;
    } else {
      if (painter_ == nullptr) painter_ = std::make_unique<Painter>(font_file_);
      png = painter_->Paint(card);
    }
  }
  {
    absl::MutexLock lock(&mutex_);
    --waiting_;
  }
  if (!png.ok()) return png.status();
  auto kept = std::make_shared<const std::string>(*std::move(png));
  Keep(key, kept);
  return kept;
}

}  // namespace seaworthy
