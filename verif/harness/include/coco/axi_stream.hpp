// AXI4-Stream: frames over valid/ready, with the class and method names of cocotbext-axi.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "coco/bus.hpp"
#include "coco/sig.hpp"
#include "coco/valid_ready.hpp"

namespace peforge::coco {

/// One frame: bytes up to tlast.
struct AxiStreamFrame {
    std::vector<std::uint8_t> tdata;
    /// One entry per byte, 1: valid. Empty: all valid. A received frame has it only when a byte
    /// before the frame's last valid one is not valid; bytes behind that one are padding.
    std::vector<std::uint8_t> tkeep;
    std::uint64_t tid = 0;
    std::uint64_t tdest = 0;
    /// One value per beat, or one for all beats. A received frame has one when all are equal.
    std::vector<std::uint64_t> tuser;

    friend bool operator==(const AxiStreamFrame&, const AxiStreamFrame&) = default;
};

/// The signals. tdata: a whole number of bytes. tkeep has a bit per byte. Null: not there.
struct AxiStreamBus {
    SigBase& clock;
    BitSig& tvalid;
    BitSig& tready;
    SigBase& tdata;
    BitSig* tlast = nullptr;
    SigBase* tkeep = nullptr;
    SigBase* tid = nullptr;
    SigBase* tdest = nullptr;
    SigBase* tuser = nullptr;

    /// @throws std::invalid_argument when the widths do not fit together
    std::size_t byte_lanes() const;
};

namespace detail {

/// One transfer.
struct AxiStreamBeat {
    std::vector<std::uint32_t> data;
    std::vector<std::uint8_t> keep;  ///< per lane
    bool last = true;
    std::uint64_t id = 0;
    std::uint64_t dest = 0;
    std::uint64_t user = 0;
};

/// The bundle of payload signals as ValidReady's payload.
class AxiStreamPayload {
public:
    using Value = AxiStreamBeat;

    explicit AxiStreamPayload(const AxiStreamBus& bus) : bus_(bus), lanes_(bus.byte_lanes()) {}
    AxiStreamBeat get() const;
    void set(const AxiStreamBeat& beat);
    std::size_t lanes() const { return lanes_; }

private:
    AxiStreamBus bus_;
    std::size_t lanes_;
};

/// Beats to frames.
class AxiStreamAssembler {
public:
    /// True when the frame is complete; take it then.
    bool add(const AxiStreamBeat& beat);
    AxiStreamFrame take();

private:
    AxiStreamFrame frame_;
};

}  // namespace detail

/// Sends frames.
class AxiStreamSource {
public:
    /// @throws std::invalid_argument when the widths do not fit together
    explicit AxiStreamSource(const AxiStreamBus& bus);

    /// Queues a frame. @throws std::invalid_argument for an empty one, a tkeep or tuser of wrong
    /// length
    void send_nowait(const AxiStreamFrame& frame);
    /// Queues a frame and waits until all are sent.
    Task<> send(AxiStreamFrame frame);
    /// Queues bytes as one frame and waits until all are sent.
    Task<> write(std::vector<std::uint8_t> data) { return send({std::move(data), {}, 0, 0, {}}); }
    /// Waits until all frames are sent.
    Event::Wait wait() { return beats_.wait(); }
    void set_pause_generator(PauseGenerator generator) {
        beats_.set_pause_generator(std::move(generator));
    }
    void clear_pause_generator() { beats_.clear_pause_generator(); }
    /// Beats taken.
    std::uint64_t count() const { return beats_.count(); }

private:
    AxiStreamBus bus_;
    detail::AxiStreamPayload payload_;
    ValidReadySource<detail::AxiStreamPayload> beats_;
};

/// Frames from an interface. Without tlast every beat is a frame. Drives nothing.
class AxiStreamMonitor : public Monitor<AxiStreamFrame> {
public:
    explicit AxiStreamMonitor(const AxiStreamBus& bus);

private:
    detail::AxiStreamPayload payload_;
    detail::AxiStreamAssembler assembler_;
    ValidReadyMonitor<detail::AxiStreamPayload> beats_;
};

/// The same, and drives tready.
class AxiStreamSink : public Monitor<AxiStreamFrame> {
public:
    explicit AxiStreamSink(const AxiStreamBus& bus);

    void set_pause_generator(PauseGenerator generator) {
        beats_.set_pause_generator(std::move(generator));
    }
    void clear_pause_generator() { beats_.clear_pause_generator(); }

private:
    detail::AxiStreamPayload payload_;
    detail::AxiStreamAssembler assembler_;
    ValidReadySink<detail::AxiStreamPayload> beats_;
};

}  // namespace peforge::coco
