// SPDX-License-Identifier: Apache-2.0
#include "synth/library_source.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "synth/liberty.hpp"

namespace peforge::synth {

namespace fs = std::filesystem;

namespace {

/// A group directly below the library's own, as text.
struct Piece {
    std::string type;
    std::string name;
    std::string text;
};

/// Position behind a comment or a string that begins at `at`, else `at`.
std::size_t skipped(const std::string& text, std::size_t at) {
    const auto behind = [&](const char* end, std::size_t from, std::size_t length) {
        const std::size_t found = text.find(end, from);
        return found == std::string::npos ? text.size() : found + length;
    };
    if (text.compare(at, 2, "/*") == 0) return behind("*/", at + 2, 2);
    if (text.compare(at, 2, "//") == 0) return behind("\n", at, 1);
    if (text[at] == '"') return behind("\"", at + 1, 1);
    return at;
}

/// Text between the library's braces; the positions of both.
std::pair<std::size_t, std::size_t> body_of(const std::string& text) {
    std::size_t begin = std::string::npos;
    std::size_t end = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t next = skipped(text, at);
        if (next != at) {
            at = next;
            continue;
        }
        if (text[at] == '{' && begin == std::string::npos) begin = at + 1;
        if (text[at] == '}') end = at;
        ++at;
    }
    return {begin, end};
}

/// The groups of a library that parse_liberty() has accepted, in order, as they stand.
std::vector<Piece> pieces(const std::string& text, const LibertyGroup& root) {
    std::vector<Piece> all;
    const auto [begin, end] = body_of(text);
    std::size_t start = begin;  // behind the statement before
    int depth = 0;
    for (std::size_t at = begin; at < end;) {
        const std::size_t next = skipped(text, at);
        if (next != at) {
            at = next;
            continue;
        }
        if (text[at] == '{') ++depth;
        if (text[at] == ';' && depth == 0) start = at + 1;
        if (text[at] == '}' && --depth == 0) {
            const LibertyGroup& group = root.groups.at(all.size());
            all.push_back({group.type, group.args.empty() ? "" : group.args.front(),
                           text.substr(start, at + 1 - start)});
            start = at + 1;
        }
        ++at;
    }
    return all;
}

/// Without blanks and continued lines.
std::string squeezed(std::string text) {
    std::erase_if(
        text, [](char c) { return c == '\\' || std::isspace(static_cast<unsigned char>(c)) != 0; });
    return text;
}

std::vector<std::string> listed(const std::string& target) {
    std::vector<std::string> files;
    std::istringstream in(target);
    for (std::string file; std::getline(in, file, ',');) files.push_back(file);
    return files;
}

bool is_gzip(const std::string& file) {
    return file.ends_with(".gz");
}

std::string text_of(const std::string& file) {
    if (!fs::is_regular_file(file)) {
        throw InputError(file, "", "cannot be read; a liberty file is needed");
    }
    if (!is_gzip(file)) return read_file(file);
    require_program("gzip", "gzip");
    const ProcessResult result =
        run_process({"gzip", "-dc", fs::absolute(file).string()}, fs::temp_directory_path());
    if (result.status != 0) throw InputError(file, "", "is not what gzip wrote");
    return result.output;
}

}  // namespace

std::string merge_liberty(const std::vector<std::pair<std::string, std::string>>& files) {
    const auto& [first_file, first_text] = files.front();
    const LibertyGroup first = parse_liberty(first_text, first_file);
    std::map<std::pair<std::string, std::string>, std::string> known;  // text by type and name
    for (const Piece& p : pieces(first_text, first)) known[{p.type, p.name}] = p.text;
    std::string added;
    for (std::size_t i = 1; i < files.size(); ++i) {
        const auto& [file, text] = files[i];
        const LibertyGroup root = parse_liberty(text, file);
        for (const char* unit : {"time_unit", "capacitive_load_unit", "leakage_power_unit",
                                 "voltage_unit", "nom_voltage"}) {
            const std::string* want = first.attribute(unit);
            const std::string* have = root.attribute(unit);
            if ((want == nullptr) != (have == nullptr) || (want != nullptr && *want != *have)) {
                throw InputError(file, unit,
                                 "is " + (have == nullptr ? "missing" : "\"" + *have + "\"") +
                                     "; files of one library need that of " + first_file + ": " +
                                     (want == nullptr ? "none" : "\"" + *want + "\""));
            }
        }
        for (const Piece& p : pieces(text, root)) {
            const bool cell = p.type == "cell";
            if (!cell && p.type.find("template") == std::string::npos) continue;
            const auto [at, fresh] = known.try_emplace({p.type, p.name}, p.text);
            if (fresh) {
                added += p.text + "\n";
            } else if (cell) {
                throw InputError(file, "cell " + p.name, "stands in another file as well");
            } else if (squeezed(at->second) != squeezed(p.text)) {
                throw InputError(file, p.type + " " + p.name, "is another one in " + first_file);
            }
        }
    }
    std::string merged = first_text;
    return merged.insert(body_of(first_text).second, "\n" + added);
}

bool is_library_files(const std::string& target) {
    const std::vector<std::string> files = listed(target);
    return !files.empty() && std::all_of(files.begin(), files.end(), [](const std::string& file) {
        return file.ends_with(".lib") || file.ends_with(".lib.gz");
    });
}

LibrarySource read_library(const std::string& target) {
    LibrarySource source;
    if (!is_library_files(target)) {
        const fs::path file = find_liberty(target, liberty_folders(target));
        source.text = read_file(file);
        source.file = file.string();
        source.lef = fs::path(file).replace_extension(".lef");
        return source;
    }
    std::vector<std::pair<std::string, std::string>> files;
    for (const std::string& file : listed(target)) files.emplace_back(file, text_of(file));
    source.own = true;
    source.file = files.front().first;
    source.text = files.size() == 1 ? files.front().second : merge_liberty(files);
    fs::path lef = source.file;
    if (is_gzip(source.file)) lef.replace_extension();
    source.lef = lef.replace_extension(".lef");
    return source;
}

}  // namespace peforge::synth
