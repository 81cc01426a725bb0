#include "services/reviewer/offline/condition.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr int kMaxNesting = 16;

bool IsWordChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
}

struct Token {
  std::string text;
  bool quoted = false;
};

std::vector<Token> Tokenise(std::string_view text) {
  std::vector<Token> tokens;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (absl::ascii_isspace(static_cast<unsigned char>(c))) {
      ++i;
    } else if (c == '"') {
      const size_t end = std::min(text.find('"', i + 1), text.size());
      tokens.push_back({std::string(text.substr(i + 1, end - i - 1)), true});
      i = end + 1;
    } else if (IsWordChar(c)) {
      size_t end = i;
      while (end < text.size() && IsWordChar(text[end])) ++end;
      tokens.push_back({std::string(text.substr(i, end - i))});
      i = end;
    } else {
      const size_t length = (c == '<' || c == '>') && i + 1 < text.size() && text[i + 1] == '=' ? 2 : 1;
      tokens.push_back({std::string(text.substr(i, length))});
      i += length;
    }
  }
  return tokens;
}

bool Compare(double a, std::string_view op, double b) {
  if (op == "<") return a < b;
  if (op == "<=") return a <= b;
  if (op == ">") return a > b;
  if (op == ">=") return a >= b;
  return a == b;
}

}  // namespace

struct Condition::Node {
  enum class Kind { kAnd, kOr, kNot, kHas, kMissing, kEquals, kContains, kNumber, kCount, kShip };
  Kind kind = Kind::kHas;
  std::vector<std::shared_ptr<const Node>> parts;
  std::string name;
  std::string op;
  std::vector<std::string> values;
  double number = 0;

  bool Holds(const ConditionContext& context) const {
    const auto holds = [&context](const auto& part) { return part->Holds(context); };
    switch (kind) {
      case Kind::kAnd:
        return std::all_of(parts.begin(), parts.end(), holds);
      case Kind::kOr:
        return std::any_of(parts.begin(), parts.end(), holds);
      case Kind::kNot:
        return !parts.front()->Holds(context);
      case Kind::kHas:
        return context.Has(name);
      case Kind::kMissing:
        return context.Missing(name);
      case Kind::kShip:
        return context.Ship();
      case Kind::kCount:
        return Compare(context.Count(name), op, number);
      case Kind::kNumber: {
        const auto value = context.Number(name);
        return value.has_value() && Compare(*value, op, number);
      }
      default:
        return MatchesValue(context);
    }
  }

  bool MatchesValue(const ConditionContext& context) const {
    for (std::string_view value : context.Values(name)) {
      for (const std::string& wanted : values) {
        if (kind == Kind::kEquals ? text::EqualsIgnoreCase(value, wanted)
                                  : text::ContainsIgnoreCase(value, wanted)) {
          return true;
        }
      }
    }
    return false;
  }
};

class Condition::Parser {
 public:
  Parser(std::string_view text, const ValueSets& sets) : text_(text), sets_(sets), tokens_(Tokenise(text)) {}

  absl::StatusOr<Condition> Run() {
    condition_.root_ = Or(0);
    if (error_.empty() && at_ < tokens_.size()) Fail("`and`, `or` or the end");
    if (!error_.empty()) {
      return absl::InvalidArgumentError(text::Cat("condition \"", text_, "\": expected ", error_));
    }
    return condition_;
  }

 private:
  using NodePtr = std::shared_ptr<const Node>;

  void Fail(std::string_view expected) {
    if (!error_.empty()) return;
    error_ = text::Cat(expected, at_ < tokens_.size() ? " at `" : " at the end",
                       at_ < tokens_.size() ? tokens_[at_].text + "`" : "");
  }
  bool Accept(std::string_view word) {
    if (at_ >= tokens_.size() || tokens_[at_].quoted || tokens_[at_].text != word) return false;
    ++at_;
    return true;
  }
  std::string Take(std::string_view expected) {
    if (at_ >= tokens_.size()) {
      Fail(expected);
      return "";
    }
    return tokens_[at_++].text;
  }
  std::string TakeName() {
    const bool word = at_ < tokens_.size() && IsWordChar(tokens_[at_].text[0]);
    if (!word) {
      Fail("a field, a slot or a number's name");
      return "";
    }
    return tokens_[at_++].text;
  }

  NodePtr Join(Node::Kind kind, std::vector<NodePtr> parts) {
    if (parts.size() == 1) return parts.front();
    Node node;
    node.kind = kind;
    node.parts = std::move(parts);
    return std::make_shared<Node>(std::move(node));
  }

  NodePtr Or(int depth) {
    std::vector<NodePtr> parts = {And(depth)};
    while (error_.empty() && Accept("or")) parts.push_back(And(depth));
    return Join(Node::Kind::kOr, std::move(parts));
  }

  NodePtr And(int depth) {
    std::vector<NodePtr> parts = {Not(depth)};
    while (error_.empty() && Accept("and")) parts.push_back(Not(depth));
    return Join(Node::Kind::kAnd, std::move(parts));
  }

  NodePtr Negate(NodePtr part) {
    Node node;
    node.kind = Node::Kind::kNot;
    node.parts = {std::move(part)};
    return std::make_shared<Node>(std::move(node));
  }

  NodePtr Not(int depth) {
    if (depth > kMaxNesting) Fail("less nesting");
    if (!error_.empty()) return std::make_shared<Node>();
    if (Accept("not")) {
      ++negations_;
      NodePtr part = Not(depth + 1);
      --negations_;
      return Negate(std::move(part));
    }
    if (Accept("(")) {
      NodePtr inner = Or(depth + 1);
      if (!Accept(")")) Fail("`)`");
      return inner;
    }
    return Primary();
  }

  NodePtr Primary() {
    Node node;
    if (Accept("ship") || Accept("skip")) {
      condition_.asks_vote_ = true;
      node.kind = Node::Kind::kShip;
      const bool skip = tokens_[at_ - 1].text == "skip";
      auto ship = std::make_shared<Node>(std::move(node));
      return skip ? Negate(std::move(ship)) : ship;
    }
    if (Accept("has")) return Presence(Node::Kind::kHas, &condition_.wants_);
    if (Accept("missing")) return Presence(Node::Kind::kMissing, &condition_.wants_missing_);
    if (Accept("count")) {
      node.kind = Node::Kind::kCount;
      node.name = TakeName();
      ReadNumber(Take("a comparison"), &node);
      return std::make_shared<Node>(std::move(node));
    }
    node.name = TakeName();
    ReadComparison(&node);
    return std::make_shared<Node>(std::move(node));
  }

  NodePtr Presence(Node::Kind kind, std::vector<std::string>* fields) {
    Node node;
    node.kind = kind;
    node.name = TakeName();
    if (negations_ == 0) fields->push_back(node.name);
    return std::make_shared<Node>(std::move(node));
  }

  void ReadComparison(Node* node) {
    const std::string op = Take("a comparison");
    if (op == "~" || op == "in" || op == "=") {
      double ignored = 0;
      const bool number = op == "=" && at_ < tokens_.size() && !tokens_[at_].quoted &&
                          absl::SimpleAtod(tokens_[at_].text, &ignored);
      if (number) return ReadNumber(op, node);
      node->kind = op == "~" ? Node::Kind::kContains : Node::Kind::kEquals;
      ReadValues(op, node);
      if (negations_ == 0) condition_.wants_.push_back(node->name);
      return;
    }
    node->kind = Node::Kind::kNumber;
    ReadNumber(op, node);
  }

  void ReadNumber(const std::string& op, Node* node) {
    static constexpr std::string_view kOps[] = {"<", "<=", ">", ">=", "="};
    if (std::find(std::begin(kOps), std::end(kOps), op) == std::end(kOps)) {
      --at_;
      return Fail("one of < <= > >= = in ~");
    }
    node->op = op;
    if (node->kind != Node::Kind::kCount) node->kind = Node::Kind::kNumber;
    const std::string text = Take("a number");
    if (!absl::SimpleAtod(text, &node->number)) {
      if (at_ > 0) --at_;
      Fail("a number");
    }
  }

  void ReadValues(const std::string& op, Node* node) {
    const bool quoted = at_ < tokens_.size() && tokens_[at_].quoted;
    const std::string word = Take("a value");
    if (op == "in" || (op == "~" && !quoted)) {
      const auto set = sets_.find(word);
      if (set == sets_.end()) {
        if (at_ > 0) --at_;
        return Fail("the name of one of the rubric's `sets`");
      }
      node->values = set->second;
    } else {
      node->values = {word};
    }
  }

  std::string_view text_;
  const ValueSets& sets_;
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int negations_ = 0;
  std::string error_;
  Condition condition_;
};

absl::StatusOr<Condition> Condition::Parse(std::string_view text, const ValueSets& sets) {
  return Parser(text, sets).Run();
}

bool Condition::Holds(const ConditionContext& context) const {
  return root_ == nullptr || root_->Holds(context);
}

}  // namespace seaworthy::offline
