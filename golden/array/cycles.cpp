// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <deque>

#include "golden/array/schedule.hpp"

namespace peforge::golden {

namespace {

/// Finished rows on their way to post-processing, and the column parameters of their jobs. Stepped
/// one clock cycle at a time with a consumer that never stalls.
class Drain {
public:
    Drain(const TimingParams& t, std::size_t jobs)
        : t_(t), places_(t.results), prm_left_(jobs * static_cast<std::uint64_t>(t.columns)) {}

    /// A row of a last tile needs a place in the buffer of finished rows.
    [[nodiscard]] bool row_ok(bool last) const { return !last || places_ > 0; }
    [[nodiscard]] std::size_t finished() const { return finished_; }
    [[nodiscard]] std::uint64_t last_out() const { return last_out_; }

    /// A finished row is admitted: its sum is written in cycle `written`.
    void admit(std::uint64_t written, bool job_end) {
        --places_;
        results_.push_back({written, job_end});
    }

    /// The rest of the cycle `now`, decided from the state before admit() of this cycle.
    void step(std::uint64_t now) {
        const bool prm_full = prm_count_ == t_.columns;
        const bool take_prm = !open_ && prm_full;
        const bool offered = loaded_ && open_;
        if (offered && !offered_before_) {
            row_done_at_ = now + static_cast<std::uint64_t>(t_.post_cycles) - 1;
        }
        const bool row_taken = offered && now == row_done_at_;
        const bool read =
            !results_.empty() && results_.front().written < now && (!loaded_ || row_taken);
        offered_before_ = offered && !row_taken;

        if (row_taken && job_end_) {
            last_out_ = now + static_cast<std::uint64_t>(t_.post_latency);
            ++finished_;
            open_ = false;
        }
        loaded_ = read || (loaded_ && !row_taken);
        if (read) {
            job_end_ = results_.front().job_end;
            results_.pop_front();
            ++places_;
        }
        if (take_prm) {
            open_ = true;
            prm_count_ = 0;
        } else if (prm_left_ > 0 && !prm_full) {
            ++prm_count_;
            --prm_left_;
        }
    }

private:
    struct Result {
        std::uint64_t written = 0;  ///< cycle in which the last column's sum is written
        bool job_end = false;
    };

    TimingParams t_;
    std::deque<Result> results_;
    int places_;
    bool loaded_ = false;   ///< a row was read from the buffer
    bool job_end_ = false;  ///< it is its job's last
    bool open_ = false;     ///< the column parameters of its job are active
    bool offered_before_ = false;
    std::uint64_t row_done_at_ = 0;  ///< cycle in which post-processing takes the row's last group
    int prm_count_ = 0;
    std::uint64_t prm_left_;
    std::uint64_t last_out_ = 0;
    std::size_t finished_ = 0;
};

/// Controller state of a weight-stationary array, stepped one clock cycle at a time with streams
/// that never stall. Mirrors the rules of docs/architecture.md, "Control", not the RTL's text: it
/// is what the RTL's cycle counter is checked against.
class Controller {
public:
    Controller(const TimingParams& t, const std::vector<Job>& jobs)
        : t_(t), jobs_(jobs), drain_(t, jobs.size()) {}

    std::uint64_t run() {
        while (drain_.finished() < jobs_.size()) step();
        // The counter starts in the cycle after the first job's handshake and stops with the last
        // output beat; the first job is accepted in cycle 0.
        return drain_.last_out();
    }

private:
    void step() {
        // Everything is decided from the state before the clock edge, then applied.
        const bool job_fire = next_job_ < jobs_.size() && load_left_ == 0 && !nxt_valid_;
        const bool wgt_fire = load_left_ != 0 && !shadow_full_ && wave_ == 0 && !mode_waits_;
        const bool tile_loaded = wgt_fire && beat_ + 1 == t_.tile_beats;

        const bool tile_end = cur_valid_ && row_ + 1 == cur_.m;
        const bool last = cur_left_ == 1;
        const bool act_fire = active_ && drain_.row_ok(last);
        const bool tile_done = act_fire && tile_end;
        const bool job_done = tile_done && last;
        const bool more = cur_left_ != 1 || nxt_valid_;
        const bool swap = shadow_full_ && (active_ ? tile_done && more && cur_.m != 1 : cur_valid_);
        const bool take_next = nxt_valid_ && (!cur_valid_ || job_done);

        const bool done = !done_at_.empty() && done_at_.front() == now_;
        if (done) done_at_.pop_front();
        drain_.step(now_);
        if (act_fire && last) {
            const std::uint64_t written = now_ + static_cast<std::uint64_t>(t_.latency);
            drain_.admit(written, tile_end);
            if (tile_end) done_at_.push_back(written);
        }

        if (swap) {
            wave_ = t_.wave - 1;
        } else if (wave_ > 0) {
            --wave_;
        }
        if (swap) shadow_full_ = false;
        if (tile_loaded) {
            shadow_full_ = true;
            --load_left_;
        }
        if (wgt_fire) beat_ = tile_loaded ? 0 : beat_ + 1;

        active_ = swap || (active_ && !tile_done);
        if (act_fire) row_ = tile_done ? 0 : row_ + 1;
        if (tile_done) --cur_left_;
        if (job_done) cur_valid_ = false;
        if (take_next) {
            cur_ = nxt_;
            cur_left_ = nxt_.tiles;
            cur_valid_ = true;
            nxt_valid_ = false;
        }
        // Another mode waits until the sums of all jobs before are complete.
        if (job_fire) {
            const int mode = jobs_[next_job_].mode;
            mode_waits_ = summing_ != 0 && mode != mode_;
            if (!mode_waits_) mode_ = mode;
            mode_wanted_ = mode;
        } else if (mode_waits_ && summing_ == 1) {
            mode_ = mode_wanted_;
            mode_waits_ = false;
        }
        summing_ += (job_fire ? 1 : 0) - (done ? 1 : 0);
        if (job_fire) {
            nxt_ = jobs_[next_job_++];
            nxt_valid_ = true;
            load_left_ = nxt_.tiles;
        }
        ++now_;
    }

    TimingParams t_;
    const std::vector<Job>& jobs_;
    std::uint64_t now_ = 0;

    // Weight loading.
    std::size_t next_job_ = 0;
    int load_left_ = 0;
    int beat_ = 0;
    bool shadow_full_ = false;
    int wave_ = 0;

    // Mode of the grid.
    int mode_ = 0;
    int mode_wanted_ = 0;
    bool mode_waits_ = false;
    int summing_ = 0;  ///< jobs accepted whose sums are not complete

    // Admission of rows.
    Job nxt_{};
    bool nxt_valid_ = false;
    Job cur_{};
    bool cur_valid_ = false;
    int cur_left_ = 0;
    int row_ = 0;
    bool active_ = false;

    std::deque<std::uint64_t> done_at_;  ///< cycles in which the last sum of a job is written
    Drain drain_;
};

/// Controller state of a LUT array, stepped like Controller.
class LutController {
public:
    LutController(const TimingParams& t, const std::vector<Job>& jobs)
        : t_(t), jobs_(jobs), words_free_(t.index_words), drain_(t, jobs.size()) {}

    std::uint64_t run() {
        while (drain_.finished() < jobs_.size()) step();
        return drain_.last_out();
    }

private:
    struct Row {
        int row = 0;
        bool tile_end = false;
        bool last = false;  ///< of its job's last tile
    };

    void step() {
        // Everything is decided from the state before the clock edge, then applied.
        const bool job_fire = next_job_ < jobs_.size() && load_left_ == 0;
        const bool wgt_fire = load_left_ != 0 && !bank_full_[write_bank_] &&
                              (!load_encodes_ || (!shadow_full_ && wave_ == 0));
        const bool pass_loaded =
            wgt_fire && load_encodes_ && (beat_ + 1) % (t_.tile_beats / t_.passes) == 0;
        const bool tile_loaded = wgt_fire && beat_ + 1 == t_.tile_beats;

        const bool act_fire = active_ && hold_row_ == 0 && (pass_ != 0 || words_free_ > 0);
        const bool pass_done = act_fire && row_ + 1 == matching_.front().m;
        const bool swap = shadow_full_ && (!active_ || pass_done);

        const bool pop =
            fetched_ && bank_full_[read_bank_] && !lookup_hold_ && drain_.row_ok(fetched_row_.last);
        const bool fetch =
            (!fetched_ || pop) && !looking_up_.empty() &&
            (looking_up_.front().reuse || (!words_.empty() && words_.front() <= now_));

        drain_.step(now_);
        if (pop && fetched_row_.last) {
            drain_.admit(now_ + static_cast<std::uint64_t>(t_.update_latency),
                         fetched_row_.tile_end);
        }
        lookup_hold_ = pop && fetched_row_.tile_end && fetched_row_.row == 0;
        if (pop && fetched_row_.tile_end) {
            bank_full_[read_bank_] = false;
            read_bank_ ^= 1;
        }
        if (pop) fetched_ = false;
        if (fetch) {
            const Job& job = looking_up_.front();
            fetched_ = true;
            fetched_row_ = {fetch_row_, fetch_row_ + 1 == job.m, fetch_tile_ + 1 == job.tiles};
            if (!job.reuse) words_.pop_front();
            if (!job.keep) ++words_free_;
            if (++fetch_row_ == job.m) {
                fetch_row_ = 0;
                if (++fetch_tile_ == job.tiles) {
                    fetch_tile_ = 0;
                    looking_up_.pop_front();
                }
            }
        }

        if (act_fire && pass_ == 0) --words_free_;
        if (act_fire && pass_ + 1 == t_.passes) {
            words_.push_back(now_ + static_cast<std::uint64_t>(t_.latency) + 1);
        }
        if (act_fire || swap) {
            hold_row_ = t_.fold - 1;
        } else if (hold_row_ > 0) {
            --hold_row_;
        }
        active_ = swap || (active_ && !pass_done);
        if (act_fire) row_ = pass_done ? 0 : row_ + 1;
        if (pass_done && ++pass_ == t_.passes) {
            pass_ = 0;
            if (++tile_ == matching_.front().tiles) {
                tile_ = 0;
                matching_.pop_front();
            }
        }

        if (swap) {
            wave_ = t_.wave - 1;
        } else if (wave_ > 0) {
            --wave_;
        }
        shadow_full_ = pass_loaded || (shadow_full_ && !swap);
        if (tile_loaded) {
            bank_full_[write_bank_] = true;
            write_bank_ ^= 1;
            --load_left_;
        }
        if (wgt_fire) beat_ = tile_loaded ? 0 : beat_ + 1;
        if (job_fire) {
            const Job& job = jobs_[next_job_++];
            load_left_ = job.tiles;
            load_encodes_ = !job.reuse;
            looking_up_.push_back(job);
            if (load_encodes_) matching_.push_back(job);
        }
        ++now_;
    }

    TimingParams t_;
    const std::vector<Job>& jobs_;
    std::uint64_t now_ = 0;

    // Loading of tables and codebooks.
    std::size_t next_job_ = 0;
    int load_left_ = 0;
    bool load_encodes_ = false;
    int beat_ = 0;
    bool bank_full_[2] = {false, false};
    int write_bank_ = 0;
    bool shadow_full_ = false;
    int wave_ = 0;

    // Encoding.
    std::deque<Job> matching_;
    bool active_ = false;
    int row_ = 0;
    int pass_ = 0;
    int tile_ = 0;
    int hold_row_ = 0;
    int words_free_;
    std::deque<std::uint64_t> words_;  ///< first cycle in which each index word may be fetched

    // Lookup.
    std::deque<Job> looking_up_;
    int fetch_row_ = 0;
    int fetch_tile_ = 0;
    bool fetched_ = false;
    Row fetched_row_;
    int read_bank_ = 0;
    bool lookup_hold_ = false;

    Drain drain_;
};

/// Controller state of an output-stationary array, stepped like Controller.
class StepController {
public:
    StepController(const TimingParams& t, const std::vector<Job>& jobs) : t_(t), jobs_(jobs) {
        for (const Job& job : jobs) beats_left_ += static_cast<std::uint64_t>(job.tiles);
    }

    std::uint64_t run() {
        while (finished_ < jobs_.size()) step();
        return last_out_;
    }

private:
    void step() {
        // Everything is decided from the state before the clock edge, then applied.
        const bool job_fire = next_job_ < jobs_.size() && !nxt_valid_;
        const bool last = cur_left_ == 1;
        // Activations and weights have a register each and never stall: both are full or empty.
        const bool fire = cur_valid_ && slots_full_ && (!last || !drain_busy_);
        const bool job_done = fire && last;
        const bool beats = beats_left_ > 0 && (!slots_full_ || fire);
        const bool take_next = nxt_valid_ && (!cur_valid_ || job_done);

        const bool prm_full = prm_count_ == t_.columns;
        const bool take_prm = drain_done_ && !drain_run_ && prm_full;
        // A row's groups of columns are taken one a cycle; a single group leaves the array in every
        // other cycle, since its results move down behind it.
        const bool row_taken = drain_run_ && now_ == row_done_at_;
        const bool last_row = row_taken && drained_ + 1 == drain_m_;

        if (row_taken) {
            ++drained_;
            row_done_at_ = now_ + static_cast<std::uint64_t>(std::max(t_.post_cycles, 2));
        }
        if (last_row) {
            last_out_ = now_ + static_cast<std::uint64_t>(t_.post_latency);
            ++finished_;
            drain_run_ = false;
            drain_busy_ = false;
        }
        if (take_prm) {
            drain_run_ = true;
            drain_done_ = false;
            row_done_at_ = now_ + static_cast<std::uint64_t>(t_.post_cycles);
            prm_count_ = 0;
        } else if (prm_left_ > 0 && !prm_full) {
            ++prm_count_;
            --prm_left_;
        }
        if (drain_busy_ && now_ == done_at_) drain_done_ = true;
        if (job_done) {
            drain_busy_ = true;
            drained_ = 0;
            drain_m_ = cur_.m;
            done_at_ = now_ + static_cast<std::uint64_t>(t_.latency);
        }

        if (beats) {
            slots_full_ = true;
            --beats_left_;
        } else if (fire) {
            slots_full_ = false;
        }
        if (fire) --cur_left_;
        if (job_done) cur_valid_ = false;
        if (take_next) {
            cur_ = nxt_;
            cur_left_ = nxt_.tiles;
            cur_valid_ = true;
            nxt_valid_ = false;
        }
        if (job_fire) {
            nxt_ = jobs_[next_job_++];
            nxt_valid_ = true;
        }
        ++now_;
    }

    TimingParams t_;
    const std::vector<Job>& jobs_;
    std::uint64_t now_ = 0;
    std::uint64_t last_out_ = 0;
    std::size_t finished_ = 0;

    // Admission of steps.
    std::size_t next_job_ = 0;
    Job nxt_{};
    bool nxt_valid_ = false;
    Job cur_{};
    bool cur_valid_ = false;
    int cur_left_ = 0;
    std::uint64_t beats_left_ = 0;
    bool slots_full_ = false;

    // Drain and post-processing.
    std::uint64_t done_at_ = 0;
    bool drain_busy_ = false;
    bool drain_done_ = false;
    bool drain_run_ = false;
    int drained_ = 0;
    int drain_m_ = 0;
    std::uint64_t row_done_at_ = 0;  // cycle in which the bottom row's last group is taken
    int prm_count_ = 0;
    std::uint64_t prm_left_ = jobs_.size() * static_cast<std::uint64_t>(t_.columns);
};

int post_cycles(int cols, int lanes) {
    return (cols + lanes - 1) / lanes;
}

/// Cycles from taking a row to its output beat: bias, multiply, round, encode, output buffer.
constexpr int kPostLatency = 5;

/// Cycles from a column's bins to the partial sum made of them.
constexpr int kConvertLatency = 1;

/// Finished rows that the array holds: as many as are on their way from admission until their place
/// is free again, when `latency` cycles pass until the sum is written.
int result_rows(int rows_m, int latency) {
    return std::min(rows_m, latency + 2);
}

}  // namespace

TimingParams timing(const SystolicParams& p, int post_lanes) {
    TimingParams t;
    t.columns = p.cols;
    t.post_cycles = post_cycles(p.cols, post_lanes);
    t.post_latency = kPostLatency;
    if (p.dataflow == Dataflow::kOutputStationary) {
        t.output_stationary = true;
        t.tile_beats = 1;
        // The drain starts when no group of the first row will find a column that is still on its
        // way: column c is ready c cycles behind column 0, its group is taken c / lanes behind it.
        t.latency = p.rows + p.pipeline + p.cols - t.post_cycles - 1;
        return t;
    }
    t.tile_beats = p.rows;
    t.wave = std::max(1, p.rows + p.cols - 2);
    // Bins pass a register behind their conversion.
    t.latency = p.rows + p.pipeline - 1 + p.cols +
                (p.datapath.convert == Convert::kPerBin ? kConvertLatency : 0);
    t.results = result_rows(p.rows_m, t.latency);
    return t;
}

TimingParams timing(const LutParams& p, int post_lanes) {
    TimingParams t;
    const int c = p.centroids;
    const auto levels = static_cast<int>(std::bit_width(static_cast<unsigned>(c - 1)));
    t.lut = true;
    t.passes = encode_passes(p);
    t.fold = p.fold;
    t.tile_beats = c * p.imms;
    if (p.encoder == LutEncoder::kTree) {
        t.latency = levels + 1;
        t.wave = levels;
    } else if (p.organisation == LutOrganisation::kTree) {
        t.latency = levels + 2;
        t.wave = 1;
    } else {
        const int pes = (c + p.fold - 1) / p.fold;
        t.latency = pes + p.fold;
        t.wave = pes + p.fold - 1;
    }
    // A word is taken when its row is admitted, and free when it has been fetched.
    const int under_way = t.latency + 3;
    t.index_words =
        std::max(p.rows_m * p.kept_tiles, t.passes > 1 ? p.rows_m + under_way : under_way);
    t.update_latency = p.imms > 1 || p.shift_bits > 0 ? 2 : 1;
    t.results = result_rows(p.rows_m, t.update_latency);
    t.columns = p.columns;
    t.post_cycles = post_cycles(p.columns, post_lanes);
    t.post_latency = kPostLatency;
    return t;
}

std::uint64_t cycles(const TimingParams& t, const std::vector<Job>& jobs) {
    if (t.lut) return LutController(t, jobs).run();
    return t.output_stationary ? StepController(t, jobs).run() : Controller(t, jobs).run();
}

}  // namespace peforge::golden
