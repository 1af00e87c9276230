// SPDX-License-Identifier: Apache-2.0
#include "synth/power/simulate.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>

namespace peforge::synth::power {

namespace {

constexpr std::uint32_t kNoGate = ~std::uint32_t{0};

/// A net's driver: a gate's output, a memory's output bit or an input of the design.
struct Driver {
    Net net = kNoNet;
    std::uint32_t gate = kNoGate;
    std::uint32_t serial = 0;  ///< of the event that is under way; another one is cancelled
    std::uint8_t value = 0;    ///< now
    std::uint8_t target = 0;   ///< differs from `value` while an event is under way
    std::uint64_t function = 0;
    const EnergyOfState* energy = nullptr;  ///< by causing input
    std::uint32_t delay = 0;                ///< first of its inputs' delays
};

struct Event {
    std::uint32_t driver;
    std::uint32_t serial;
    std::uint8_t cause;
};

/// Events by time, in ps: a wheel longer than the longest delay.
class Wheel {
public:
    explicit Wheel(std::int64_t longest)
        : slots_(std::bit_ceil(static_cast<std::size_t>(std::max<std::int64_t>(longest, 62)) + 2)),
          used_(slots_.size() / 64) {}

    void put(std::int64_t time, const Event& event) {
        const std::size_t at = slot(time);
        slots_[at].push_back(event);
        used_[at / 64] |= std::uint64_t{1} << (at % 64);
    }

    /// The earliest time at or behind `from` and before `end` that has events, or `end`.
    [[nodiscard]] std::int64_t next(std::int64_t from, std::int64_t end) const {
        while (from < end) {
            const std::size_t at = slot(from);
            const std::uint64_t word = used_[at / 64] >> (at % 64);
            if (word != 0) return std::min(end, from + std::countr_zero(word));
            from += static_cast<std::int64_t>(64 - (at % 64));
        }
        return end;
    }

    std::vector<Event>& at(std::int64_t time) { return slots_[slot(time)]; }

    void clear(std::int64_t time) {
        const std::size_t at = slot(time);
        slots_[at].clear();
        used_[at / 64] &= ~(std::uint64_t{1} << (at % 64));
    }

private:
    [[nodiscard]] std::size_t slot(std::int64_t time) const {
        return static_cast<std::size_t>(time) & (slots_.size() - 1);
    }

    std::vector<std::vector<Event>> slots_;
    std::vector<std::uint64_t> used_;
};

}  // namespace

std::vector<std::uint32_t> energy_offsets(const Gates& gates) {
    std::vector<std::uint32_t> offsets;
    std::uint32_t at = 0;
    for (const Gate& g : gates.gates) {
        offsets.push_back(at);
        at += static_cast<std::uint32_t>(g.model->energies.size());
    }
    offsets.push_back(at);
    return offsets;
}

struct GateSimulation::Impl {
    Impl(const Gates& g, const Annotation& a, DelayMode delay_mode, double period_ns,
         const Surroundings& around, std::uint64_t initial)
        : gates(g),
          annotation(a),
          mode(delay_mode),
          period(std::llround(period_ns * 1000.0)),
          input_delay(std::llround(around.input_delay_ns * 1000.0)),
          // The clock falls half a period later.
          wheel(std::max(longest_delay(a), period / 2)),
          energy_at(energy_offsets(g)) {
        connect();
        start(initial);
        clear();
    }

    static std::int64_t longest_delay(const Annotation& a) {
        std::int64_t longest = 1000;
        for (const auto& d : a.delay) longest = std::max<std::int64_t>({longest, d[0], d[1]});
        for (const auto& memory : a.memory_delay) {
            for (const auto& d : memory) longest = std::max<std::int64_t>({longest, d[0], d[1]});
        }
        return longest;
    }

    void connect() {
        for (std::uint32_t g = 0; g < gates.gates.size(); ++g) {
            const Gate& gate = gates.gates[g];
            first_driver.push_back(static_cast<std::uint32_t>(drivers.size()));
            for (std::size_t o = 0; o < gate.model->outputs.size(); ++o) {
                Driver d;
                d.net = gates.output(gate, o);
                d.gate = g;
                d.function = gate.model->outputs[o].function;
                d.energy = gate.model->outputs[o].energy.data();
                d.delay = annotation.delay_at[g] +
                          static_cast<std::uint32_t>(o * gate.model->inputs.size());
                drivers.push_back(d);
            }
            if (gate.model->flip_flop) flip_flops.push_back(g);
            bool costs = false;
            for (const InputPin& pin : gate.model->inputs) {
                costs = costs || std::any_of(pin.energy.begin(), pin.energy.end(),
                                             [](std::uint8_t e) { return e != kNoEnergy; });
            }
            input_costs.push_back(costs ? 1 : 0);
        }
        first_driver.push_back(static_cast<std::uint32_t>(drivers.size()));
        for (const MemoryGate& m : gates.memories) {
            first_memory_driver.push_back(static_cast<std::uint32_t>(drivers.size()));
            for (const Net n : m.rdata) {
                Driver d;
                d.net = n;
                drivers.push_back(d);
            }
            contents.emplace_back(static_cast<std::size_t>(m.width) *
                                  static_cast<std::size_t>(m.depth));
        }
        first_input = static_cast<std::uint32_t>(drivers.size());
        for (const TopPort& port : gates.ports) {
            for (const Net n : port.bits) {
                if (!port.input || n == gates.clock) continue;
                Driver d;
                d.net = n;
                drivers.push_back(d);
            }
        }
        if (gates.clock != kNoNet) {
            Driver d;
            d.net = gates.clock;
            clock_driver = static_cast<std::uint32_t>(drivers.size());
            drivers.push_back(d);
        }
        // Readers of each net, packed: gate * 8 + pin.
        readers_at.assign(gates.nets + 1, 0);
        const auto each_pin = [this](const auto& use) {
            for (std::uint32_t g = 0; g < gates.gates.size(); ++g) {
                const CellModel& model = *gates.gates[g].model;
                for (std::uint32_t i = 0; i < model.inputs.size(); ++i) {
                    if (!(model.flip_flop && i == model.clock)) {
                        use(gates.input(gates.gates[g], i), g * 8 + i);
                    }
                }
            }
        };
        each_pin([this](Net n, std::uint32_t) { ++readers_at[n + 1]; });
        for (Net n = 0; n < gates.nets; ++n) readers_at[n + 1] += readers_at[n];
        readers.resize(readers_at.back());
        clock_is_read =
            gates.clock != kNoNet && readers_at[gates.clock + 1] != readers_at[gates.clock];
        std::vector<std::uint32_t> fill(readers_at.begin(), readers_at.end() - 1);
        each_pin([&](Net n, std::uint32_t reader) { readers[fill[n]++] = reader; });
        if (mode == DelayMode::kZero) {
            const auto highest = std::max_element(annotation.level.begin(), annotation.level.end());
            dirty.resize(highest == annotation.level.end() ? 1 : *highest + 1);
            queued.assign(gates.gates.size(), 0);
            cause.assign(gates.gates.size(), 0);
        }
    }

    /// Settled values with all inputs low and the flip-flops and memories as `initial` says.
    void start(std::uint64_t initial) {
        value.assign(gates.nets, 0);
        value[kOneNet] = 1;
        std::mt19937_64 random(initial);
        const auto bit = [&]() -> std::uint8_t {
            return initial < 2 ? static_cast<std::uint8_t>(initial)
                               : static_cast<std::uint8_t>(random() >> 63U);
        };
        const auto set = [this](Driver& d, std::uint8_t v) {
            d.value = d.target = v;
            if (d.net != kNoNet) value[d.net] = v;
        };
        held.assign(gates.gates.size(), 0);
        state.assign(gates.gates.size(), 0);
        for (const std::uint32_t g : flip_flops) {
            held[g] = bit();
            for (std::uint32_t d = first_driver[g]; d < first_driver[g + 1]; ++d) {
                set(drivers[d], drivers[d].function >> held[g] & 1U);
            }
        }
        for (std::size_t m = 0; m < gates.memories.size(); ++m) {
            for (std::uint8_t& b : contents[m]) b = bit();
            for (std::size_t i = 0; i < gates.memories[m].rdata.size(); ++i) {
                set(drivers[first_memory_driver[m] + i], bit());
            }
        }
        const auto gather = [this](std::uint32_t g) {
            const Gate& gate = gates.gates[g];
            std::uint8_t s = 0;
            for (std::size_t i = 0; i < gate.model->inputs.size(); ++i) {
                const bool clock = gate.model->flip_flop && i == gate.model->clock;
                if (clock || value[gates.input(gate, i)] != 0) {
                    s |= static_cast<std::uint8_t>(1U << i);
                }
            }
            if (gate.model->flip_flop || gate.model->latch) {
                s |= static_cast<std::uint8_t>(held[g] << gate.model->inputs.size());
            }
            state[g] = s;
        };
        for (const std::uint32_t g : annotation.order) {
            const CellModel& model = *gates.gates[g].model;
            if (model.latch) held[g] = bit();
            gather(g);
            pass(g);
            for (std::uint32_t d = first_driver[g]; d < first_driver[g + 1]; ++d) {
                set(drivers[d], drivers[d].function >> state[g] & 1U);
            }
        }
        for (const std::uint32_t g : flip_flops) gather(g);
    }

    void clear() {
        counts.cycles = 0;
        counts.events = 0;
        counts.toggles.assign(gates.nets, 0);
        counts.energy_events.assign(energy_at.back(), {0, 0});
        counts.reads.assign(gates.memories.size(), 0);
        counts.writes.assign(gates.memories.size(), 0);
    }

    void count_energy(std::uint32_t gate, const EnergyOfState& of_state, std::size_t edge) {
        const std::uint8_t energy = of_state[state[gate]];
        if (energy != kNoEnergy) ++counts.energy_events[energy_at[gate] + energy][edge];
    }

    /// A latch takes what its data is, while it is open.
    void pass(std::uint32_t g) {
        const CellModel& model = *gates.gates[g].model;
        if (!model.latch || (model.next_state >> state[g] & 1U) == held[g]) return;
        held[g] ^= 1U;
        state[g] ^= static_cast<std::uint8_t>(1U << model.inputs.size());
    }

    /// A net changes: counts it and tells its readers.
    void commit(std::uint32_t index, std::uint8_t causing) {
        Driver& d = drivers[index];
        d.value ^= 1U;
        const std::size_t edge = d.value != 0 ? 0 : 1;
        if (d.gate != kNoGate) count_energy(d.gate, d.energy[causing], edge);
        if (d.net == kNoNet) return;
        value[d.net] = d.value;
        ++counts.toggles[d.net];
        ++counts.events;
        for (std::uint32_t r = readers_at[d.net]; r < readers_at[d.net + 1]; ++r) {
            const std::uint32_t g = readers[r] / 8;
            const std::uint32_t pin = readers[r] % 8;
            state[g] ^= static_cast<std::uint8_t>(1U << pin);
            if (input_costs[g] != 0) {
                count_energy(g, gates.gates[g].model->inputs[pin].energy, edge);
            }
            if (annotation.level[g] == 0) continue;  // a flip-flop looks at the next edge
            if (mode == DelayMode::kZero) {
                cause[g] = static_cast<std::uint8_t>(pin);
                if (queued[g] == 0) {
                    queued[g] = 1;
                    dirty[annotation.level[g]].push_back(g);
                }
            } else {
                pass(g);
                for (std::uint32_t o = first_driver[g]; o < first_driver[g + 1]; ++o) {
                    aim(o, drivers[o].function >> state[g] & 1U, pin);
                }
            }
        }
    }

    /// A gate's output is to become `to` because of an input.
    void aim(std::uint32_t index, std::uint64_t to, std::uint32_t pin) {
        Driver& d = drivers[index];
        if (to == d.target) return;
        d.target ^= 1U;
        ++d.serial;
        if (d.target == d.value) return;  // a pulse shorter than the delay
        wheel.put(now + annotation.delay[d.delay + pin][d.target != 0 ? 0 : 1],
                  {index, d.serial, static_cast<std::uint8_t>(pin)});
    }

    /// A driver that is no gate's combinational output changes at `time`.
    void set(std::uint32_t index, std::uint8_t to, std::int64_t time, std::uint8_t pin) {
        Driver& d = drivers[index];
        if (d.target == to) return;
        if (mode == DelayMode::kZero) {
            d.target = to;
            commit(index, pin);
            return;
        }
        d.target ^= 1U;
        ++d.serial;
        if (d.target != d.value) wheel.put(time, {index, d.serial, pin});
    }

    [[nodiscard]] std::size_t word(const std::vector<Net>& bits) const {
        std::size_t v = 0;
        for (std::size_t i = bits.size(); i-- > 0;) v = v * 2 + value[bits[i]];
        return v;
    }

    /// The clock as a signal, for the latches and gates that it reaches.
    void turn_clock(std::uint8_t to, std::int64_t time) {
        if (!clock_is_read) return;
        set(clock_driver, to, time, 0);
        if (mode == DelayMode::kZero) settle();
    }

    void clock_edge() {
        // What is taken comes first: a flip-flop must not see what another one becomes.
        changed.clear();
        for (const std::uint32_t g : flip_flops) {
            const CellModel& model = *gates.gates[g].model;
            const EnergyOfState& clock = model.inputs[model.clock].energy;
            count_energy(g, clock, 0);
            count_energy(g, clock, 1);
            const auto next = static_cast<std::uint8_t>(model.next_state >> state[g] & 1U);
            if (next != held[g]) changed.push_back(g);
        }
        read.clear();
        for (std::size_t m = 0; m < gates.memories.size(); ++m) {
            const MemoryGate& memory = gates.memories[m];
            const auto width = static_cast<std::size_t>(memory.width);
            const auto depth = static_cast<std::size_t>(memory.depth);
            if (value[memory.re] != 0) {
                ++counts.reads[m];
                const std::size_t at = word(memory.raddr);
                for (std::size_t i = 0; i < width && at < depth; ++i) {
                    read.emplace_back(first_memory_driver[m] + i, contents[m][(at * width) + i]);
                }
            }
            if (value[memory.we] != 0) {
                ++counts.writes[m];
                const std::size_t at = word(memory.waddr);
                for (std::size_t i = 0; i < width && at < depth; ++i) {
                    contents[m][(at * width) + i] = value[memory.wdata[i]];
                }
            }
        }
        turn_clock(1, now);
        for (const std::uint32_t g : changed) {
            const CellModel& model = *gates.gates[g].model;
            held[g] ^= 1U;
            state[g] ^= static_cast<std::uint8_t>(1U << model.inputs.size());
            for (std::uint32_t d = first_driver[g]; d < first_driver[g + 1]; ++d) {
                const auto to = static_cast<std::uint8_t>(drivers[d].function >> held[g] & 1U);
                const auto& delay = annotation.delay[drivers[d].delay + model.clock];
                set(d, to, now + delay[to != 0 ? 0 : 1], static_cast<std::uint8_t>(model.clock));
            }
        }
        for (const auto& [driver, to] : read) {
            std::size_t m = gates.memories.size() - 1;
            while (first_memory_driver[m] > driver) --m;
            const auto& delay = annotation.memory_delay[m][driver - first_memory_driver[m]];
            set(static_cast<std::uint32_t>(driver), to, now + delay[to != 0 ? 0 : 1], 0);
        }
    }

    void cycle(const PortValues& inputs) {
        clock_edge();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            set(first_input + static_cast<std::uint32_t>(i), inputs[i], now + input_delay, 0);
        }
        if (mode == DelayMode::kZero) {
            settle();
            turn_clock(0, now);
        } else {
            const std::int64_t end = now + period;
            run_until(now + period / 2);
            turn_clock(0, now);
            run_until(end);
        }
        ++counts.cycles;
    }

    void settle() {
        for (std::vector<std::uint32_t>& level : dirty) {
            for (const std::uint32_t g : level) {
                queued[g] = 0;
                pass(g);
                for (std::uint32_t d = first_driver[g]; d < first_driver[g + 1]; ++d) {
                    const auto to = static_cast<std::uint8_t>(drivers[d].function >> state[g] & 1U);
                    if (to == drivers[d].value) continue;
                    drivers[d].target = to;
                    commit(d, cause[g]);
                }
            }
            level.clear();
        }
    }

    void run_until(std::int64_t end) {
        for (now = wheel.next(now, end); now < end; now = wheel.next(now + 1, end)) {
            // Events without delay join the slot that is worked on.
            std::vector<Event>& slot = wheel.at(now);
            for (std::size_t i = 0; i < slot.size(); ++i) {
                const Event e = slot[i];
                if (drivers[e.driver].serial == e.serial) commit(e.driver, e.cause);
            }
            wheel.clear(now);
        }
        now = end;
    }

    const Gates& gates;
    const Annotation& annotation;
    const DelayMode mode;
    const std::int64_t period;
    const std::int64_t input_delay;
    Wheel wheel;
    const std::vector<std::uint32_t> energy_at;
    std::int64_t now = 0;

    std::vector<Driver> drivers;
    std::vector<std::uint32_t> first_driver;         ///< by gate
    std::vector<std::uint32_t> first_memory_driver;  ///< by memory
    std::uint32_t first_input = 0;
    std::uint32_t clock_driver = 0;
    bool clock_is_read = false;  ///< by more than flip-flops' clock pins
    std::vector<std::uint32_t> flip_flops;
    std::vector<std::uint8_t> input_costs;  ///< by gate: whether inputs' transitions cost energy
    std::vector<std::uint32_t> readers_at;
    std::vector<std::uint32_t> readers;

    std::vector<std::uint8_t> value;  ///< by net
    std::vector<std::uint8_t> state;  ///< by gate: its inputs' values, what it holds above them
    std::vector<std::uint8_t> held;   ///< by gate: state of flip-flops and latches
    std::vector<std::vector<std::uint8_t>> contents;
    std::vector<std::uint32_t> changed;
    std::vector<std::pair<std::size_t, std::uint8_t>> read;

    // Zero delay.
    std::vector<std::vector<std::uint32_t>> dirty;  ///< by level
    std::vector<std::uint8_t> queued;
    std::vector<std::uint8_t> cause;

    Activity counts;
};

GateSimulation::GateSimulation(const Gates& gates, const Annotation& annotation, DelayMode mode,
                               double period_ns, const Surroundings& around, std::uint64_t initial)
    : impl_(std::make_unique<Impl>(gates, annotation, mode, period_ns, around, initial)) {}

GateSimulation::~GateSimulation() = default;
GateSimulation::GateSimulation(GateSimulation&&) noexcept = default;

void GateSimulation::cycle(const PortValues& inputs) {
    impl_->cycle(inputs);
}

PortValues GateSimulation::outputs() const {
    PortValues bits;
    for (const TopPort& port : impl_->gates.ports) {
        if (port.input) continue;
        for (const Net n : port.bits) bits.push_back(impl_->value[n]);
    }
    return bits;
}

const std::vector<std::uint8_t>& GateSimulation::values() const {
    return impl_->value;
}

void GateSimulation::clear_activity() {
    impl_->clear();
}

Activity GateSimulation::activity() const {
    return impl_->counts;
}

}  // namespace peforge::synth::power
