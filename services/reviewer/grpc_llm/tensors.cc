#include "services/reviewer/grpc_llm/tensors.h"

#include <string_view>

namespace seaworthy {
namespace {

using inference::ModelInferResponse;

inference::ModelInferRequest::InferInputTensor* AddInput(const std::string& name, const char* datatype,
                                                         inference::ModelInferRequest* request) {
  auto* input = request->add_inputs();
  input->set_name(name);
  input->set_datatype(datatype);
  input->add_shape(1);
  return input;
}

// Little-endian, of four or eight bytes.
uint64_t LittleEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

std::optional<std::string> FirstText(std::string_view raw) {
  if (raw.size() < 4) return std::nullopt;
  const uint64_t size = LittleEndian(raw.substr(0, 4));
  if (size > raw.size() - 4) return std::nullopt;
  return std::string(raw.substr(4, size));
}

std::optional<uint64_t> FirstCount(std::string_view raw, const std::string& datatype) {
  const size_t width = datatype.ends_with("64") ? 8 : 4;
  if (!datatype.ends_with("INT32") && !datatype.ends_with("INT64")) return std::nullopt;
  if (raw.size() < width) return std::nullopt;
  return LittleEndian(raw.substr(0, width));
}

// Position of the output, or -1.
int Find(const ModelInferResponse& response, const std::string& name) {
  for (int i = 0; i < response.outputs_size(); ++i) {
    if (response.outputs(i).name() == name) return i;
  }
  return -1;
}

}  // namespace

void AddText(const std::string& name, const std::string& value, inference::ModelInferRequest* request) {
  AddInput(name, "BYTES", request)->mutable_contents()->add_bytes_contents(value);
}

void AddBool(const std::string& name, bool value, inference::ModelInferRequest* request) {
  AddInput(name, "BOOL", request)->mutable_contents()->add_bool_contents(value);
}

std::optional<std::string> TextOf(const ModelInferResponse& response, const std::string& name) {
  const int at = Find(response, name);
  if (at < 0 || response.outputs(at).datatype() != "BYTES") return std::nullopt;
  const auto& contents = response.outputs(at).contents();
  if (contents.bytes_contents_size() > 0) return contents.bytes_contents(0);
  if (at < response.raw_output_contents_size()) return FirstText(response.raw_output_contents(at));
  return std::nullopt;
}

std::optional<uint64_t> CountOf(const ModelInferResponse& response, const std::string& name) {
  const int at = Find(response, name);
  if (at < 0) return std::nullopt;
  const auto& contents = response.outputs(at).contents();
  if (contents.uint_contents_size() > 0) return contents.uint_contents(0);
  if (contents.uint64_contents_size() > 0) return contents.uint64_contents(0);
  if (at >= response.raw_output_contents_size()) return std::nullopt;
  return FirstCount(response.raw_output_contents(at), response.outputs(at).datatype());
}

bool IsFinal(const ModelInferResponse& response) {
  const auto flag = response.parameters().find("triton_final_response");
  return flag != response.parameters().end() && flag->second.bool_param();
}

}  // namespace seaworthy
