// The emitted C driver: compiled as strict C99, and run against the Verilated wrapper by callbacks.
//
// SPDX-License-Identifier: Apache-2.0
#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "generator/emit/emit.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "verif/axi/axi_bench.hpp"
#include "verif/benches/vectors.hpp"
#include "verif/model/rtl_build.hpp"

namespace peforge {
namespace {

namespace fs = std::filesystem;

/// As in <top>_driver.h.
struct Bus {
    std::uint32_t (*read32)(void*, std::uint32_t) = nullptr;
    void (*write32)(void*, std::uint32_t, std::uint32_t) = nullptr;
    void* context = nullptr;
};
enum Status { kOk, kNoDevice, kOtherSpec, kQueueFull, kRefused, kTimeout };

/// A result that does not fit registers is returned in ways that compilers choose.
constexpr const char* kShim = R"(
#include "{0}_driver.h"
void shim_counters(const {0}_bus *bus, uint32_t *words);
void shim_counters(const {0}_bus *bus, uint32_t *words)
{{
    const {0}_counters counters = {0}_read_counters(bus);
    const uint32_t *from = (const uint32_t *)&counters;
    unsigned i;
    for (i = 0; i < sizeof counters / sizeof *from; i++) words[i] = from[i];
}}
)";

class Driver {
public:
    Driver(const Design& design, const FileSet& files) : top_(design.top) {
        for (const auto& [name, text] : files) {
            if (name.starts_with("sw/")) write_file(dir_.path() / name.substr(3), text);
        }
        write_file(dir_.path() / "shim.c", fmt::format(fmt::runtime(kShim), top_));
        const ProcessResult built =
            run_process({"gcc", "-std=c99", "-Wall", "-Wextra", "-pedantic", "-Wconversion",
                         "-Wmissing-prototypes", "-Wcast-align", "-Werror", "-shared", "-fPIC",
                         "-o", "driver.so", top_ + "_driver.c", "shim.c"},
                        dir_.path());
        EXPECT_EQ(built.status, 0) << built.output;
        EXPECT_EQ(built.output, "");
        library_ = {dlopen((dir_.path() / "driver.so").c_str(), RTLD_NOW | RTLD_LOCAL),
                    [](void* handle) {
                        if (handle != nullptr) dlclose(handle);
                    }};
    }
    template <class Function>
    Function* get(const std::string& name) const {
        void* address = dlsym(library_.get(), (top_ + "_" + name).c_str());
        if (address == nullptr) address = dlsym(library_.get(), name.c_str());
        EXPECT_NE(address, nullptr) << name;
        return reinterpret_cast<Function*>(address);
    }

private:
    ScratchDir dir_;
    std::string top_;
    std::unique_ptr<void, std::function<void(void*)>> library_;
};

/// Register accesses that must all be answered with OKAY.
Bus bus_of(AxiModel& model) {
    return {[](void* context, std::uint32_t offset) {
                const AxiAccess got = static_cast<AxiModel*>(context)->read(offset);
                EXPECT_EQ(got.response, AxiAccess::kOkay) << offset;
                return got.data;
            },
            [](void* context, std::uint32_t offset, std::uint32_t value) {
                const AxiAccess got = static_cast<AxiModel*>(context)->write(offset, value);
                EXPECT_EQ(got.response, AxiAccess::kOkay) << offset;
            },
            &model};
}

Design design_of(const std::string& spec) {
    return resolve(load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (spec + ".json")));
}

class CDriver : public testing::TestWithParam<const char*> {};

/// Finds the device, runs the jobs of a test of the plan by its interrupt, reads the counters.
TEST_P(CDriver, RunsJobs) {
    const Design design = design_of(GetParam());
    const FileSet files = emit(design);
    const Driver driver(design, files);
    AxiModel model(design, files, default_cache_dir());
    model.reset();
    const Bus bus = bus_of(model);
    using Simple = int(const Bus*);
    ASSERT_EQ(driver.get<Simple>("init")(&bus), kOk);
    EXPECT_EQ(driver.get<bool(const Bus*)>("busy")(&bus), false);

    for (const TestCase& test : test_plan(design, 1, 1)) {
        if (test.name != "stall.all") continue;
        const Episode episode = test_vectors(design, test, 1).front();
        const Beats& beats = episode.feed.beats;
        model.set_pauses({{32, 32, 32}, 64, 32}, 7);
        // The parameters are packed by the driver: a word of scale and shift, behind the bias.
        const auto pack =
            driver.get<void(std::uint32_t*, std::int64_t, std::uint32_t, std::uint32_t)>(
                "pack_prm");
        const std::vector<AxiBeat> prm = axi_beats(design, "prm", beats.prm);
        for (std::uint64_t i = 0; i < beats.prm.beats(); ++i) {
            const auto words = beats.prm.beat(i);
            std::size_t at = 0;
            std::int64_t bias = 0;
            if (design.spec.bias) {
                const int width = design.accumulator().width;
                std::uint64_t raw = words[at++];
                if (width > 32) raw |= static_cast<std::uint64_t>(words[at++]) << 32;
                bias = static_cast<std::int64_t>(raw << (64 - width)) >> (64 - width);
            }
            std::uint32_t packed[4] = {};
            pack(packed, bias, words[at], words[at + 1]);
            AxiBeat beat = prm[i];
            for (std::size_t byte = 0; byte < beat.tdata.size(); ++byte) {
                const auto value = static_cast<std::uint8_t>(packed[byte / 4] >> 8 * (byte % 4));
                beat.tdata[byte] = value;
            }
            model.send(PEFORGE_AXI_PRM, beat);
        }
        for (const AxiBeat& beat : axi_beats(design, "wgt", beats.wgt)) {
            model.send(PEFORGE_AXI_WGT, beat);
        }
        for (const AxiBeat& beat : axi_beats(design, "act", beats.act)) {
            model.send(PEFORGE_AXI_ACT, beat);
        }
        driver.get<void(const Bus*, std::uint32_t)>("enable_events")(&bus, 1);
        std::uint64_t full = 0;
        for (std::uint64_t i = 0; i < beats.job.beats(); ++i) {
            // A job's members are those of the core's port, in its order: m, tiles, options.
            std::vector<std::uint32_t> job(beats.job.beat(i).begin(), beats.job.beat(i).end());
            for (;;) {
                const int status =
                    driver.get<int(const Bus*, const std::uint32_t*)>("start")(&bus, job.data());
                if (status == kOk) break;
                ASSERT_EQ(status, kQueueFull);
                ASSERT_LT(++full, 10'000U);
            }
        }
        // Every job is told by an interrupt; its handler clears what it saw.
        std::uint64_t out = 0;
        const std::vector<AxiBeat> want = axi_beats(design, "out", beats.out);
        for (int i = 0; i < 5000 && out < want.size(); ++i) {
            model.step(10);
            if (model.stats().irq != 0) {
                const std::uint32_t events = driver.get<std::uint32_t(const Bus*)>("events")(&bus);
                EXPECT_EQ(events & 1, 1U);
                driver.get<void(const Bus*, std::uint32_t)>("clear_events")(&bus, events);
            }
            while (const auto beat = model.take()) {
                ASSERT_LT(out, want.size());
                EXPECT_EQ(*beat, want[out]) << "beat " << out;
                ++out;
            }
        }
        EXPECT_EQ(out, want.size());
        EXPECT_EQ(driver.get<int(const Bus*, std::uint32_t)>("wait_idle")(&bus, 1000), kOk);
        EXPECT_FALSE(driver.get<bool(const Bus*)>("error")(&bus));
        std::uint32_t counters[8] = {};
        driver.get<void(const Bus*, std::uint32_t*)>("shim_counters")(&bus, counters);
        EXPECT_EQ(counters[0], model.stats().core_cycles);
        EXPECT_EQ(counters[1], model.stats().out_lasts);
        driver.get<void(const Bus*)>("clear")(&bus);
        driver.get<void(const Bus*, std::uint32_t*)>("shim_counters")(&bus, counters);
        EXPECT_EQ(counters[0], 0U);
    }
    EXPECT_EQ(driver.get<int(const Bus*, std::uint32_t)>("reset")(&bus, 100), kOk);
    EXPECT_EQ(model.stats().protocol_errors, 0U);
}

INSTANTIATE_TEST_SUITE_P(Examples, CDriver,
                         testing::Values("pot4_os_3x5", "lp8_ws_3x7", "lp8_fields_ws_3x5",
                                         "int_mix_ws_3x5"),
                         [](const auto& spec) { return std::string(spec.param); });

/// Registers that are memory of the test.
struct Memory4k {
    std::uint32_t words[1024] = {};
};
Bus bus_of(Memory4k& memory) {
    return {[](void* context, std::uint32_t offset) {
                return static_cast<Memory4k*>(context)->words[offset / 4];
            },
            [](void* context, std::uint32_t offset, std::uint32_t value) {
                static_cast<Memory4k*>(context)->words[offset / 4] = value;
            },
            &memory};
}

TEST(CDriver, RefusesWhatIsNotThere) {
    const Design design = design_of("lut_v3_c5_n7");
    const Driver driver(design, emit(design));
    const RegisterTable table = register_table(design);
    Memory4k memory;
    const Bus bus = bus_of(memory);
    const auto word = [&](const char* name) -> std::uint32_t& {
        return memory.words[table.at(name).offset / 4];
    };
    const auto init = driver.get<int(const Bus*)>("init");
    EXPECT_EQ(init(&bus), kNoDevice);
    word("ID") = table.at("ID").reset();
    EXPECT_EQ(init(&bus), kOtherSpec);
    word("SPEC_HASH_LO") = table.at("SPEC_HASH_LO").reset();
    word("SPEC_HASH_HI") = table.at("SPEC_HASH_HI").reset();
    EXPECT_EQ(init(&bus), kOk);

    const auto start = driver.get<int(const Bus*, const std::uint32_t*)>("start");
    const std::uint32_t most = static_cast<std::uint32_t>(design.rows_m);
    const std::uint32_t good[] = {most, 1, 1, 1, 0};
    EXPECT_EQ(start(&bus, good), kOk);
    EXPECT_EQ(word("JOB_M"), most);
    EXPECT_EQ(word("JOB_OPTIONS"), 3U);
    for (const auto& [at, value] : {std::pair<int, std::uint32_t>{0, 0},
                                    {0, most + 1},
                                    {1, 0},
                                    {1, 1U << design.tiles_bits},
                                    {2, 2},
                                    {4, 2}}) {
        std::uint32_t bad[] = {most, 1, 1, 1, 0};
        bad[at] = value;
        EXPECT_EQ(start(&bus, bad), kRefused) << at;
    }
    word("STATUS") = 4U << 8;
    EXPECT_EQ(start(&bus, good), kQueueFull);
    word("STATUS") = 1;
    EXPECT_EQ(driver.get<int(const Bus*, std::uint32_t)>("wait_idle")(&bus, 5), kTimeout);
}

}  // namespace
}  // namespace peforge
