// SPDX-License-Identifier: Apache-2.0
#include "generator/design/registers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <stdexcept>
#include <string_view>

#include "generator/design/axi.hpp"
#include "generator/design/design.hpp"

namespace peforge {

namespace {

using enum FieldAccess;
using golden::Format;
using golden::FormatKind;

constexpr std::uint32_t kId = 0x50454647;  // "PEFG"

/// Numbers that software reads: they must not follow the order of an enumeration.
std::uint32_t format_code(FormatKind kind) {
    switch (kind) {
        case FormatKind::kInt:
            return 0;
        case FormatKind::kPot:
            return 1;
        case FormatKind::kLp:
            return 2;
        case FormatKind::kPosit:
            return 3;
        case FormatKind::kAdaptivFloat:
            return 4;
        case FormatKind::kFp8:
            return 5;
        case FormatKind::kFlint:
            return 6;
        case FormatKind::kApot:
            return 7;
        case FormatKind::kSp2:
            return 8;
        case FormatKind::kDenseShift:
            return 9;
        case FormatKind::kElpBsd:
            return 10;
        case FormatKind::kTernary:
            return 11;
        case FormatKind::kBinary:
            return 12;
    }
    throw std::logic_error("unknown format kind");
}

std::string upper(std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

/// The project's version as {major, minor, patch} of 8, 8 and 16 bits.
std::uint32_t version_word() {
    const std::string_view text = PEFORGE_VERSION;
    std::uint32_t part[3] = {};
    const char* at = text.data();
    for (std::uint32_t& value : part) {
        at = std::from_chars(at, text.data() + text.size(), value).ptr;
        if (at != text.data() + text.size()) ++at;
    }
    return part[0] << 24 | part[1] << 16 | part[2];
}

/// Values that are no fields of their own.
std::uint32_t hash_word(const Design& d, bool high) {
    return static_cast<std::uint32_t>(std::stoul(d.spec.hash.substr(high ? 0 : 8, 8), nullptr, 16));
}

class TableBuilder {
public:
    explicit TableBuilder(const Design& design) : d_(design) {}

    RegisterTable build() {
        identity();
        geometry();
        control();
        interrupts();
        job();
        counters();
        return std::move(table_);
    }

private:
    void add(std::string name, int offset, std::string help, std::vector<RegisterField> fields) {
        table_.registers.push_back({std::move(name), offset, std::move(help), std::move(fields)});
    }
    /// A register of one field.
    void add(const std::string& name, int offset, const std::string& help, FieldAccess access,
             std::uint32_t reset = 0, int width = 32) {
        add(name, offset, help, {{name, 0, width, access, reset, help}});
    }

    void identity() {
        add("ID", 0x00, "\"PEFG\": an array of peforge", kConstant, kId);
        add("VERSION", 0x04, "peforge that generated it",
            {{"PATCH", 0, 16, kConstant, version_word() & 0xFFFF, "patch level"},
             {"MINOR", 16, 8, kConstant, version_word() >> 16 & 0xFF, "minor version"},
             {"MAJOR", 24, 8, kConstant, version_word() >> 24, "major version"}});
        add("SPEC_HASH_LO", 0x08, "hash of the spec, low word", kConstant, hash_word(d_, false));
        add("SPEC_HASH_HI", 0x0C, "hash of the spec, high word", kConstant, hash_word(d_, true));
    }

    void format(const std::string& name, int offset, const std::string& of, const Format& f) {
        const bool lp = f.kind == FormatKind::kLp;
        const bool posit = f.kind == FormatKind::kPosit;
        const bool exponent = f.kind == FormatKind::kAdaptivFloat || f.kind == FormatKind::kFp8;
        std::vector<std::pair<std::string, std::uint32_t>> kinds;
        for (std::size_t i = 0; i < golden::kFormatKindNames.size(); ++i) {
            kinds.emplace_back(upper(std::string(golden::kFormatKindNames[i])),
                               format_code(static_cast<FormatKind>(i)));
        }
        add(name, offset, "number format of the " + of,
            {{"KIND", 0, 8, kConstant, format_code(f.kind), "kind of format", std::move(kinds)},
             {"BITS", 8, 8, kConstant, static_cast<std::uint32_t>(f.n), "bits of a code"},
             {"EXPONENT", 16, 8, kConstant,
              static_cast<std::uint32_t>(lp || posit ? f.es
                                         : exponent  ? f.e
                                                     : 0),
              "exponent bits: es of lp and posit, e of adaptivfloat and fp8, else 0"},
             {"REGIME", 24, 8, kConstant, static_cast<std::uint32_t>(lp ? f.rs : 0),
              "rs of lp, else 0"}});
    }

    void geometry() {
        const auto u = [](int value) { return static_cast<std::uint32_t>(value); };
        const std::uint32_t kind = d_.lut ? 2U : d_.output_stationary() ? 1U : 0U;
        const std::uint32_t choice = mode_count(d_) > 1        ? 1U
                                     : d_.spec.run_time_fields ? 2U
                                     : d_.spec.run_time_types  ? 3U
                                                               : 0U;
        add("ARRAY", 0x10, "kind of array and what it can do",
            {{"KIND",
              0,
              4,
              kConstant,
              kind,
              "kind of array",
              {{"WEIGHT_STATIONARY", 0}, {"OUTPUT_STATIONARY", 1}, {"LUT", 2}}},
             {"CHOICE",
              4,
              4,
              kConstant,
              choice,
              "what JOB_OPTIONS chooses for each job",
              {{"NOTHING", 0}, {"MODE", 1}, {"FIELDS", 2}, {"TYPES", 3}}},
             {"BIAS", 8, 1, kConstant, d_.spec.bias ? 1U : 0U, "a prm beat has a bias"},
             {"RELU", 9, 1, kConstant, d_.spec.relu ? 1U : 0U, "a job chooses ReLU"},
             {"REUSE", 10, 1, kConstant, d_.lut && d_.lut->kept_tiles > 0 ? 1U : 0U,
              "indices can be kept for a later job"}});
        if (d_.lut) {
            add("SIZE", 0x14, "size of the array",
                {{"SUBVECTOR", 0, 8, kConstant, u(d_.lut->subvector), "elements of a sub-vector"},
                 {"CENTROIDS", 8, 8, kConstant, u(d_.lut->centroids), "table rows of a subspace"},
                 {"COLS", 16, 16, kConstant, u(d_.cols), "columns: outputs of a beat"}});
            add("UNITS", 0x18, "parallel units",
                {{"IMMS", 0, 8, kConstant, u(d_.lut->imms), "subspaces looked up in a cycle"},
                 {"CCUS", 8, 8, kConstant, u(d_.lut->ccus), "subspaces encoded at a time"},
                 {"ACC_BITS", 16, 8, kConstant, u(d_.accumulator().width), "accumulator bits"}});
        } else {
            add("SIZE", 0x14, "size of the array",
                {{"ROWS", 0, 16, kConstant, u(d_.systolic->rows), "rows of PEs"},
                 {"COLS", 16, 16, kConstant, u(d_.cols), "columns: outputs of a beat"}});
            add("UNITS", 0x18, "parallel units",
                {{"LANES", 0, 8, kConstant, u(d_.systolic->lanes), "products of a PE"},
                 {"ACC_BITS", 16, 8, kConstant, u(d_.accumulator().width), "accumulator bits"}});
        }
        add("MAX_M", 0x1C, "most rows of a job", kConstant, u(d_.rows_m));
        add("TILE_K", 0x20, "elements of K in a tile, in the widest format", kConstant,
            u(d_.tile_k));
        std::vector<RegisterField> in;
        std::vector<RegisterField> out;
        for (const AxiStream& s : axi_streams(d_)) {
            const bool first = s.name == "wgt" || s.name == "prm";
            std::vector<RegisterField>& to = s.name == "wgt" || s.name == "act" ? in : out;
            to.push_back({upper(s.name), first ? 0 : 16, 16, kConstant, u(s.bytes()),
                          fmt::format("bytes of a {} beat", s.prefix())});
        }
        add("BEAT_BYTES_IN", 0x24, "bytes of a beat of weights and of activations", std::move(in));
        add("BEAT_BYTES_OUT", 0x28, "bytes of a beat of parameters and of outputs", std::move(out));
        if (d_.systolic) format("WGT_FORMAT", 0x2C, "weights", d_.spec.weight);
        format("ACT_FORMAT", 0x30, "activations", d_.spec.activation);
        format("OUT_FORMAT", 0x34, "outputs", d_.spec.output);
    }

    [[nodiscard]] bool saturates() const { return d_.accumulator().saturate; }

    void control() {
        add("CTRL", 0x40, "commands: a written 1 does it once",
            {{"START", 0, 1, kPulse, 0, "queue the job in JOB_M, JOB_TILES and JOB_OPTIONS"},
             {"CLEAR", 1, 1, kPulse, 0, "zero the counters and the flags ERROR and NAR"},
             {"RESET", 2, 1, kPulse, 0, "reset the array, the job queue and the input streams"}});
        std::vector<RegisterField> fields = {
            {"BUSY", 0, 1, kStatus, 0, "a job is queued or under way, or outputs wait"},
            {"ERROR", 1, 1, kStatus, 0, "a job was refused or a TLAST was misplaced, until CLEAR"}};
        if (has_nar(d_)) {
            fields.push_back({"NAR", 2, 1, kStatus, 0, "a NaR operand came, until CLEAR"});
        }
        fields.push_back({"RESETTING", 3, 1, kStatus, 0, "a reset by CTRL.RESET is under way"});
        fields.push_back({"OUT_VALID", 4, 1, kStatus, 0, "m_axis_out shows a beat"});
        fields.push_back({"QUEUED", 8,
                          static_cast<int>(std::bit_width(static_cast<unsigned>(kAxiJobQueue))),
                          kStatus, 0, fmt::format("jobs in the queue, 0 to {}", kAxiJobQueue)});
        add("STATUS", 0x44, "what the array does now", std::move(fields));
    }

    void interrupts() {
        std::vector<std::pair<std::string, std::string>> events = {
            {"JOB_DONE", "the last output beat of a job was taken from m_axis_out"},
            {"IDLE", "STATUS.BUSY fell"},
            {"ERROR", "STATUS.ERROR rose"},
            {"JOB_DROPPED", "CTRL.START while the queue was full or a reset was under way"}};
        if (saturates()) events.emplace_back("SATURATION", "SATURATIONS left zero");
        if (has_nar(d_)) events.emplace_back("NAR", "STATUS.NAR rose");
        const auto fields = [&events](FieldAccess access, const std::string& what) {
            std::vector<RegisterField> all;
            for (std::size_t i = 0; i < events.size(); ++i) {
                all.push_back(
                    {events[i].first, static_cast<int>(i), 1, access, 0, what + events[i].second});
            }
            return all;
        };
        add(kInterruptState, 0x48, "events since they were cleared; irq_o = any that is enabled",
            fields(kWriteOneClears, ""));
        add(kInterruptEnable, 0x4C, "which events raise irq_o", fields(kReadWrite, "enables: "));
        add(kInterruptTest, 0x50, "sets bits of INTR_STATE", fields(kPulse, "pretends: "));
        add("SCRATCH", 0x54, "for software: nothing else reads it", kReadWrite);
    }

    void job() {
        add("JOB_M", 0x60, "rows of the next job, 1 to MAX_M", kReadWrite, 0, d_.m_bits);
        add("JOB_TILES", 0x64, "tiles of K of the next job, 1 or more", kReadWrite, 0,
            d_.tiles_bits);
        std::vector<RegisterField> fields;
        if (d_.spec.relu) fields.push_back({"RELU", 0, 1, kReadWrite, 0, "negative outputs to 0"});
        if (d_.lut && d_.lut->kept_tiles > 0) {
            fields.push_back({"KEEP", 1, 1, kReadWrite, 0, "the next job will use its indices"});
            fields.push_back(
                {"REUSE", 2, 1, kReadWrite, 0, "it uses the indices of the job before"});
        }
        if (mode_count(d_) > 1) {
            RegisterField mode{
                "MODE",
                4,
                static_cast<int>(std::bit_width(static_cast<unsigned>(mode_count(d_) - 1))),
                kReadWrite,
                0,
                "precision"};
            for (int m = 0; m < mode_count(d_); ++m) {
                mode.values.emplace_back(mode_name(d_, m), static_cast<std::uint32_t>(m));
            }
            fields.push_back(std::move(mode));
        }
        int nibble = 8;
        const auto defaults = job_mode_ports(d_);
        for (const golden::Selector& s : selectors(d_)) {
            fields.push_back({upper(s.name), nibble, s.width, kReadWrite,
                              static_cast<std::uint32_t>(defaults.at(selector_port(s))),
                              fmt::format("{} of the job, {} to {}", s.name, s.lowest, s.largest)});
            nibble += (s.width + 3) / 4 * 4;
        }
        if (!fields.empty()) {
            add("JOB_OPTIONS", 0x68, "options of the next job", std::move(fields));
        }
    }

    void counters() {
        add("CYCLES", 0x80, "cycles in which a job was under way in the array", kStatus);
        add("JOBS_DONE", 0x84, "jobs whose last output beat was taken", kStatus);
        add("WGT_STALLS", 0x88, "of CYCLES, those in which it waited for weights", kStatus);
        add("ACT_STALLS", 0x8C, "of CYCLES, those in which it waited for activations", kStatus);
        add("OUT_STALLS", 0x90, "cycles in which m_axis_out waited for its sink", kStatus);
        if (saturates()) add("SATURATIONS", 0x94, "sums that saturated", kStatus);
        if (has_nar(d_)) add("NAR_COUNT", 0x98, "NaR operands", kStatus);
    }

    const Design& d_;
    RegisterTable table_;
};

}  // namespace

std::uint32_t Register::reset() const {
    std::uint32_t value = 0;
    for (const RegisterField& field : fields) value |= field.reset << field.lsb;
    return value;
}

bool Register::writable() const {
    return std::any_of(fields.begin(), fields.end(), [](const RegisterField& field) {
        return field.access != kConstant && field.access != kStatus;
    });
}

bool Register::readable() const {
    return std::any_of(fields.begin(), fields.end(),
                       [](const RegisterField& field) { return field.access != kPulse; });
}

const Register& RegisterTable::at(const std::string& name) const {
    for (const Register& reg : registers) {
        if (reg.name == name) return reg;
    }
    throw std::out_of_range("no register " + name);
}

bool RegisterTable::has(const std::string& name) const {
    return std::any_of(registers.begin(), registers.end(),
                       [&name](const Register& reg) { return reg.name == name; });
}

RegisterTable register_table(const Design& design) {
    return TableBuilder(design).build();
}

std::string signal_name(const Register& reg, const RegisterField& field) {
    std::string name = reg.name == field.name ? reg.name : reg.name + "_" + field.name;
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
}

std::vector<JobField> job_fields(const Design& design) {
    std::vector<JobField> all;
    const std::vector<Stream> every = streams(design);
    const Stream& job = every.front();
    for (const Port& port : job.payload) {
        // job_m_i and job_tiles_i are registers of their own, the others fields of the options.
        const std::string part = port.name.substr(4, port.name.size() - 6);
        const bool own = part == "m" || part == "tiles";
        all.push_back({port.name, (own ? "job_" : "job_options_") + part, port.width});
    }
    return all;
}

}  // namespace peforge
