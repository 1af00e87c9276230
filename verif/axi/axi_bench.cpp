// SPDX-License-Identifier: Apache-2.0
#include "verif/axi/axi_bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <stdexcept>
#include <utility>

#include "coco/rng.hpp"
#include "verif/benches/vectors.hpp"

namespace peforge {

namespace {

constexpr std::uint64_t kMostBeats = 3000;   ///< of a test of the plan
constexpr std::uint64_t kPatience = 20'000;  ///< cycles without a beat until it is given up
constexpr std::uint32_t kTogether = 200;     ///< cycles between two looks

/// Ends a test.
struct Failed : std::runtime_error {
    using std::runtime_error::runtime_error;
};

std::uint64_t bits_of(const std::vector<std::uint8_t>& bytes, int lsb, int width) {
    std::uint64_t value = 0;
    for (int i = 0; i < width; ++i) {
        const auto at = static_cast<std::size_t>(lsb + i);
        value |= static_cast<std::uint64_t>(bytes[at / 8] >> (at % 8) & 1) << i;
    }
    return value;
}

/// One test on one wrapper.
class Test {
public:
    Test(const Design& design, AxiModel& model, std::uint64_t seed)
        : design_(design),
          model_(model),
          table_(register_table(design)),
          streams_(axi_streams(design)),
          job_fields_(job_fields(design)),
          seed_(seed) {}

    void run(const std::string& name) {
        begin();
        static const std::map<std::string, void (Test::*)()> kOwn = {
            {"registers.reset_values", &Test::reset_values},
            {"registers.read_write", &Test::read_write},
            {"registers.unmapped", &Test::unmapped},
            {"interrupts.test_and_clear", &Test::interrupts},
            {"jobs.queue_overflows", &Test::queue_overflows},
            {"jobs.refused", &Test::refused_job},
            {"reset.by_software", &Test::soft_reset},
            {"reset.holds_the_output", &Test::reset_holds_the_output},
            {"counters.clear", &Test::clear}};
        if (const auto own = kOwn.find(name); own != kOwn.end()) {
            (this->*own->second)();
        } else {
            for (const TestCase& test : test_plan(design_, 1, seed_)) {
                if ("plan." + test.name == name) plan_test(test);
            }
        }
        const std::uint64_t errors = model_.stats().protocol_errors - protocol_errors_;
        expect(errors == 0,
               fmt::format("{} protocol errors: a valid fell or a payload changed", errors));
    }

    [[nodiscard]] std::uint64_t checked() const { return checked_; }

private:
    // Registers -----------------------------------------------------------------------------------

    void expect(bool good, const std::string& message) {
        ++checked_;
        if (!good) throw Failed(message);
    }
    void expect_equal(std::uint64_t got, std::uint64_t want, const std::string& what) {
        expect(got == want, fmt::format("{}: got {:#x}, want {:#x}", what, got, want));
    }
    [[nodiscard]] static std::uint32_t address(const Register& reg) {
        return static_cast<std::uint32_t>(reg.offset);
    }
    std::uint32_t read(const std::string& name) {
        const AxiAccess got = model_.read(address(table_.at(name)));
        expect_equal(got.response, AxiAccess::kOkay, "response of a read of " + name);
        return got.data;
    }
    void write(const std::string& name, std::uint32_t value) {
        const AxiAccess got = model_.write(address(table_.at(name)), value);
        expect_equal(got.response, AxiAccess::kOkay, "response of a write of " + name);
    }
    [[nodiscard]] const RegisterField& field(const std::string& reg,
                                             const std::string& name) const {
        const auto& fields = table_.at(reg).fields;
        return *std::find_if(fields.begin(), fields.end(),
                             [&name](const RegisterField& f) { return f.name == name; });
    }
    [[nodiscard]] std::uint32_t bit(const std::string& reg, const std::string& name) const {
        return 1U << field(reg, name).lsb;
    }
    std::uint32_t status(const std::string& name) {
        const RegisterField& f = field("STATUS", name);
        return static_cast<std::uint32_t>(read("STATUS") >> f.lsb & ((1ULL << f.width) - 1));
    }
    void command(const std::string& name) { write("CTRL", bit("CTRL", name)); }

    void reset_values() {
        for (const Register& reg : table_.registers) {
            expect_equal(read(reg.name), reg.reset(), "reset value of " + reg.name);
        }
        for (const Register& reg : table_.registers) {
            if (reg.writable()) continue;
            expect_equal(model_.write(address(reg), 0xFFFFFFFF).response, AxiAccess::kSlaveError,
                         "response of a write of " + reg.name);
            expect_equal(read(reg.name), reg.reset(), reg.name + " after a write");
        }
    }

    /// Storage keeps what is written, and each byte lane writes its byte alone.
    void read_write() {
        coco::Rng rng(seed_);
        for (const Register& reg : table_.registers) {
            std::uint32_t storage = 0;
            for (const RegisterField& f : reg.fields) {
                if (f.access != FieldAccess::kReadWrite) continue;
                storage |= static_cast<std::uint32_t>(((1ULL << f.width) - 1) << f.lsb);
            }
            if (storage == 0) continue;
            std::uint32_t want = reg.reset();
            for (std::uint32_t strobe : {15U, 1U, 2U, 4U, 8U, 0U, 5U, 15U}) {
                const auto value = static_cast<std::uint32_t>(rng.bits(32));
                std::uint32_t mask = 0;
                for (int byte = 0; byte < 4; ++byte) {
                    if ((strobe >> byte & 1) != 0) mask |= 0xFFU << 8 * byte;
                }
                expect_equal(model_.write(address(reg), value, strobe).response, AxiAccess::kOkay,
                             "response of a write of " + reg.name);
                want = (want & ~mask) | (value & mask & storage);
                expect_equal(read(reg.name), want,
                             fmt::format("{} after a write with strobes {:#x}", reg.name, strobe));
            }
        }
        model_.reset();
        for (const Register& reg : table_.registers) {
            expect_equal(read(reg.name), reg.reset(), "reset value of " + reg.name);
        }
    }

    /// Every address of the page without a register.
    void unmapped() {
        write("SCRATCH", 0x12345678);
        for (int offset = 0; offset < 1 << RegisterTable::kAddressBits; offset += 4) {
            const bool known =
                std::any_of(table_.registers.begin(), table_.registers.end(),
                            [offset](const Register& reg) { return reg.offset == offset; });
            // Beyond the registers, a few: the decoder has no other bits.
            const bool near = offset < 0x100 || (offset & (offset - 1)) == 0 || offset % 292 == 0;
            if (known || !near) continue;
            const AxiAccess got = model_.read(static_cast<std::uint32_t>(offset));
            expect_equal(got.response, AxiAccess::kSlaveError,
                         fmt::format("response of a read at {:#x}", offset));
            expect_equal(got.data, 0, fmt::format("data of a read at {:#x}", offset));
            expect_equal(model_.write(static_cast<std::uint32_t>(offset), 0xFFFFFFFF).response,
                         AxiAccess::kSlaveError,
                         fmt::format("response of a write at {:#x}", offset));
        }
        for (const Register& reg : table_.registers) {
            const std::uint32_t want = reg.name == "SCRATCH" ? 0x12345678 : reg.reset();
            expect_equal(read(reg.name), want, reg.name + " after writes of other addresses");
        }
    }

    void expect_irq(bool want, const std::string& when) {
        model_.step(2);
        expect_equal(model_.stats().irq, want ? 1 : 0, "irq_o " + when);
    }

    void interrupts() {
        const auto& events = table_.at(kInterruptState).fields;
        std::uint32_t all = 0;
        for (const RegisterField& f : events) all |= 1U << f.lsb;
        expect_irq(false, "after reset");
        for (const RegisterField& f : events) {
            const std::uint32_t one = 1U << f.lsb;
            write(kInterruptTest, one);
            expect_equal(read(kInterruptState), one, "INTR_STATE after a test of " + f.name);
            expect_irq(false, "while " + f.name + " is not enabled");
            write(kInterruptEnable, all & ~one);
            expect_irq(false, "while all but " + f.name + " are enabled");
            write(kInterruptEnable, one);
            expect_irq(true, "of " + f.name);
            write(kInterruptState, all & ~one);
            expect_equal(read(kInterruptState), one, "INTR_STATE after others were cleared");
            expect_irq(true, "after others were cleared");
            write(kInterruptState, one);
            expect_equal(read(kInterruptState), 0, "INTR_STATE after " + f.name + " was cleared");
            expect_irq(false, "after " + f.name + " was cleared");
            write(kInterruptEnable, 0);
        }
        write(kInterruptTest, all);
        expect_equal(read(kInterruptState), all, "INTR_STATE after a test of all");
        write(kInterruptState, all);
        expect_equal(read(kInterruptState), 0, "INTR_STATE after all were cleared");
    }

    // Jobs ----------------------------------------------------------------------------------------

    void begin() {
        model_.reset();
        model_.set_pauses({}, 0);
        written_.clear();
        protocol_errors_ = model_.stats().protocol_errors;
    }

    [[nodiscard]] const AxiStream& axi(const std::string& name) const {
        return *std::find_if(streams_.begin(), streams_.end(),
                             [&name](const AxiStream& s) { return s.name == name; });
    }
    void send(std::uint32_t input, const std::string& name, const StreamBeats& beats) {
        std::uint64_t i = 0;
        for (AxiBeat& beat : axi_beats(design_, name, beats)) {
            // Padding is for the wrapper to ignore; frames of prm are for DMA engines alone.
            if (name == "prm") beat.last = i % 3 == 0;
            fill_padding(axi(name), beat.tdata, i++);
            model_.send(input, beat);
        }
    }
    static void fill_padding(const AxiStream& stream, std::vector<std::uint8_t>& bytes,
                             std::uint64_t beat) {
        int next = 0;
        const auto fill = [&](int end) {
            for (; next < end && beat % 2 == 0; ++next) {
                auto& byte = bytes[static_cast<std::size_t>(next) / 8];
                byte = static_cast<std::uint8_t>(byte | 1U << next % 8);
            }
        };
        for (const AxiField& f : stream.fields) {
            fill(f.lsb);
            next = f.lsb + f.width;
        }
        fill(stream.tdata_bits);
    }

    /// Writes the registers of a job that differ from what they hold.
    void describe_job(std::span<const std::uint32_t> words) {
        std::map<std::string, std::uint32_t> values;
        for (std::size_t i = 0; i < job_fields_.size(); ++i) {
            for (const Register& reg : table_.registers) {
                for (const RegisterField& f : reg.fields) {
                    if (signal_name(reg, f) == job_fields_[i].signal) {
                        values[reg.name] |= words[i] << f.lsb;
                    }
                }
            }
        }
        for (const auto& [name, value] : values) {
            const auto held = written_.find(name);
            if (held != written_.end() && held->second == value) continue;
            write(name, value);
            written_[name] = value;
        }
    }
    /// Waits for room in the queue, up to the patience.
    void start_job(std::span<const std::uint32_t> words) {
        describe_job(words);
        for (std::uint64_t quiet = 0; status("QUEUED") == kAxiJobQueue;) {
            const PeforgeAxiStats before = model_.stats();
            model_.step(kTogether / 8);
            quiet = moved(before) ? 0 : quiet + kTogether / 8;
            expect(quiet < kPatience, "nothing moves: the job queue stays full");
        }
        command("START");
    }
    [[nodiscard]] bool moved(const PeforgeAxiStats& before) const {
        const PeforgeAxiStats now = model_.stats();
        return now.in_beats != before.in_beats || now.out_beats != before.out_beats;
    }

    void collect() {
        while (const auto beat = model_.take()) got_.push_back(*beat);
    }

    [[nodiscard]] static PeforgeAxiPauses pauses_of(const StallProfile& stall) {
        return {{stall.prm, stall.wgt, stall.act}, stall.out, stall.job};
    }

    void feed(const Episode& episode) {
        model_.set_pauses(pauses_of(episode.feed.stall), episode.feed.pause_seed);
        send(PEFORGE_AXI_PRM, "prm", episode.feed.beats.prm);
        send(PEFORGE_AXI_WGT, "wgt", episode.feed.beats.wgt);
        send(PEFORGE_AXI_ACT, "act", episode.feed.beats.act);
        // An episode that is cut off starts no more jobs than can wait.
        const std::uint64_t jobs = episode.feed.beats.job.beats();
        const std::uint64_t most = episode.feed.stop_after != 0 ? 2 : jobs;
        for (std::uint64_t i = 0; i < std::min(jobs, most); ++i) {
            start_job(episode.feed.beats.job.beat(i));
        }
    }

    void wait_for(std::uint64_t beats) {
        std::uint64_t quiet = 0;
        PeforgeAxiStats before = model_.stats();
        collect();
        while (got_.size() < beats && quiet < kPatience) {
            model_.step(kTogether);
            collect();
            quiet = moved(before) ? 0 : quiet + kTogether;
            before = model_.stats();
        }
        for (int i = 0; i < 100 && status("BUSY") != 0; ++i) model_.step(8);
        collect();
    }

    /// The output beats against the golden ones.
    void compare(const Episode& episode) {
        const StreamBeats& want = episode.feed.beats.out;
        const std::vector<AxiBeat> beats = axi_beats(design_, "out", want);
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(want.beats(), got_.size()); ++i) {
            const AxiBeat& beat = beats[i];
            if (got_[i] == beat) {
                ++checked_;
                continue;
            }
            std::vector<std::uint32_t> words(want.words_per_beat);
            const AxiField& data = axi("out").fields.front();
            for (int b = 0; b < data.width; ++b) {
                words[static_cast<std::size_t>(b) / 32] |=
                    static_cast<std::uint32_t>(bits_of(got_[i].tdata, b, 1)) << b % 32;
            }
            words.back() = got_[i].last ? 1 : 0;
            throw Failed("output: " + (std::ranges::equal(words, want.beat(i))
                                           ? fmt::format("beat {}: padding is not zero", i)
                                           : episode.describe(i, words)));
        }
        expect(got_.size() == want.beats(),
               fmt::format("output: {} of {} beats came", got_.size(), want.beats()));
    }

    /// What counters hold when they were not cleared.
    struct Base {
        PeforgeAxiStats own{};
        std::uint64_t saturations = 0;
        std::uint64_t nar = 0;
        bool error = false;
    };

    /// Registers against the core's ports, the bench's own counts and the golden counters.
    void compare_counters(const Episode& episode, Base& base) {
        const PeforgeAxiStats now = model_.stats();
        expect_equal(now.core_busy, 0, "busy_o of the core at the end");
        expect_equal(status("BUSY"), 0, "STATUS.BUSY at the end");
        expect_equal(read("CYCLES"), now.core_cycles, "counter CYCLES, the core's cycles_o");
        expect_equal(read("JOBS_DONE"), now.out_lasts - base.own.out_lasts, "counter JOBS_DONE");
        expect_equal(read("OUT_STALLS"), now.out_stalls - base.own.out_stalls,
                     "counter OUT_STALLS");
        expect_equal(read("WGT_STALLS"), now.wgt_stalls - base.own.wgt_stalls,
                     "counter WGT_STALLS");
        expect_equal(read("ACT_STALLS"), now.act_stalls - base.own.act_stalls,
                     "counter ACT_STALLS");
        const std::uint64_t saturations = base.saturations + episode.saturations;
        const std::uint64_t nar = base.nar + episode.nar;
        if (table_.has("SATURATIONS")) {
            expect_equal(read("SATURATIONS"), now.core_saturations,
                         "counter SATURATIONS, the core's saturations_o");
        }
        expect_equal(now.core_saturations, saturations, "saturations_o");
        if (table_.has("NAR_COUNT")) {
            expect_equal(read("NAR_COUNT"), now.core_nar_count,
                         "counter NAR_COUNT, the core's nar_count_o");
            expect_equal(status("NAR"), nar != 0 ? 1 : 0, "STATUS.NAR");
        }
        expect_equal(now.core_nar_count, nar, "nar_count_o");
        expect_equal(status("ERROR"), episode.error ? 1 : 0, "STATUS.ERROR");
        expect_equal(status("QUEUED"), 0, "STATUS.QUEUED");
        // One job whose beats all wait: it runs as fast as on the core alone.
        if (episode.feed.stall.none() && episode.feed.beats.job.beats() == 1 &&
            episode.feed.start != Start::kGoOn) {
            expect(read("CYCLES") <= episode.cycles,
                   fmt::format("counter CYCLES: {} in place of {}: a stream is slower than a beat "
                               "a cycle",
                               read("CYCLES"), episode.cycles));
        }
        base.saturations = saturations;
        base.nar = nar;
        base.error = episode.error;
    }

    /// Interrupts that an episode must have raised, and no others.
    void compare_interrupts(const Episode& episode, const Base& before, std::uint64_t jobs) {
        std::uint32_t want = 0;
        if (jobs != 0) want |= bit(kInterruptState, "JOB_DONE");
        if (episode.error && !before.error) want |= bit(kInterruptState, "ERROR");
        if (table_.has("SATURATIONS") && before.saturations == 0 && episode.saturations != 0) {
            want |= bit(kInterruptState, "SATURATION");
        }
        if (table_.has("NAR_COUNT") && before.nar == 0 && episode.nar != 0) {
            want |= bit(kInterruptState, "NAR");
        }
        const std::uint32_t idle = bit(kInterruptState, "IDLE");
        // A start raises busy, a refused job as well.
        if (episode.feed.beats.job.beats() != 0) want |= idle;
        expect_equal(read(kInterruptState), want, "INTR_STATE after the jobs");
        write(kInterruptState, want);
        expect_equal(read(kInterruptState), 0, "INTR_STATE after it was cleared");
    }

    void soft_reset_now() {
        model_.stop();
        command("RESET");
        for (int i = 0; i < 20 && status("RESETTING") != 0; ++i) {
        }
        expect_equal(status("RESETTING"), 0, "STATUS.RESETTING");
        model_.set_pauses({}, 0);
        model_.step(kTogether);
        collect();
        got_.clear();
        expect_equal(status("BUSY"), 0, "STATUS.BUSY after a reset");
        expect_equal(status("OUT_VALID"), 0, "STATUS.OUT_VALID after the output was taken");
        expect_equal(read("CYCLES"), 0, "CYCLES after a reset");
        // The beat that the output held may have been the last of a job.
        expect(read("JOBS_DONE") <= 1, "JOBS_DONE after a reset");
        command("CLEAR");
        expect_equal(read("JOBS_DONE"), 0, "JOBS_DONE after CLEAR");
        write(kInterruptState, 0xFFFFFFFF);
    }

    void plan_test(const TestCase& test) {
        Base base;
        bool first = true;
        for (const Episode& episode : test_vectors(design_, test, seed_)) {
            got_.clear();
            if (episode.feed.start == Start::kReset && !first) soft_reset_now();
            if (episode.feed.start == Start::kClear) command("CLEAR");
            if (episode.feed.start != Start::kGoOn) base = {};
            if (episode.feed.start != Start::kGoOn) {
                // The core needs a cycle for a clear.
                model_.step(4);
                base.own = model_.stats();
            }
            first = false;
            const std::uint64_t lasts = model_.stats().out_lasts;
            feed(episode);
            if (episode.feed.stop_after != 0) {
                model_.step(episode.feed.stop_after);
                continue;
            }
            wait_for(episode.feed.beats.out.beats());
            compare(episode);
            const Base before = base;
            compare_counters(episode, base);
            compare_interrupts(episode, before, model_.stats().out_lasts - lasts);
        }
    }

    /// A whole job of the plan, as a probe that the array works.
    void good_job() {
        for (const TestCase& test : test_plan(design_, 1, seed_)) {
            if (test.name == "remainder.m") {
                for (const Episode& episode : test_vectors(design_, test, seed_)) {
                    got_.clear();
                    written_.clear();
                    feed(episode);
                    wait_for(episode.feed.beats.out.beats());
                    compare(episode);
                }
                return;
            }
        }
    }

    /// Episode of a plan test by its name.
    Episode episode_of(const std::string& name) {
        for (const TestCase& test : test_plan(design_, 1, seed_)) {
            if (test.name == name) return test_vectors(design_, test, seed_).front();
        }
        throw std::out_of_range(name);
    }

    /// Jobs without beats: the core takes some, the queue the next, the others are dropped and
    /// tell.
    void queue_overflows() {
        const Episode episode = episode_of("remainder.m");
        std::uint32_t dropped = 0;
        for (int i = 0; i < 16; ++i) {
            describe_job(episode.feed.beats.job.beat(0));
            command("START");
            model_.step(6);
            const std::uint32_t now = read(kInterruptState) & bit(kInterruptState, "JOB_DROPPED");
            if (now != 0) {
                expect_equal(status("QUEUED"), kAxiJobQueue, "STATUS.QUEUED when a job is dropped");
                write(kInterruptState, now);
                ++dropped;
            } else {
                expect(dropped == 0, "a job was taken behind a dropped one");
            }
        }
        expect(dropped >= 16 - kAxiJobQueue - 3, fmt::format("only {} jobs were dropped", dropped));
        expect_equal(status("BUSY"), 1, "STATUS.BUSY with jobs");
        expect_equal(read("JOBS_DONE"), 0, "JOBS_DONE without beats");
        soft_reset_now();
        expect_equal(status("QUEUED"), 0, "STATUS.QUEUED after a reset");
        good_job();
    }

    void refused_job() {
        write("JOB_M", 0);
        write("JOB_TILES", 1);
        command("START");
        model_.step(8);
        expect_equal(status("ERROR"), 1, "STATUS.ERROR after a job of no rows");
        const std::uint32_t error = bit(kInterruptState, "ERROR");
        expect_equal(read(kInterruptState) & error, error, "INTR_STATE.ERROR");
        write(kInterruptState, 0xFFFFFFFF);
        expect_equal(read(kInterruptState), 0, "INTR_STATE: an event is no level");
        command("CLEAR");
        expect_equal(status("ERROR"), 0, "STATUS.ERROR after CLEAR");
        good_job();
        expect_equal(read(kInterruptState) & error, 0, "INTR_STATE.ERROR after a good job");
    }

    /// Broken off at several places, then a whole job.
    void soft_reset() {
        const Episode episode = episode_of("remainder.m");
        for (const std::uint64_t cycles : {0, 3, 7, 20, 33, 60}) {
            written_.clear();
            feed(episode);
            model_.step(cycles);
            soft_reset_now();
            expect_equal(read("JOB_M"), written_.at("JOB_M"), "JOB_M after a reset");
        }
        good_job();
        // A start in the same write is lost, and tells.
        write("CTRL", bit("CTRL", "RESET") | bit("CTRL", "START"));
        model_.step(10);
        const std::uint32_t dropped = bit(kInterruptState, "JOB_DROPPED");
        expect_equal(read(kInterruptState) & dropped, dropped, "INTR_STATE.JOB_DROPPED");
        expect_equal(status("QUEUED"), 0, "STATUS.QUEUED after START with RESET");
        good_job();
    }

    /// A beat that is shown stays until it is taken, whatever the core does.
    void reset_holds_the_output() {
        PeforgeAxiPauses never{};
        never.out = 256;
        const Episode episode = episode_of("remainder.m");
        written_.clear();
        Episode held = episode;
        held.feed.stall = {};
        held.feed.stall.out = 256;
        held.feed.stop_after = 1;
        feed(held);
        for (int i = 0; i < 100 && status("OUT_VALID") == 0; ++i) model_.step(kTogether / 4);
        expect_equal(status("OUT_VALID"), 1, "STATUS.OUT_VALID");
        model_.stop();
        model_.set_pauses(never, 0);
        command("RESET");
        model_.step(20);
        expect_equal(status("OUT_VALID"), 1, "STATUS.OUT_VALID after a reset");
        expect_equal(status("BUSY"), 1, "STATUS.BUSY while an output waits");
        model_.set_pauses({}, 0);
        model_.step(20);
        expect_equal(status("OUT_VALID"), 0, "STATUS.OUT_VALID when the sink is ready");
        while (model_.take()) {
        }
        good_job();
    }

    void clear() {
        good_job();
        expect(read("CYCLES") != 0, "CYCLES after a job");
        expect(read("JOBS_DONE") != 0, "JOBS_DONE after a job");
        command("CLEAR");
        for (const Register& reg : table_.registers) {
            const bool counter = reg.offset >= table_.at("CYCLES").offset;
            if (counter) expect_equal(read(reg.name), 0, reg.name + " after CLEAR");
        }
        good_job();
    }

    const Design& design_;
    AxiModel& model_;
    RegisterTable table_;
    std::vector<AxiStream> streams_;
    std::vector<JobField> job_fields_;
    std::uint64_t seed_;
    std::uint64_t checked_ = 0;
    std::uint64_t protocol_errors_ = 0;
    std::map<std::string, std::uint32_t> written_;  ///< of the job registers
    std::vector<AxiBeat> got_;
};

/// Whether a test of the plan is for the wrapper: short, and nothing that happens at a cycle.
bool through_axi(const Design& design, const TestCase& test, std::uint64_t seed) {
    if (test.scenario == Scenario::kClear) return false;
    // An upper bound, before vectors are made.
    const auto tiles = static_cast<std::uint64_t>(test.shape.k / design.tile_k + 1) *
                       static_cast<std::uint64_t>(test.shape.n / design.cols + 1);
    if (tiles * static_cast<std::uint64_t>(test.shape.m + design.timing.tile_beats) > kMostBeats) {
        return false;
    }
    std::uint64_t beats = 0;
    for (const Episode& episode : test_vectors(design, test, seed)) {
        beats += episode.feed.beats.wgt.beats() + episode.feed.beats.act.beats();
    }
    return beats <= kMostBeats;
}

}  // namespace

std::vector<AxiBeat> axi_beats(const Design& design, const std::string& name,
                               const StreamBeats& beats) {
    const std::vector<AxiStream> every = axi_streams(design);
    const AxiStream& axi = *std::find_if(every.begin(), every.end(),
                                         [&name](const AxiStream& s) { return s.name == name; });
    const std::vector<Stream> core = streams(design);
    const Stream& ports = *std::find_if(core.begin(), core.end(),
                                        [&name](const Stream& s) { return s.name == name; });
    std::vector<AxiBeat> all;
    for (std::uint64_t i = 0; i < beats.beats(); ++i) {
        const std::span<const std::uint32_t> words = beats.beat(i);
        AxiBeat beat;
        beat.tdata.resize(static_cast<std::size_t>(axi.bytes()));
        std::size_t word = 0;
        for (const Port& port : ports.payload) {
            const auto field =
                std::find_if(axi.fields.begin(), axi.fields.end(),
                             [&port](const AxiField& f) { return f.port == port.name; });
            for (std::size_t bit = 0; bit < static_cast<std::size_t>(port.width); ++bit) {
                if ((words[word + bit / 32] >> bit % 32 & 1) == 0) continue;
                if (field == axi.fields.end()) {
                    beat.last = true;
                } else {
                    const std::size_t at = static_cast<std::size_t>(field->lsb) + bit;
                    beat.tdata[at / 8] =
                        static_cast<std::uint8_t>(beat.tdata[at / 8] | 1U << at % 8);
                }
            }
            word += static_cast<std::size_t>(port.width + 31) / 32;
        }
        all.push_back(std::move(beat));
    }
    return all;
}

std::vector<std::string> axi_tests(const Design& design, std::uint64_t seed) {
    std::vector<std::string> names = {
        "registers.reset_values",    "registers.read_write",   "registers.unmapped",
        "interrupts.test_and_clear", "jobs.refused",           "jobs.queue_overflows",
        "reset.by_software",         "reset.holds_the_output", "counters.clear"};
    for (const TestCase& test : test_plan(design, 1, seed)) {
        if (through_axi(design, test, seed)) names.push_back("plan." + test.name);
    }
    return names;
}

AxiTestResult run_axi_test(const Design& design, AxiModel& model, const std::string& name,
                           std::uint64_t seed) {
    AxiTestResult result{name, "", 0};
    Test test(design, model, seed);
    try {
        test.run(name);
    } catch (const Failed& failed) {
        result.failure = failed.what();
    }
    result.checked = test.checked();
    return result;
}

}  // namespace peforge
