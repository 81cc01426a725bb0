// Public pages, rendered: found again without rendering, ready to be sent.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/clock.h"
#include "services/publisher/http/compression.h"
#include "services/publisher/http/http_message.h"

namespace seaworthy {

// What the server sends as it is. Never null inside.
struct PreparedAnswer {
  int status = 200;
  std::shared_ptr<const std::string> head;  // `Name: value` lines, CRLF between them, none at the end.
  std::shared_ptr<const std::string> body;  // Also of an answer to HEAD, for its length.
};

// The parts of a request a prepared answer depends on.
struct PreparedRequest {
  absl::string_view target;
  absl::string_view accept_encoding;
  absl::string_view if_none_match;
};

// At most so many bytes, least recently used out first. A page holds while
// the generation is the one it was rendered in, and for at most `max_age`, for
// what changes without that. Rendered anew with the same bytes it keeps its
// validators and compressed forms. Thread-safe; Find never waits for anything
// but other calls of this class, which hold its lock for microseconds.
class PageCache {
 public:
  struct Options {
    size_t max_bytes = 48 << 20;
    absl::Duration max_age = absl::Seconds(30);
    Clock* clock = Clock::Real();          // Not owned.
    std::function<uint64_t()> generation;  // Of everything pages are made of.
    bool https = false;
  };
  explicit PageCache(Options options) : options_(std::move(options)) {}

  // The answer where the page stands here and holds.
  std::optional<PreparedAnswer> Find(const PreparedRequest& request);

  // Answers with a page just rendered, in the coding asked for or with 304,
  // and keeps it under the request's target unless that has a query.
  // `generation` is from before it was rendered. Sets ETag and Vary.
  HttpResponse Answer(const HttpRequest& request, uint64_t generation, HttpResponse page);

  size_t bytes() const;

 private:
  struct Form {
    std::shared_ptr<const std::string> head;  // Null where this form was not made.
    std::shared_ptr<const std::string> head_304;
    std::shared_ptr<const std::string> body;
    std::string etag;
  };
  struct Page {
    std::string target;
    std::string hash;
    uint64_t generation = 0;
    absl::Time expires;
    bool compressible = false;
    HttpHeaders headers;
    std::array<Form, kCodings> forms;
    size_t size = 0;
  };
  using Pages = std::list<Page>;

  Form MakeForm(const Page& page, Coding coding, std::shared_ptr<const std::string> body) const;
  void Keep(Page page) ABSL_LOCKS_EXCLUDED(mutex_);
  // The forms a page of these bytes was given before.
  std::array<Form, kCodings> FormsOf(const Page& page) ABSL_LOCKS_EXCLUDED(mutex_);

  const Options options_;
  mutable absl::Mutex mutex_;
  Pages pages_ ABSL_GUARDED_BY(mutex_);  // Used last comes first.
  absl::flat_hash_map<absl::string_view, Pages::iterator> by_target_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace seaworthy
