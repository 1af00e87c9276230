// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <deque>

#include "golden/array/schedule.hpp"

namespace peforge::golden {

namespace {

/// Cycles from the lookup of a row's table entry to the update of its sum.
constexpr int kUpdateLatency = 1;

/// Controller state of an array, stepped one clock cycle at a time with streams that never stall.
/// Mirrors the rules of docs/architecture.md, "Control", not the RTL's text: it is what the RTL's
/// cycle counter is checked against.
class Controller {
public:
    Controller(const TimingParams& t, const std::vector<Job>& jobs) : t_(t), jobs_(jobs) {}

    std::uint64_t run() {
        while (finished_ < jobs_.size()) step();
        // The counter starts in the cycle after the first job's handshake and stops with the last
        // output beat; the first job is accepted in cycle 0.
        return last_out_;
    }

private:
    struct Row {
        std::uint64_t ready = 0;  ///< first cycle in which it may be looked up
        int row = 0;
        bool tile_end = false;
        bool last = false;  ///< of its job's last tile
    };

    /// A finished row on its way to post-processing.
    struct Result {
        std::uint64_t written = 0;  ///< cycle in which the last column's sum is written
        bool job_end = false;
    };

    /// A row of a last tile needs a place in the buffer of finished rows.
    [[nodiscard]] bool row_ok(bool last) const { return !last || places_ > 0; }

    void step() {
        // Everything is decided from the state before the clock edge, then applied.
        const bool job_fire = next_job_ < jobs_.size() && load_left_ == 0 && !nxt_valid_;
        const bool wgt_fire = load_left_ != 0 && !shadow_full_ && wave_ == 0 && !mode_waits_ &&
                              (t_.index_fifo == 0 || !bank_full_[write_bank_]);
        const bool tile_loaded = wgt_fire && beat_ + 1 == t_.tile_beats;

        const bool tile_end = cur_valid_ && row_ + 1 == cur_.m;
        const bool last = cur_left_ == 1;
        const bool admit_ok = t_.index_fifo == 0 ? row_ok(last) : credits_ > 0;
        const bool act_fire = active_ && admit_ok;
        const bool tile_done = act_fire && tile_end;
        const bool job_done = tile_done && last;
        const bool more = cur_left_ != 1 || nxt_valid_;
        const bool swap = shadow_full_ && (active_ ? tile_done && more && cur_.m != 1 : cur_valid_);
        const bool take_next = nxt_valid_ && (!cur_valid_ || job_done);

        // Lookup side of a LUT array.
        bool pop = false;
        Row popped;
        if (t_.index_fifo != 0 && !fifo_.empty() && fifo_.front().ready <= now_ &&
            bank_full_[read_bank_] && !lookup_hold_ && row_ok(fifo_.front().last)) {
            pop = true;
            popped = fifo_.front();
        }

        // Drain side.
        const bool done = !done_at_.empty() && done_at_.front() == now_;
        const bool prm_full = prm_count_ == t_.columns;
        const bool take_prm = !open_ && prm_full;
        const bool offered = loaded_ && open_;
        if (offered && !offered_before_) {
            row_done_at_ = now_ + static_cast<std::uint64_t>(t_.post_cycles) - 1;
        }
        const bool row_taken = offered && now_ == row_done_at_;
        const bool read =
            !results_.empty() && results_.front().written < now_ && (!loaded_ || row_taken);
        offered_before_ = offered && !row_taken;

        if (row_taken && job_end_) {
            last_out_ = now_ + static_cast<std::uint64_t>(t_.post_latency);
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

        if (done) done_at_.pop_front();
        const bool finishes = t_.index_fifo == 0 ? act_fire && last : pop && popped.last;
        if (finishes) {
            const bool job_end = t_.index_fifo == 0 ? tile_end : popped.tile_end;
            const std::uint64_t written =
                now_ + static_cast<std::uint64_t>(t_.index_fifo == 0 ? t_.latency : kUpdateLatency);
            --places_;
            results_.push_back({written, job_end});
            if (job_end) done_at_.push_back(written);
        }

        if (t_.index_fifo != 0) {
            lookup_hold_ = pop && popped.tile_end && popped.row == 0;
            if (pop) {
                fifo_.pop_front();
                ++credits_;
                if (popped.tile_end) {
                    bank_full_[read_bank_] = false;
                    read_bank_ ^= 1;
                }
            }
            if (act_fire) {
                --credits_;
                fifo_.push_back(
                    {now_ + static_cast<std::uint64_t>(t_.latency) + 1, row_, tile_end, last});
            }
            if (tile_loaded) {
                bank_full_[write_bank_] = true;
                write_bank_ ^= 1;
            }
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
    std::uint64_t last_out_ = 0;
    std::size_t finished_ = 0;

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

    // Lookup (LUT arrays).
    std::deque<Row> fifo_;
    int credits_ = t_.index_fifo;
    bool bank_full_[2] = {false, false};
    int write_bank_ = 0;
    int read_bank_ = 0;
    bool lookup_hold_ = false;

    // Drain and post-processing.
    std::deque<std::uint64_t> done_at_;  ///< cycles in which the last sum of a job is written
    std::deque<Result> results_;
    int places_ = t_.results;
    bool loaded_ = false;   ///< a row was read from the buffer
    bool job_end_ = false;  ///< it is its job's last
    bool open_ = false;     ///< the column parameters of its job are active
    bool offered_before_ = false;
    std::uint64_t row_done_at_ = 0;  ///< cycle in which post-processing takes the row's last group
    int prm_count_ = 0;
    std::uint64_t prm_left_ = jobs_.size() * static_cast<std::uint64_t>(t_.columns);
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
    t.tile_beats = p.centroids;
    t.wave = std::max(1, p.centroids - 1);
    t.latency = p.centroids + 1;
    t.index_fifo = p.centroids + 4;
    t.results = result_rows(p.rows_m, kUpdateLatency);
    t.columns = p.columns;
    t.post_cycles = post_cycles(p.columns, post_lanes);
    t.post_latency = kPostLatency;
    return t;
}

std::uint64_t cycles(const TimingParams& t, const std::vector<Job>& jobs) {
    return t.output_stationary ? StepController(t, jobs).run() : Controller(t, jobs).run();
}

}  // namespace peforge::golden
