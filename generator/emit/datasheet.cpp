// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/datasheet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "generator/design/axi.hpp"
#include "generator/design/lut_model.hpp"
#include "generator/emit/register_files.hpp"

namespace peforge {

namespace {

constexpr const char* kUnknown = "not known until `peforge synth`";

/// "1 lane", "2 lanes".
std::string count_of(int count, const std::string& what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

struct SheetTable {
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;
};

struct SheetSection {
    std::string title;
    std::vector<std::string> paragraphs;  ///< `code` between back quotes
    SheetTable table;                     ///< none without a head
};

// What it says ------------------------------------------------------------------------------------

SheetSection overview(const Design& d) {
    SheetSection s{"Overview", {}, {{"what", "value"}, {}}};
    const auto row = [&s](const std::string& what, const std::string& value) {
        s.table.rows.push_back({what, value});
    };
    int products = 1;
    if (d.lut) {
        const golden::LutParams& l = *d.lut;
        row("array", fmt::format("lookup tables: {} {} of {} elements, {}, {}, {}", l.centroids,
                                 l.encoder == golden::LutEncoder::kTree ? "leaves" : "centroids",
                                 l.subvector, count_of(l.columns, "column"),
                                 count_of(l.imms, "lookup unit"), count_of(l.ccus, "encoder")));
        row("table entries", fmt::format("{} bits", l.entry_bits));
    } else {
        row("array", fmt::format("systolic, {}-stationary, {} x {} of PEs, {} each",
                                 d.output_stationary() ? "output" : "weight",
                                 count_of(d.systolic->rows, "row"), count_of(d.cols, "column"),
                                 count_of(d.systolic->lanes, "lane")));
        row("weights", golden::to_string(d.spec.weight));
        for (const golden::ModeParams& mode : d.systolic->modes) {
            products = std::max(products, mode.products);
        }
    }
    row("activations", golden::to_string(d.spec.activation));
    row("outputs", golden::to_string(d.spec.output));
    if (mode_count(d) > 1) {
        std::string names;
        for (int m = 0; m < mode_count(d); ++m) {
            names += fmt::format("{}{} {}", names.empty() ? "" : ", ", m, mode_name(d, m));
        }
        row("modes, chosen by each job", names);
    }
    std::string chosen;
    for (const golden::Selector& selector : selectors(d)) {
        chosen += fmt::format("{}{} {}..{}", chosen.empty() ? "" : ", ", selector.name,
                              selector.lowest, selector.largest);
    }
    if (!chosen.empty()) row("chosen by each job", chosen);
    row("accumulator",
        fmt::format("{} bits, {}", d.accumulator().width,
                    d.accumulator().saturate
                        ? std::string("saturating")
                        : fmt::format("never overflows up to K = {}", d.spec.max_k)));
    row("post-processing", fmt::format("{}scale of {} bits and right shift per column{}, {}",
                                       d.spec.bias ? "bias, " : "", d.spec.scale_bits,
                                       d.spec.relu ? ", ReLU chosen by each job" : "",
                                       count_of(d.post_lanes, "lane")));
    row("rows of a job", fmt::format("1..{}", d.rows_m));
    const int per_cycle = d.systolic ? d.systolic->rows * d.cols * d.systolic->lanes * products : 0;
    row("peak",
        d.lut ? fmt::format("{:.0f} operations a cycle, as a dense product has them", lut_peak(d))
              : fmt::format("{} products a cycle{}", per_cycle,
                            products > 1 ? " in the narrowest mode" : ""));
    row("clock, reset",
        fmt::format("`clk_i`, rising edge; `{}`, synchronous, active {} (`aclk`, "
                    "`aresetn` of the wrapper)",
                    reset_port(d.spec), d.spec.reset == ResetLevel::kHigh ? "high" : "low"));
    return s;
}

SheetSection results(const Design& d, const std::optional<SynthesisFigures>& figures) {
    SheetSection s{"Area, speed, energy", {}, {{"what", "value"}, {}}};
    const auto row = [&s](const std::string& what, const std::string& value) {
        s.table.rows.push_back({what, value});
    };
    long long memory_bits = 0;
    for (const Memory& m : d.memories) memory_bits += m.bits() * m.count;
    row("area, memories not counted", figures && figures->area
                                          ? fmt::format("{:.0f} {}", *figures->area, figures->unit)
                                          : kUnknown);
    row("Fmax",
        figures && figures->fmax_mhz ? fmt::format("{:.1f} MHz", *figures->fmax_mhz) : kUnknown);
    row("energy of a product, logic",
        figures && figures->pj_per_product
            ? fmt::format("{:.2f} pJ ({})", *figures->pj_per_product, figures->workload)
            : "not known until `peforge synth --power`");
    row("memory", fmt::format("{} bits", memory_bits));
    if (figures) {
        row("figures from", fmt::format("{}, {}", figures->source, figures->library));
        s.paragraphs.emplace_back("Before layout: no wires, no clock tree.");
    }
    return s;
}

SheetSection timing_section(const Design& d) {
    SheetSection s{"Latency and throughput", {}, {{"what", "cycles, or number"}, {}}};
    const golden::TimingParams& t = d.timing;
    s.paragraphs.emplace_back(
        "Of the core; the wrapper adds one cycle to each stream. Streams take and give a beat a "
        "cycle.");
    s.table.rows = {{"weight beats of a tile", std::to_string(t.tile_beats)},
                    {"elements of K in a tile", std::to_string(d.tile_k)}};
    s.table.rows.push_back({d.lut ? "activation beat to its indices"
                            : d.output_stationary()
                                ? "last step of a job until its results may leave"
                                : "activation beat to the accumulator of the last column",
                            std::to_string(t.latency)});
    s.table.rows.push_back({"post-processing of a row, one every", std::to_string(t.post_cycles)});
    s.table.rows.push_back(
        {"row taken for post-processing to its output beat", std::to_string(t.post_latency)});
    return s;
}

SheetSection memory_section(const Design& d) {
    SheetSection s{"Memories", {}, {{"memory", "count", "words", "bits of a word", "what"}, {}}};
    s.paragraphs.emplace_back(
        "One read and one write port, one clock, read data a cycle after the read; nothing reads a "
        "word in the cycle of its write. `memories/` has bodies of latches, for FPGAs, and for RAM "
        "macros, each with a file list; `rtl/` has registers.");
    for (const Memory& m : d.memories) {
        s.table.rows.push_back({m.name, std::to_string(m.count), std::to_string(m.depth),
                                std::to_string(m.width), m.purpose});
    }
    return s;
}

/// Which operand is where in a beat.
std::string word_order(const Design& d) {
    if (d.lut) {
        return fmt::format(
            "Word s of an act beat is element s of the sub-vectors that are encoded together, {} "
            "bits each. A wgt beat has {} in its low {} bits, then the table row: word c is the "
            "entry of column c, {} bits. The last {} comes first. Word c of an out beat is column "
            "c, {} bits.",
            d.act_bits,
            d.lut->encoder == golden::LutEncoder::kTree ? "a node of the tree" : "a centroid",
            d.encoder_word_bits, d.lut->entry_bits,
            d.lut->encoder == golden::LutEncoder::kTree ? "leaf" : "centroid", d.out_bits);
    }
    const int lanes = d.systolic->lanes;
    const std::string act =
        d.output_stationary()
            ? fmt::format("Word m*{0} + l of an act beat is lane l of row m", lanes)
            : fmt::format("Word r*{0} + l of an act beat is element r*{0} + l of the tile's K",
                          lanes);
    return fmt::format(
        "Word c*{0} + l of a wgt beat is the weight of lane l, column c, {1} bits{2}. {3}, {4} "
        "bits. "
        "Word c of an out beat is column c, {5} bits. Codes lie in two's complement or as their "
        "format has them, the lowest word in the lowest bits{6}.",
        lanes, d.weight_word_bits, d.output_stationary() ? "" : "; the bottom row comes first", act,
        d.act_word_bits, d.out_bits,
        mode_count(d) > 1 ? "; in a narrow mode a word has several codes side by side" : "");
}

SheetSection streams_section(const Design& d) {
    SheetSection s{"Streams of the wrapper",
                   {},
                   {{"stream", "TDATA bits", "layout", "beats of a job", "TLAST"}, {}}};
    s.paragraphs.emplace_back(
        "AXI4-Stream: `TVALID`, `TREADY`, `TDATA`, `TLAST`; valid never waits for ready, data is "
        "stable while stalled, every output is a register. A misplaced TLAST sets STATUS.ERROR and "
        "changes nothing else.");
    s.paragraphs.push_back(word_order(d));
    for (const AxiStream& stream : axi_streams(d)) {
        std::string layout;
        for (const AxiField& f : stream.fields) {
            layout += fmt::format("{}`{}` {}:{}", layout.empty() ? "" : ", ", f.port,
                                  f.lsb + f.width - 1, f.lsb);
        }
        std::string beats = std::to_string(d.cols) + ", last column first";
        std::string last = "ignored";
        const bool stays = d.output_stationary();
        if (stream.name == "wgt") {
            beats = stays ? "TILES" : fmt::format("TILES x {}", d.timing.tile_beats);
            last = stays ? "last beat of the job" : "last beat of each tile";
        } else if (stream.name == "act") {
            beats = stays   ? "TILES"
                    : d.lut ? fmt::format("TILES x {} x M", d.timing.passes)
                            : "TILES x M";
            last = stays   ? "last beat of the job"
                   : d.lut ? "last beat of each pass of the rows"
                           : "last beat of each tile";
        } else if (stream.name == "out") {
            beats = "M";
            last = "last beat of the job";
        }
        s.table.rows.push_back(
            {"`" + stream.prefix() + "`", std::to_string(stream.tdata_bits), layout, beats, last});
    }
    return s;
}

SheetSection ports_section(const std::string& title, const std::vector<Port>& ports) {
    SheetSection s{title, {}, {{"port", "direction", "bits"}, {}}};
    for (const Port& port : ports) {
        s.table.rows.push_back(
            {"`" + port.name + "`", port.input ? "in" : "out", std::to_string(port.width)});
    }
    return s;
}

SheetSection jobs_section(const Design& d) {
    const bool options = register_table(d).has("JOB_OPTIONS");
    return {"A job",
            {fmt::format("1. Write `JOB_M`{} `JOB_TILES`{}; they stay for the next job.",
                         options ? "," : " and", options ? " and `JOB_OPTIONS`" : ""),
             "2. Write `CTRL.START`: the job waits in a queue of four and its turn in the array.",
             "3. Send its parameters, weights and activations, before or after, in the order of "
             "the jobs; take its outputs.",
             "4. `INTR_STATE.JOB_DONE` tells that its last output beat was taken; `STATUS.BUSY` "
             "falls when nothing is left. `sw/` has a driver in C."},
            {}};
}

SheetSection register_section(const Design& d) {
    SheetSection s{"Registers", {}, {{"offset", "register", "reset", "what"}, {}}};
    s.paragraphs.emplace_back(
        fmt::format("Fields: [registers/{0}_registers.md](registers/{0}_registers.md).", d.top));
    for (const Register& reg : register_table(d).registers) {
        s.table.rows.push_back({fmt::format("0x{:03X}", reg.offset), reg.name,
                                fmt::format("0x{:08X}", reg.reset()), reg.help});
    }
    return s;
}

SheetSection files_section(const Design& d) {
    const std::string& top = d.top;
    SheetSection s{"Files", {}, {{"file", "for"}, {}}};
    s.table.rows = {
        {"`filelist.f`, `filelist_axi.f`",
         "the core, and the core with its AXI wrapper, in "
         "compile order"},
        {"`manifest.json`, `spec.json`", "SHA-256 of every file, numbers of the design, the spec"},
        {fmt::format("`{}.core`, `Bender.yml`", top), "FuseSoC, Bender"},
        {fmt::format("`{0}.sdc`, `{0}_axi.sdc`", top), "timing: OpenSTA, OpenROAD"},
        {"`flow/openroad/config.mk`, `librelane.json`",
         "OpenROAD-flow-scripts, LibreLane: layout of the core"},
        {fmt::format("`flow/siliconcompiler/{}_asic.py`, `flow/vivado/ooc.tcl`", top),
         "SiliconCompiler, Vivado out of context"},
        {fmt::format("`{}_axi.ipxact.xml`, `registers/{}.rdl`, `registers/{}.svd`", top, top, top),
         "IP-XACT, SystemRDL, CMSIS-SVD"},
        {fmt::format("`sw/{0}_regs.h`, `sw/{0}_driver.h`, `sw/{0}_driver.c`", top),
         "registers and a driver in C99"},
        {"`bench/`", "test plan, cocotb bench, C++ port handles"}};
    if (!d.memories.empty()) {
        s.table.rows.push_back({"`memories.json`, `memories/`",
                                "list of the memories, other bodies of them, `fakeram.json`"});
    }
    return s;
}

std::vector<SheetSection> sections(const Design& d, const std::optional<SynthesisFigures>& f) {
    std::vector<SheetSection> all = {overview(d), results(d, f), timing_section(d), jobs_section(d),
                                     streams_section(d)};
    if (!d.memories.empty()) all.push_back(memory_section(d));
    all.push_back(register_section(d));
    all.push_back(ports_section("Ports of the wrapper", axi_ports(d)));
    all.push_back(ports_section("Ports of the core", d.ports));
    all.push_back(files_section(d));
    return all;
}

/// What stands between the streams and the outputs, left to right.
std::vector<std::string> blocks(const Design& d) {
    const std::string size = fmt::format("{} x {}", d.systolic ? d.systolic->rows : 0, d.cols);
    if (d.lut) return {"encoders", "index buffer", "tables", "accumulators", "post-processing"};
    if (d.output_stationary()) return {"decoders", "PEs and sums " + size, "post-processing"};
    return {"decoders", "PEs " + size, "accumulators", "post-processing"};
}

// Markdown ----------------------------------------------------------------------------------------

std::string diagram_text(const Design& d) {
    std::string row;
    for (const std::string& block : blocks(d)) row += (row.empty() ? "" : " -> ") + block;
    return "    s_axil <-> registers, job queue, interrupts ---------> irq_o\n"
           "                       | jobs\n"
           "    s_axis_wgt ------+ |\n"
           "    s_axis_act ------+-+-> " +
           row +
           " -> m_axis_out\n"
           "    s_axis_prm ------+\n";
}

std::string markdown(const Design& d, const std::vector<SheetSection>& all) {
    std::string out = fmt::format(
        "# {}\n\nGenerated by peforge {} from spec {} (hash {}). The generated files belong to you "
        "without conditions.\n\n{}",
        d.top, PEFORGE_VERSION, d.spec.name, d.spec.hash, diagram_text(d));
    for (const SheetSection& s : all) {
        out += "\n## " + s.title + "\n\n";
        for (const std::string& p : s.paragraphs) out += p + "\n";
        if (s.table.head.empty()) continue;
        if (!s.paragraphs.empty()) out += "\n";
        const auto line = [&out](const std::vector<std::string>& cells) {
            for (const std::string& cell : cells) out += "| " + cell + " ";
            out += "|\n";
        };
        line(s.table.head);
        for (std::size_t i = 0; i < s.table.head.size(); ++i) out += "|---";
        out += "|\n";
        for (const auto& row : s.table.rows) line(row);
    }
    return out;
}

// HTML --------------------------------------------------------------------------------------------

/// Back quotes to code, [text](target) to a link.
std::string html_inline(const std::string& text) {
    std::string out;
    bool code = false;
    const std::string safe = xml_text(text);
    for (std::size_t i = 0; i < safe.size(); ++i) {
        const std::size_t middle = safe.find("](", i);
        const std::size_t end = safe.find(')', i);
        if (safe[i] == '`') {
            out += code ? "</code>" : "<code>";
            code = !code;
        } else if (!code && safe[i] == '[' && middle != std::string::npos &&
                   end != std::string::npos && middle < end) {
            out += fmt::format("<a href=\"{}\">{}</a>", safe.substr(middle + 2, end - middle - 2),
                               safe.substr(i + 1, middle - i - 1));
            i = end;
        } else {
            out += safe[i];
        }
    }
    return out;
}

/// The same picture as the text's, drawn.
class Drawing {
public:
    // Attributes, not a style sheet: the picture can be taken out of the page.
    void box(int x, int y, int w, int h, const std::string& label) {
        rect(x, y, w, h, "fill=\"#eaf2fb\" stroke=\"#3b6ea5\"");
        text(x + w / 2, y + h / 2 + 5, label, "middle");
        body_ += "\n";
    }
    void outline(int x, int y, int w, int h, const std::string& label) {
        rect(x, y, w, h, "fill=\"none\" stroke=\"#8b949e\" stroke-dasharray=\"5 3\"");
        text(x + 10, y + 18, label, "start");
        body_ += "\n";
    }
    void text(int x, int y, const std::string& label, const char* anchor) {
        body_ += fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"{}\">{}</text>", x, y, anchor,
                             xml_text(label));
    }
    void arrow(int x1, int y1, int x2, int y2) {
        line(fmt::format("M{} {}L{} {}", x1, y1, x2, y2));
    }
    /// Along, then up or down.
    void arrow_up(int x1, int y1, int x2, int y2) {
        line(fmt::format("M{} {}H{}V{}", x1, y1, x2, y2));
    }
    [[nodiscard]] std::string svg(int width, int height) const {
        return fmt::format(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
            "height=\"{1}\" role=\"img\" aria-label=\"block diagram\" "
            "font-family=\"system-ui, sans-serif\" font-size=\"13\" "
            "fill=\"#1b1f24\">\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" "
            "refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path "
            "d=\"M0 0L8 4L0 8z\"/></marker></defs>\n{2}</svg>\n",
            width, height, body_);
    }

private:
    void line(const std::string& path) {
        body_ += fmt::format(
            "<path fill=\"none\" stroke=\"#1b1f24\" d=\"{}\" marker-end=\"url(#head)\"/>\n", path);
    }
    void rect(int x, int y, int w, int h, const char* paint) {
        body_ += fmt::format("<rect {} x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>",
                             paint, x, y, w, h);
    }

    std::string body_;
};

std::string diagram_svg(const Design& d) {
    constexpr int kBox = 140;
    constexpr int kGap = 30;
    constexpr int kLeft = 150;
    const std::vector<std::string> row = blocks(d);
    const int count = static_cast<int>(row.size());
    const int inner = count * kBox + (count - 1) * kGap;
    const int slices = kLeft;
    const int first = slices + 90;
    const int end = first + inner;
    Drawing g;
    // The wrapper around the core.
    g.outline(slices - 20, 10, end - slices + 130, 270, axi_top(d));
    g.outline(first - 15, 100, inner + 30, 170, d.top);
    g.box(first, 40, inner, 36, "registers, job queue, interrupts");
    g.text(slices - 30, 62, "s_axil", "end");
    g.arrow(slices - 20, 58, first, 58);
    g.arrow(first + inner, 58, end + 128, 58);
    g.text(end + 136, 62, "irq_o", "start");
    g.arrow(first + kBox / 2, 76, first + kBox / 2, 100);
    g.text(first + kBox / 2 + 8, 93, "jobs", "start");
    const char* inputs[] = {"wgt", "act", "prm"};
    for (int i = 0; i < 3; ++i) {
        const int y = 130 + 45 * i;
        g.text(slices - 30, y + 18, fmt::format("s_axis_{}", inputs[i]), "end");
        g.arrow(slices - 20, y + 14, slices, y + 14);
        g.box(slices, y, 50, 28, "slice");
        // Parameters go to the last block, past the others.
        if (i == 2) {
            g.arrow_up(slices + 50, y + 14, end - kBox / 2, 206);
        } else {
            g.arrow(slices + 50, y + 14, first, y + 14);
        }
    }
    for (int i = 0; i < count; ++i) {
        const int x = first + i * (kBox + kGap);
        g.box(x, 130, kBox, 75, row[static_cast<std::size_t>(i)]);
        if (i > 0) g.arrow(x - kGap, 167, x, 167);
    }
    g.arrow(end, 167, end + 35, 167);
    g.box(end + 35, 153, 50, 28, "slice");
    g.arrow(end + 85, 167, end + 128, 167);
    g.text(end + 136, 171, "m_axis_out", "start");
    return g.svg(end + 230, 290);
}

std::string html(const Design& d, const std::vector<SheetSection>& all) {
    std::string out = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<title>{0}</title>\n<style>\n"
        "body {{ font: 15px/1.45 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; "
        "padding: 0 1rem; color: #1b1f24; background: #fff; }}\n"
        "h1 {{ margin-bottom: 0; }}\nh2 {{ margin: 2rem 0 .5rem; font-size: 1.15rem; "
        "border-bottom: 1px solid #d0d7de; }}\n"
        "table {{ border-collapse: collapse; width: 100%; }}\n"
        "th, td {{ text-align: left; vertical-align: top; padding: .25rem .6rem; "
        "border-bottom: 1px solid #e5e9ee; }}\nth {{ background: #f4f6f8; }}\n"
        "code {{ font: 13px ui-monospace, monospace; }}\n.note {{ color: #57606a; }}\n"
        "figure {{ margin: 1.5rem 0; overflow-x: auto; }}\nsvg {{ max-width: 100%; height: auto; "
        "}}\n"
        "@media print {{ body {{ max-width: none; margin: 0; font-size: 11px; }} }}\n"
        "</style>\n</head>\n<body>\n<h1>{0}</h1>\n<p class=\"note\">Generated by peforge {1} from "
        "spec {2} (hash {3}). The generated files belong to you without conditions.</p>\n"
        "<figure>\n{4}</figure>\n",
        d.top, PEFORGE_VERSION, d.spec.name, d.spec.hash, diagram_svg(d));
    for (const SheetSection& s : all) {
        out += "<h2>" + xml_text(s.title) + "</h2>\n";
        for (const std::string& p : s.paragraphs) out += "<p>" + html_inline(p) + "</p>\n";
        if (s.table.head.empty()) continue;
        out += "<table>\n<thead><tr>";
        for (const std::string& cell : s.table.head) out += "<th>" + html_inline(cell) + "</th>";
        out += "</tr></thead>\n<tbody>\n";
        for (const auto& row : s.table.rows) {
            out += "<tr>";
            for (const std::string& cell : row) out += "<td>" + html_inline(cell) + "</td>";
            out += "</tr>\n";
        }
        out += "</tbody>\n</table>\n";
    }
    return out + "</body>\n</html>\n";
}

}  // namespace

void add_datasheet(const Design& design, const std::optional<SynthesisFigures>& figures,
                   FileSet& files) {
    const std::vector<SheetSection> all = sections(design, figures);
    files["datasheet.md"] = markdown(design, all);
    files["datasheet.html"] = html(design, all);
}

}  // namespace peforge
