// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "generator/spec/error.hpp"

namespace peforge {

namespace {

/// Counters that go on from episode to episode until they are cleared.
struct Counters {
    std::uint64_t cycles = 0;
    std::uint64_t saturations = 0;
    std::uint64_t nar = 0;
};

std::string output_problem(const Episode& episode, const StretchResult& got) {
    const StreamBeats& want = episode.feed.beats.out;
    for (std::uint64_t beat = 0; beat < got.out.beats(); ++beat) {
        const auto words = got.out.beat(beat);
        if (!std::ranges::equal(words, want.beat(beat))) {
            return fmt::format("at cycle {}: {}", got.cycles[beat], episode.describe(beat, words));
        }
    }
    return {};
}

/// The status at the end of an episode that ran to its end. When the counters were cleared on the
/// way, what is left of them is at most the whole; the driver follows the cycle counter in every
/// cycle.
std::string status_problem(const Episode& episode, const PeforgeRtlStats& stats,
                           const Counters& before) {
    const bool cleared = episode.feed.clear_at != 0;
    const auto differs = [cleared](const char* what, std::uint64_t got, std::uint64_t want) {
        return fmt::format("{}: got {}, want {}{}", what, got, cleared ? "at most " : "", want);
    };
    const auto wrong = [cleared](std::uint64_t got, std::uint64_t want) {
        return cleared ? got > want : got != want;
    };
    const std::uint64_t saturations = stats.saturations - before.saturations;
    if (wrong(saturations, episode.saturations)) {
        return differs("saturation counter", saturations, episode.saturations);
    }
    const std::uint64_t nar = stats.nar - before.nar;
    if (wrong(nar, episode.nar)) return differs("NaR counter", nar, episode.nar);
    const std::uint64_t cycles = stats.cycles - before.cycles;
    // A late job may find its parameters loaded already, and idle cycles between jobs do not count:
    // pauses can shorten the count.
    const std::uint64_t slack = episode.cycles_slack + stats.pauses;
    const std::uint64_t least = cleared || slack != 0 ? 0 : episode.cycles;
    const std::uint64_t most = episode.cycles + slack;
    if (cycles < least || cycles > most) {
        return fmt::format("cycle counter: got {}, want {}{}", cycles, least,
                           most == least ? ""
                                         : fmt::format(" to {} (one more for each of {} pauses)",
                                                       most, stats.pauses));
    }
    if ((stats.error != 0) != episode.error) {
        return fmt::format("error flag: got {}, want {}", stats.error, episode.error ? 1 : 0);
    }
    return {};
}

std::string problem(const Episode& episode, const StretchResult& got, const Counters& before) {
    if (std::string text = output_problem(episode, got); !text.empty()) return text;
    if (!got.moved) {
        return fmt::format("nothing moved for {} cycles; {} of {} output beats came",
                           episode.feed.watchdog, got.out.beats(), episode.feed.beats.out.beats());
    }
    if (got.stats.protocol_errors != 0) {
        return fmt::format(
            "{} protocol errors: busy flag or cycle counter wrong, data changed while stalled, "
            "NaR flag without count, or a beat after the end",
            got.stats.protocol_errors);
    }
    return episode.feed.stop_after != 0 ? std::string()
                                        : status_problem(episode, got.stats, before);
}

}  // namespace

TestResult run_episodes(RtlModel& rtl, const std::string& name,
                        const std::vector<Episode>& episodes) {
    TestResult result;
    result.name = name;
    const auto start = std::chrono::steady_clock::now();
    Counters before;
    for (std::size_t i = 0; i < episodes.size() && result.failure.empty(); ++i) {
        const Episode& episode = episodes[i];
        if (episode.feed.start != Start::kGoOn) before = {};
        const StretchResult got = rtl.run(episode.feed);
        result.cycles += got.stats.sim_cycles;
        result.checked += got.out.beats();
        result.failure = problem(episode, got, before);
        if (!result.failure.empty() && episodes.size() > 1) {
            result.failure =
                fmt::format("episode {} of {}: {}", i + 1, episodes.size(), result.failure);
        }
        before = {got.stats.cycles, got.stats.saturations, got.stats.nar};
    }
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

TestResult run_test(const Design& design, RtlModel& rtl, const TestCase& test, std::uint64_t seed) {
    const auto start = std::chrono::steady_clock::now();
    TestResult result = run_episodes(rtl, test.name, test_vectors(design, test, seed));
    if (!result.failure.empty()) result.failure += fmt::format(" (seed {})", seed);
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

}  // namespace peforge
