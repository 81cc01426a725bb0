// Chat templates: how a system and a user turn become the one text that a
// server without chat continues.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace seaworthy {

// One template, as data. The token that opens a text (`<s>`, `<bos>`,
// `<|begin_of_text|>`) is not in it: the server's tokenizer puts it there.
struct ChatTemplate {
  std::string_view name;
  std::string_view before_system;
  std::string_view after_system;
  std::string_view before_user;
  std::string_view after_user;
  // Where a model answers on after its own turn.
  std::vector<std::string> stop;
};

// The template `name`; the empty name is chatml. Errors: INVALID_ARGUMENT
// naming those there are.
absl::StatusOr<const ChatTemplate*> FindChatTemplate(std::string_view name);

// Renders both turns. Control tokens of any model family that stand in `user`
// are broken by a space, so that words of an announcement cannot end its turn.
std::string RenderChat(const ChatTemplate& chat, std::string_view system, std::string_view user);

}  // namespace seaworthy
