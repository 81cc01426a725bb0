#include "services/reviewer/grpc_llm/chat_template.h"

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

const std::vector<ChatTemplate>& Templates() {
  static const auto* const kTemplates = new std::vector<ChatTemplate>{
      {"chatml",
       "<|im_start|>system\n",
       "<|im_end|>\n",
       "<|im_start|>user\n",
       "<|im_end|>\n<|im_start|>assistant\n",
       {"<|im_end|>"}},
      {"llama3",
       "<|start_header_id|>system<|end_header_id|>\n\n",
       "<|eot_id|>",
       "<|start_header_id|>user<|end_header_id|>\n\n",
       "<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
       {"<|eot_id|>"}},
      // Mistral and Gemma have no turn for the system: it opens the user's.
      {"mistral", "[INST] ", "\n\n", "", " [/INST]", {}},
      {"gemma",
       "<start_of_turn>user\n",
       "\n\n",
       "",
       "<end_of_turn>\n<start_of_turn>model\n",
       {"<end_of_turn>"}},
      {"plain", "", "\n\n", "", "\n\n", {}},
  };
  return *kTemplates;
}

// What opens a control token in some family. Longer texts that begin with one
// of these are broken with it.
constexpr std::string_view kControl[] = {
    "<|",
    "<\xef\xbd\x9c",
    "<s>",
    "</s>",
    "<bos>",
    "<eos>",
    "<pad>",
    "<unk>",
    "<start_of_turn",
    "<end_of_turn",
    "<think",
    "</think",
    "<tool_",
    "</tool_",
    "[INST",
    "[/INST",
    "[SYSTEM_PROMPT",
    "[/SYSTEM_PROMPT",
    "[AVAILABLE_TOOLS",
    "[/AVAILABLE_TOOLS",
    "[TOOL_",
    "[/TOOL_",
    "[THINK",
    "[/THINK",
    "[IMG",
    "[PREFIX]",
    "[MIDDLE]",
    "[SUFFIX]",
    "<<SYS>>",
    "<</SYS>>",
};

bool OpensControl(std::string_view rest) {
  for (const std::string_view token : kControl) {
    if (rest.starts_with(token)) return true;
  }
  return false;
}

void AppendDefused(std::string_view user, std::string* out) {
  for (size_t i = 0; i < user.size(); ++i) {
    out->push_back(user[i]);
    if ((user[i] == '<' || user[i] == '[') && OpensControl(user.substr(i))) out->push_back(' ');
  }
}

}  // namespace

absl::StatusOr<const ChatTemplate*> FindChatTemplate(std::string_view name) {
  std::vector<std::string> names;
  for (const ChatTemplate& one : Templates()) {
    if (one.name == (name.empty() ? "chatml" : name)) return &one;
    names.emplace_back(one.name);
  }
  return absl::InvalidArgumentError(text::Cat("dialect `", name, "` is no chat template; there are ",
                                              text::JoinList(names),
                                              "; take the one the model was trained with"));
}

std::string RenderChat(const ChatTemplate& chat, std::string_view system, std::string_view user) {
  std::string out = text::Cat(chat.before_system, system, chat.after_system, chat.before_user);
  out.reserve(out.size() + user.size() + chat.after_user.size() + 64);
  AppendDefused(user, &out);
  out.append(chat.after_user);
  return out;
}

}  // namespace seaworthy
