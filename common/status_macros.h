// Hand an error upward in one line.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function where `expression` is not OK.
#define SEAWORTHY_RETURN_IF_ERROR(expression)      \
  do {                                             \
    absl::Status status_macro_ = (expression);     \
    if (!status_macro_.ok()) return status_macro_; \
  } while (false)

#define SEAWORTHY_CONCAT_INNER_(a, b) a##b
#define SEAWORTHY_CONCAT_(a, b) SEAWORTHY_CONCAT_INNER_(a, b)

// `SEAWORTHY_ASSIGN_OR_RETURN(auto x, F());` returns F's error or sets x.
#define SEAWORTHY_ASSIGN_OR_RETURN(left, expression) \
  SEAWORTHY_ASSIGN_OR_RETURN_(SEAWORTHY_CONCAT_(status_or_, __LINE__), left, expression)
#define SEAWORTHY_ASSIGN_OR_RETURN_(result, left, expression) \
  auto result = (expression);                                 \
  if (!result.ok()) return std::move(result).status();        \
  left = *std::move(result)
