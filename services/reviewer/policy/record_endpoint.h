// `record:DIR`: keeps what another endpoint answers in replay's format.
#pragma once

#include <memory>
#include <string>

#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// Thread-safe. Every answer that came whole is written to
// `DIR/TOOL@REVISION/PERSONA.json`, with `model` set to the model that gave
// it, before it is handed on; a later one takes its place. What cannot be
// written or is no JSON object is logged and handed on all the same.
class RecordEndpoint : public LlmEndpoint {
 public:
  // Owns `inner`. `name` is its own, as configured.
  RecordEndpoint(std::string name, std::string dir, std::unique_ptr<LlmEndpoint> inner)
      : name_(std::move(name)), dir_(std::move(dir)), inner_(std::move(inner)) {}

  const std::string& name() const override { return name_; }
  const std::string& model() const override { return inner_->model(); }
  bool rule_based() const override { return inner_->rule_based(); }
  bool wants_prompt() const override { return inner_->wants_prompt(); }
  const std::string& parameters() const override { return inner_->parameters(); }
  void Start(const LlmCall& call, LlmDone done) override;

 private:
  const std::string name_;
  const std::string dir_;
  const std::unique_ptr<LlmEndpoint> inner_;
};

}  // namespace seaworthy
