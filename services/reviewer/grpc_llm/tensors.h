// Triton's tensors: made and read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "inference/grpc_service.pb.h"

namespace seaworthy {

// Adds an input BYTES[1] or BOOL[1].
void AddText(const std::string& name, const std::string& value, inference::ModelInferRequest* request);
void AddBool(const std::string& name, bool value, inference::ModelInferRequest* request);

// The first element of an output, out of `contents` or `raw_output_contents`;
// nothing where the output is not there, empty, of another type or broken.
std::optional<std::string> TextOf(const inference::ModelInferResponse& response, const std::string& name);
std::optional<uint64_t> CountOf(const inference::ModelInferResponse& response, const std::string& name);

// The parameter `triton_final_response`.
bool IsFinal(const inference::ModelInferResponse& response);

}  // namespace seaworthy
