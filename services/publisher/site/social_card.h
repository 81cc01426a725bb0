// The pictures that links to our pages show elsewhere.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "seaworthy/v1/comparison.pb.h"

namespace seaworthy {

// What a picture says.
struct SocialCard {
  struct Side {
    std::string name;
    std::string category;
    std::vector<v1::PersonaVote> votes;
  };
  std::string headline;     // Where there is no side.
  std::vector<Side> sides;  // A tool, or two side by side.
  std::string foot;
};

// Draws PNGs with cairo and pango: the same bytes for the same card, face and
// machine's fonts. One is drawn at a time; at most kWaiting callers wait for
// their turn, and the kKept pictures used last are kept. Thread-safe.
class SocialCards {
 public:
  static constexpr int kWidth = 1200;
  static constexpr int kHeight = 630;
  static constexpr size_t kKept = 128;
  static constexpr int kWaiting = 6;

  // `font_file` is the site's face; without it the machine's fonts are used.
  explicit SocialCards(std::string font_file);
  ~SocialCards();

  // PNG bytes. Errors: UNAVAILABLE (too many wait; later it may do), INTERNAL.
  absl::StatusOr<std::shared_ptr<const std::string>> Draw(const SocialCard& card);
  size_t kept() const;

 private:
  class Painter;
  using Picture = std::pair<std::string, std::shared_ptr<const std::string>>;

  std::shared_ptr<const std::string> Find(const std::string& key);
  void Keep(const std::string& key, std::shared_ptr<const std::string> png);

  const std::string font_file_;
  mutable absl::Mutex mutex_;                            // Held for microseconds.
  std::list<Picture> pictures_ ABSL_GUARDED_BY(mutex_);  // Used last comes first.
  absl::flat_hash_map<std::string, std::list<Picture>::iterator> by_key_ ABSL_GUARDED_BY(mutex_);
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;

  absl::Mutex painting_ ABSL_ACQUIRED_BEFORE(mutex_);            // Held while one is drawn.
  std::unique_ptr<Painter> painter_ ABSL_GUARDED_BY(painting_);  // Made for the first picture.
};

}  // namespace seaworthy
