// What every page of the desk has: its frame, and how it says what went wrong.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/status.h"
#include "services/publisher/access/router.h"
#include "services/publisher/pages/template_set.h"

namespace seaworthy {

// Thread-safe. The templates are not owned.
class DeskFrame {
 public:
  explicit DeskFrame(const TemplateSet* templates) : templates_(templates) {}

  // What the head of a page needs; `section` is the navigation's current entry.
  nlohmann::json View(const Call& call, const std::string& section, const std::string& title) const;
  HttpResponse Page(const char* name, const nlohmann::json& view, int status = 200) const;
  // A page that says one thing: an error, a conflict.
  HttpResponse Message(int status, const std::string& title, const std::string& message,
                       const std::string& back_url = "/desk",
                       const std::string& back_label = "Back to the queue") const;
  // A page could not be shown or a form not be taken. What went wrong inside
  // is for the log.
  HttpResponse Failed(const absl::Status& status, const std::string& what,
                      const std::string& back_url = "/desk",
                      const std::string& back_label = "Back to the queue") const;

 private:
  const TemplateSet* const templates_;
};

// A page of the desk is asked for a part of a list: where it begins, how to go
// on. Sets `next` and `first` of `view`; `path` has its query already where it
// has one.
void AddPaging(const Call& call, const std::string& path, const std::string& next_token,
               nlohmann::json& view);

// Editors' sentences: at most this many bytes.
inline constexpr size_t kMaxReason = 2000;

}  // namespace seaworthy
