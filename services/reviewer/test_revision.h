// Revisions for tests, built a fact at a time, with evidence in a text of
// their own.
#pragma once

#include <string>

#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/text.h"

namespace seaworthy {

// A request about an invented tool.
class TestRevision {
 public:
  explicit TestRevision(const std::string& name, v1::ToolKind kind = v1::MODEL) {
    request_.persona = std::make_shared<v1::Persona>();
    v1::Revision& revision = request_.revision;
    revision.set_tool_id("a-tool");
    revision.set_number(1);
    revision.set_name(name);
    revision.set_kind(kind);
    revision.add_announcement_ids("ann-1");
    With("name", name);
  }

  // A fact whose evidence is `said`, or its own value.
  TestRevision& With(const std::string& field, const std::string& value, std::string said = "") {
    if (said.empty()) said = value;
    v1::Fact* fact = request_.revision.add_facts();
    fact->set_field(field);
    fact->set_value(value);
    fact->mutable_evidence()->set_announcement_id("ann-1");
    fact->mutable_evidence()->set_begin(request_.announcement_text.size());
    fact->mutable_evidence()->set_end(request_.announcement_text.size() + said.size());
    fact->mutable_evidence()->set_text(said);
    text::Append(&request_.announcement_text, said, ".\n");
    Mirror(field, value);
    return *this;
  }

  TestRevision& WithRival(const std::string& name, double parameters_b) {
    request_.competitors.emplace_back().set_name(name);
    request_.competitors.back().add_parameters_b(parameters_b);
    return *this;
  }

  LlmRequest& request() { return request_; }
  LlmRequest For(const v1::Persona& persona) const {
    LlmRequest request = request_;
    request.persona = std::make_shared<v1::Persona>(persona);
    return request;
  }

 private:
  void Mirror(const std::string& field, const std::string& value) {
    v1::Revision& revision = request_.revision;
    if (field == "vendor") revision.set_vendor(value);
    if (field == "license") revision.set_license(value);
    if (field == "pricing") revision.set_pricing(value);
    if (field == "release_date") revision.set_release_date(value);
    if (field == "formats") revision.add_formats(value);
    if (field == "parameters_b") revision.add_parameters_b(std::stod(value));
    if (field == "entry_price_usd") revision.set_entry_price_usd(std::stod(value));
  }

  LlmRequest request_;
};

}  // namespace seaworthy
