// SPDX-License-Identifier: Apache-2.0
#include "synth/liberty.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <tuple>

#include "generator/spec/error.hpp"
#include "generator/support/sha256.hpp"

namespace peforge::synth {

namespace fs = std::filesystem;

namespace {

/// Recursive-descent reader of liberty text.
class LibertyReader {
public:
    LibertyReader(const std::string& text, const std::string& file) : text_(text), file_(file) {}

    LibertyGroup read() {
        skip();
        LibertyGroup root;
        const std::string name = word();
        if (name != "library") fail("expected \"library\", found \"" + name + "\"");
        statement(name, root);
        if (root.groups.size() != 1) fail("expected library (NAME) { ... }");
        skip();
        if (at_ != text_.size()) fail("text after the end of the library");
        return std::move(root.groups.front());
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        const auto line =
            1 + std::count(text_.begin(), text_.begin() + static_cast<long>(at_), '\n');
        throw InputError(file_, "line " + std::to_string(line),
                         what + "; a liberty file is needed");
    }

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    /// Blanks, comments and the backslash of a continued line.
    void skip() {
        while (at_ < text_.size()) {
            if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '\\') {
                ++at_;
            } else if (text_.compare(at_, 2, "/*") == 0) {
                const std::size_t end = text_.find("*/", at_ + 2);
                if (end == std::string::npos) fail("comment without end");
                at_ = end + 2;
            } else if (text_.compare(at_, 2, "//") == 0) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else {
                break;
            }
        }
    }

    std::string quoted() {
        const std::size_t end = text_.find('"', at_ + 1);
        if (end == std::string::npos) fail("string without end");
        std::string value = text_.substr(at_ + 1, end - at_ - 1);
        std::erase(value, '\\');
        at_ = end + 1;
        return value;
    }

    std::string word() {
        if (peek() == '"') return quoted();
        const std::size_t start = at_;
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) == 0 &&
               std::string("(){};:,\"").find(text_[at_]) == std::string::npos) {
            ++at_;
        }
        if (at_ == start) {
            fail(at_ == text_.size() ? "unexpected end of file"
                                     : std::string("unexpected '") + text_[at_] + "'");
        }
        return text_.substr(start, at_ - start);
    }

    std::vector<std::string> arguments() {
        std::vector<std::string> args;
        ++at_;
        for (skip(); peek() != ')'; skip()) {
            if (peek() == ',') {
                ++at_;
            } else {
                args.push_back(word());
            }
        }
        ++at_;
        return args;
    }

    /// Value of a simple attribute: up to the semicolon or the end of the line.
    std::string simple_value() {
        std::string value;
        while (at_ < text_.size() && text_[at_] != ';' && text_[at_] != '\n' && text_[at_] != '}') {
            if (text_[at_] == '"') {
                value += quoted();
            } else if (text_.compare(at_, 2, "/*") == 0) {
                skip();
            } else {
                value.push_back(text_[at_++]);
            }
        }
        const std::size_t last = value.find_last_not_of(" \t\r");
        return last == std::string::npos ? "" : value.substr(0, last + 1);
    }

    void statement(const std::string& name, LibertyGroup& into) {
        skip();
        if (peek() == ':') {
            ++at_;
            skip();
            into.attributes.emplace_back(name, simple_value());
        } else if (peek() == '(') {
            std::vector<std::string> args = arguments();
            skip();
            if (peek() == '{') {
                ++at_;
                LibertyGroup group;
                group.type = name;
                group.args = std::move(args);
                for (skip(); peek() != '}'; skip()) {
                    if (at_ == text_.size()) fail(name + " group without end");
                    if (peek() == ';') {
                        ++at_;
                    } else {
                        statement(word(), group);
                    }
                }
                ++at_;
                into.groups.push_back(std::move(group));
            } else {
                std::string joined;
                for (const std::string& a : args) joined += (joined.empty() ? "" : ", ") + a;
                into.attributes.emplace_back(name, joined);
            }
        } else {
            fail("expected ':' or '(' after \"" + name + "\"");
        }
        skip();
        if (peek() == ';') ++at_;
    }

    const std::string& text_;
    const std::string& file_;
    std::size_t at_ = 0;
};

/// Truth-table evaluation of a boolean function, see truth_table().
class FunctionReader {
public:
    FunctionReader(const std::string& text, const std::vector<std::string>& inputs)
        : text_(text), inputs_(inputs) {
        const std::size_t rows = std::size_t{1} << inputs.size();
        all_ = rows == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << rows) - 1;
    }

    std::optional<std::uint64_t> read() {
        const std::uint64_t value = any();
        blanks();
        if (!good_ || at_ != text_.size()) return std::nullopt;
        return value & all_;
    }

private:
    void blanks() {
        while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0)
            ++at_;
    }

    bool take(const char* characters) {
        blanks();
        if (at_ >= text_.size() || std::string(characters).find(text_[at_]) == std::string::npos) {
            return false;
        }
        ++at_;
        return true;
    }

    std::uint64_t any() {
        std::uint64_t value = all();
        while (good_ && take("+|")) value |= all();
        return value;
    }

    std::uint64_t all() {
        std::uint64_t value = either();
        for (;;) {
            if (!good_) return value;
            const bool sign = take("&*");
            blanks();
            // Two terms side by side are a product.
            if (!sign && (at_ >= text_.size() ||
                          std::string("+|)^").find(text_[at_]) != std::string::npos)) {
                return value;
            }
            value &= either();
        }
    }

    std::uint64_t either() {
        std::uint64_t value = term();
        while (good_ && take("^")) value ^= term();
        return value;
    }

    std::uint64_t term() {
        if (take("!")) return ~term();
        std::uint64_t value = 0;
        if (take("(")) {
            value = any();
            if (!take(")")) good_ = false;
        } else {
            value = name();
        }
        while (good_ && take("'")) value = ~value;
        return value;
    }

    std::uint64_t name() {
        blanks();
        const std::size_t start = at_;
        while (at_ < text_.size() &&
               (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_' ||
                text_[at_] == '[' || text_[at_] == ']')) {
            ++at_;
        }
        const std::string id = text_.substr(start, at_ - start);
        const auto found = std::find(inputs_.begin(), inputs_.end(), id);
        if (found != inputs_.end()) {
            const auto index = static_cast<std::size_t>(found - inputs_.begin());
            std::uint64_t value = 0;
            for (std::size_t row = 0; row < (std::size_t{1} << inputs_.size()); ++row) {
                value |= std::uint64_t{row >> index & 1} << row;
            }
            return value;
        }
        if (id == "1") return all_;
        if (id != "0") good_ = false;
        return 0;
    }

    const std::string& text_;
    const std::vector<std::string>& inputs_;
    std::uint64_t all_ = 0;
    std::size_t at_ = 0;
    bool good_ = true;
};

std::optional<double> number(const std::string* text) {
    if (text == nullptr || text->empty()) return std::nullopt;
    char* end = nullptr;
    const double value = std::strtod(text->c_str(), &end);
    if (end == text->c_str()) return std::nullopt;
    return value;
}

constexpr std::size_t kMaxInputs = 6;

/// Order of choice between cells that do the same; those without an area come last.
bool smaller(const Cell* a, const Cell* b) {
    const auto rank = [](const Cell* c) {
        const bool known = c->area && *c->area > 0.0;
        return std::tuple(!known, known ? *c->area : 0.0, c->name);
    };
    return rank(a) < rank(b);
}

/// Whether a cell has delay tables; ABC sizes and buffers with those alone.
bool timed(const LibertyGroup& cell) {
    for (const LibertyGroup& pin : cell.groups) {
        for (const LibertyGroup& timing : pin.groups) {
            if (pin.type != "pin" || timing.type != "timing") continue;
            for (const LibertyGroup& table : timing.groups) {
                if (table.type == "cell_rise") return true;
            }
        }
    }
    return false;
}

/// Name of the one pin that `function` is equal to, or empty.
std::string single_pin(const std::string& function, const std::vector<std::string>& inputs) {
    for (const std::string& pin : inputs) {
        if (truth_table(function, {pin}) == 0b10U) return pin;
    }
    return {};
}

}  // namespace

const std::string* LibertyGroup::attribute(const std::string& name) const {
    for (const auto& [key, value] : attributes) {
        if (key == name) return &value;
    }
    return nullptr;
}

LibertyGroup parse_liberty(const std::string& text, const std::string& file) {
    return LibertyReader(text, file).read();
}

std::optional<std::uint64_t> truth_table(const std::string& function,
                                         const std::vector<std::string>& inputs) {
    if (inputs.size() > kMaxInputs) return std::nullopt;
    return FunctionReader(function, inputs).read();
}

Library::Library(const std::string& text, const std::string& file)
    : file_(fs::path(file).filename().string()), sha256_(peforge::sha256(text)) {
    const LibertyGroup root = parse_liberty(text, file);
    name_ = root.args.empty() ? "" : root.args.front();
    voltage_ = number(root.attribute("nom_voltage"));
    temperature_ = number(root.attribute("nom_temperature"));
    for (const LibertyGroup& group : root.groups) {
        if (group.type == "cell" && !group.args.empty()) read_cell(group);
    }
    choose_cells(root);
}

void Library::read_cell(const LibertyGroup& group) {
    Cell cell;
    cell.name = group.args.front();
    cell.area = number(group.attribute("area"));
    for (const LibertyGroup& part : group.groups) {
        if (part.type == "ff" || part.type == "ff_bank") cell.flip_flop = true;
        if (part.type == "latch" || part.type == "latch_bank") cell.latch = true;
        if (part.type != "pin") continue;
        const std::string* direction = part.attribute("direction");
        if (direction == nullptr) continue;
        const std::string* function = part.attribute("function");
        // A three-state output is no logic function of the inputs.
        const bool three_state = part.attribute("three_state") != nullptr;
        for (const std::string& pin : part.args) {
            if (*direction == "input") cell.inputs.push_back(pin);
            if (*direction == "output") {
                cell.outputs[pin] = function == nullptr || three_state ? "" : *function;
            }
        }
    }
    cells_[cell.name] = std::move(cell);
}

void Library::choose_cells(const LibertyGroup& root) {
    std::map<std::string, const LibertyGroup*> groups;
    for (const LibertyGroup& g : root.groups) {
        if (g.type == "cell" && !g.args.empty()) groups[g.args.front()] = &g;
    }
    std::vector<const Cell*> order;
    for (const auto& [cell_name, cell] : cells_) {
        const std::string* dont_use = groups.at(cell_name)->attribute("dont_use");
        if (dont_use == nullptr || *dont_use != "true") order.push_back(&cell);
    }
    std::sort(order.begin(), order.end(), smaller);

    std::vector<std::string> buffers;
    bool inverter = false;
    bool gate = false;
    for (const Cell* cell : order) {
        if (cell->flip_flop || cell->latch) continue;
        std::map<std::string, std::uint64_t> tables;
        for (const auto& [pin, function] : cell->outputs) {
            if (const auto table = truth_table(function, cell->inputs)) tables[pin] = *table;
        }
        if (cell->inputs.size() == 1 && tables.size() == 1) {
            if (tables.begin()->second == 0b10 && timed(*groups.at(cell->name))) {
                buffers.push_back(cell->name);
            }
            if (tables.begin()->second == 0b01) inverter = true;
        }
        if (cell->inputs.size() == 2 && tables.size() == 1) {
            const std::uint64_t t = tables.begin()->second;
            gate = gate || t == 0b0111 || t == 0b0001 || t == 0b1000 || t == 0b1110;
        }
        if (!full_adder_ && cell->inputs.size() == 3 && tables.size() == 2) {
            FullAdder adder{cell->name, cell->inputs, "", ""};
            for (const auto& [pin, table] : tables) {
                if (table == 0b10010110) adder.sum = pin;
                if (table == 0b11101000) adder.carry = pin;
            }
            if (!adder.sum.empty() && !adder.carry.empty()) full_adder_ = adder;
        }
    }
    if (!buffers.empty()) buffer_ = buffers[std::min<std::size_t>(1, buffers.size() - 1)];

    for (const Cell* cell : order) {
        if (!flip_flop_.cell.empty()) break;
        for (const LibertyGroup& ff : groups.at(cell->name)->groups) {
            const std::string* next = ff.attribute("next_state");
            const std::string* clock = ff.attribute("clocked_on");
            if (ff.type != "ff" || ff.args.empty() || next == nullptr || clock == nullptr ||
                ff.attribute("clear") != nullptr || ff.attribute("preset") != nullptr) {
                continue;
            }
            FlipFlop found{cell->name, single_pin(*clock, cell->inputs),
                           single_pin(*next, cell->inputs), ""};
            for (const auto& [pin, function] : cell->outputs) {
                if (truth_table(function, {ff.args.front()}) == 0b10U) found.output = pin;
            }
            if (!found.clock.empty() && !found.data.empty() && !found.output.empty()) {
                flip_flop_ = found;
            }
        }
    }
    for (const Cell* cell : order) {
        if (latch_) break;
        for (const LibertyGroup& latch : groups.at(cell->name)->groups) {
            const std::string* data = latch.attribute("data_in");
            const std::string* enable = latch.attribute("enable");
            if (latch.type != "latch" || latch.args.empty() || data == nullptr ||
                enable == nullptr || latch.attribute("clear") != nullptr ||
                latch.attribute("preset") != nullptr) {
                continue;
            }
            Latch found{cell->name, single_pin(*enable, cell->inputs),
                        single_pin(*data, cell->inputs), ""};
            for (const auto& [pin, function] : cell->outputs) {
                if (truth_table(function, {latch.args.front()}) == 0b10U) found.output = pin;
            }
            if (!found.enable.empty() && !found.data.empty() && !found.output.empty()) {
                latch_ = found;
            }
        }
    }
    std::string missing;
    const auto need = [&missing](bool there, const char* what) {
        if (!there) missing += (missing.empty() ? "" : ", ") + std::string(what);
    };
    need(!flip_flop_.cell.empty(), "a rising-edge D flip-flop without set and reset");
    need(inverter, "an inverter");
    need(gate, "a two-input NAND, NOR, AND or OR gate");
    if (!missing.empty()) {
        throw InputError(file_, "library " + name_,
                         "lacks " + missing + "; a standard-cell library needs these");
    }
}

double Library::area(const std::string& cell) const {
    const auto found = cells_.find(cell);
    if (found == cells_.end()) {
        throw InputError(file_, "cell " + cell, "is used by the netlist and is not in the library");
    }
    if (!found->second.area || !(*found->second.area > 0.0)) {
        throw InputError(file_, "cell " + cell,
                         "is used by the netlist and has no area; an area above 0 is needed");
    }
    return *found->second.area;
}

bool Library::is_flip_flop(const std::string& cell) const {
    const auto found = cells_.find(cell);
    return found != cells_.end() && found->second.flip_flop;
}

bool Library::is_latch(const std::string& cell) const {
    const auto found = cells_.find(cell);
    return found != cells_.end() && found->second.latch;
}

void Library::add_areas(const std::map<std::string, double>& areas) {
    for (auto& [name, cell] : cells_) {
        const auto found = areas.find(name);
        if (found != areas.end() && !(cell.area && *cell.area > 0.0)) cell.area = found->second;
    }
}

std::map<std::string, double> lef_areas(const std::string& text) {
    std::map<std::string, double> areas;
    std::string macro;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string key;
        words >> key;
        if (key == "MACRO") words >> macro;
        double width = 0.0;
        double height = 0.0;
        std::string by;
        if (key == "SIZE" && !macro.empty() && words >> width >> by >> height && by == "BY") {
            // Steps of a thousandth of a micron: decimals of the file carry binary dust.
            areas[macro] = std::round(width * height * 1e6) / 1e6;
        }
    }
    return areas;
}

std::vector<fs::path> liberty_folders(const std::string& name) {
    std::vector<fs::path> folders;
    if (const char* path = std::getenv("PEFORGE_LIBERTY_PATH")) {
        std::istringstream dirs(path);
        for (std::string dir; std::getline(dirs, dir, ':');) {
            if (dir.empty()) continue;
            folders.push_back(fs::path(dir) / name);
            folders.emplace_back(dir);
        }
    }
    const fs::path qflow = fs::path("usr/share/qflow/tech") / name;
    folders.push_back("/" / qflow);
    if (const char* home = std::getenv("HOME")) {
        folders.push_back(fs::path(home) / ".cache/peforge/liberty" / name);
    }
    const char* tech = std::getenv("PEFORGE_TECH_DIR");
    folders.push_back(fs::path(tech != nullptr && *tech != '\0' ? tech : "/opt/peforge/tech") /
                      qflow);
    return folders;
}

fs::path find_liberty(const std::string& name, const std::vector<fs::path>& folders) {
    for (const fs::path& folder : folders) {
        std::error_code ignored;
        std::vector<fs::path> all;
        std::vector<fs::path> named;
        for (const auto& entry : fs::directory_iterator(folder, ignored)) {
            if (entry.path().extension() != ".lib") continue;
            all.push_back(entry.path());
            if (entry.path().filename().string().rfind(name, 0) == 0) named.push_back(entry.path());
        }
        std::sort(named.begin(), named.end());
        if (!named.empty()) return named.front();
        // qflow calls the file of osu050 osu05_stdcells.lib; only a folder of that name vouches for
        // it.
        if (all.size() == 1 && folder.filename() == name) return all.front();
    }
    throw MissingToolError("the liberty file of " + name,
                           "scripts/install_deps, or apt-get download qflow-tech-" + name +
                               " && dpkg -x qflow-tech-" + name + "_*.deb /opt/peforge/tech");
}

}  // namespace peforge::synth
