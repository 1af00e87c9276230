// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/memories.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>
#include <vector>

#include "generator/emit/render.hpp"
#include "generator/emit/templates.hpp"

namespace peforge {

namespace {

namespace mst = kainjow::mustache;
using Json = nlohmann::ordered_json;

std::string wrapper_name(const Design& d) {
    return d.top + "_memory";
}

/// Without the prefix of the top.
std::string macro_name(const Memory& m) {
    return fmt::format("ram_{}x{}", m.width, m.depth);
}

std::string body(const std::string& name) {
    return std::string(memory_templates().at(name));
}

/// One memory for each size, in the order of the design.
std::vector<Memory> sizes(const Design& d) {
    std::vector<Memory> found;
    for (const Memory& m : d.memories) {
        const auto same = [&m](const Memory& other) {
            return other.width == m.width && other.depth == m.depth;
        };
        const auto at = std::find_if(found.begin(), found.end(), same);
        if (at == found.end()) {
            found.push_back(m);
        } else {
            at->purpose += "; " + m.purpose;
        }
    }
    return found;
}

std::string macro_wrapper(const std::vector<Memory>& macros) {
    mst::data list{mst::data::type::list};
    std::string all;
    for (const Memory& m : macros) {
        mst::data entry;
        entry.set("otherwise", all.empty() ? "" : "end else ");
        entry.set("width", text(m.width));
        entry.set("depth", text(m.depth));
        list.push_back(entry);
        all += fmt::format("{}{} (x {})", all.empty() ? "" : ", ", m.width, m.depth);
    }
    mst::data v;
    v.set("macros", list);
    v.set("sizes", all);
    v.set("width", text(macros.front().width));
    v.set("depth", text(macros.front().depth));
    return render(body("pf_memory_macro.v.mustache"), v);
}

std::string black_box(const Memory& m) {
    mst::data v;
    v.set("width", text(m.width));
    v.set("depth", text(m.depth));
    v.set("purpose", m.purpose);
    v.set("msb", text(m.width - 1));
    v.set("addr_msb",
          text(std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(m.depth - 1)))) -
               1));
    v.set("open", "{");
    return render(body("pf_ram.v.mustache"), v);
}

std::string list_of(const Design& d) {
    Json all = Json::array();
    long long total = 0;
    for (const Memory& m : d.memories) {
        all.push_back({{"name", m.name},
                       {"purpose", m.purpose},
                       {"module", wrapper_name(d)},
                       {"macro", d.top + "_" + macro_name(m)},
                       {"instance", m.instance},
                       {"count", m.count},
                       {"width", m.width},
                       {"depth", m.depth},
                       {"bits", m.bits()},
                       {"ports", {{"read", 1}, {"write", 1}}},
                       {"clocks", 1},
                       {"latency", 1},
                       {"read_during_write", "dont_care"},
                       {"mask", nullptr}});
        total += m.bits() * m.count;
    }
    Json j = {{"name", d.top}, {"spec_hash", d.spec.hash}, {"total_bits", total}};
    j["memories"] = std::move(all);
    return j.dump(2) + "\n";
}

}  // namespace

void add_memories(const Design& design, const Finish& finish, FileSet& files) {
    files["memories.json"] = list_of(design);
    if (design.memories.empty()) return;

    const std::string& filelist = files.at("filelist.f");
    const std::string generic = "rtl/" + wrapper_name(design) + ".v\n";
    const std::size_t at = filelist.find(generic);
    /// One body: its modules by name without the top's prefix, leaves first.
    const auto add = [&](const std::string& kind,
                         const std::vector<std::pair<std::string, std::string>>& modules) {
        std::string lines;
        for (const auto& [name, module_text] : modules) {
            const std::string path = fmt::format("memories/{}/{}_{}.v", kind, design.top, name);
            files[path] = finish(module_text);
            lines += path + "\n";
        }
        std::string list = filelist;
        files["memories/" + kind + ".f"] = list.replace(at, generic.size(), lines);
    };
    add("latch",
        {{"memory_group", body("pf_memory_group.v")}, {"memory", body("pf_memory_latch.v")}});
    add("fpga", {{"memory", body("pf_memory_fpga.v")}});
    const auto deep = [](const Memory& m) { return m.depth > kMostLatchWords; };
    if (std::any_of(design.memories.begin(), design.memories.end(), deep)) {
        files.erase("memories/latch.f");
    }
    const std::vector<Memory> macros = sizes(design);
    std::vector<std::pair<std::string, std::string>> modules;
    for (const Memory& m : macros) modules.emplace_back(macro_name(m), black_box(m));
    modules.emplace_back("memory", macro_wrapper(macros));
    add("macro", modules);
}

}  // namespace peforge
