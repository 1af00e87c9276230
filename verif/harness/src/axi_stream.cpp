// SPDX-License-Identifier: Apache-2.0
#include "coco/axi_stream.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace peforge::coco {

std::size_t AxiStreamBus::byte_lanes() const {
    if (tdata.width() % 8 != 0) {
        throw std::invalid_argument("AXI-Stream: tdata is not a whole number of bytes");
    }
    const std::size_t lanes = tdata.width() / 8;
    if (tkeep != nullptr && tkeep->width() != lanes) {
        throw std::invalid_argument("AXI-Stream: tkeep must have a bit per byte of tdata");
    }
    return lanes;
}

namespace detail {

AxiStreamBeat AxiStreamPayload::get() const {
    AxiStreamBeat beat;
    beat.data.resize((lanes_ + 3) / 4);
    bus_.tdata.get_words(beat.data);
    beat.keep.assign(lanes_, 1);
    if (bus_.tkeep != nullptr) {
        std::vector<std::uint32_t> words((lanes_ + 31) / 32);
        bus_.tkeep->get_words(words);
        for (std::size_t i = 0; i < lanes_; ++i) {
            beat.keep[i] = static_cast<std::uint8_t>((words[i / 32] >> i % 32) & 1);
        }
    }
    if (bus_.tlast != nullptr) beat.last = bus_.tlast->get() != 0;
    if (bus_.tid != nullptr) beat.id = bus_.tid->get_u64();
    if (bus_.tdest != nullptr) beat.dest = bus_.tdest->get_u64();
    if (bus_.tuser != nullptr) beat.user = bus_.tuser->get_u64();
    return beat;
}

void AxiStreamPayload::set(const AxiStreamBeat& beat) {
    bus_.tdata.set_words(beat.data);
    if (bus_.tkeep != nullptr) {
        std::vector<std::uint32_t> words((lanes_ + 31) / 32);
        for (std::size_t i = 0; i < lanes_; ++i) {
            words[i / 32] |= static_cast<std::uint32_t>(beat.keep[i]) << i % 32;
        }
        bus_.tkeep->set_words(words);
    }
    if (bus_.tlast != nullptr) bus_.tlast->set(beat.last ? 1 : 0);
    if (bus_.tid != nullptr) bus_.tid->set_u64(beat.id);
    if (bus_.tdest != nullptr) bus_.tdest->set_u64(beat.dest);
    if (bus_.tuser != nullptr) bus_.tuser->set_u64(beat.user);
}

bool AxiStreamAssembler::add(const AxiStreamBeat& beat) {
    for (std::size_t i = 0; i < beat.keep.size(); ++i) {
        frame_.tdata.push_back(static_cast<std::uint8_t>(beat.data[i / 4] >> 8 * (i % 4)));
        frame_.tkeep.push_back(beat.keep[i]);
    }
    frame_.tid = beat.id;
    frame_.tdest = beat.dest;
    frame_.tuser.push_back(beat.user);
    return beat.last;
}

AxiStreamFrame AxiStreamAssembler::take() {
    AxiStreamFrame frame = std::exchange(frame_, {});
    const auto end = std::find(frame.tkeep.rbegin(), frame.tkeep.rend(), std::uint8_t{1}).base();
    const auto bytes = static_cast<std::size_t>(end - frame.tkeep.begin());
    frame.tdata.resize(bytes);
    frame.tkeep.resize(bytes);
    if (std::find(frame.tkeep.begin(), frame.tkeep.end(), std::uint8_t{0}) == frame.tkeep.end()) {
        frame.tkeep.clear();
    }
    const std::uint64_t user = frame.tuser.front();
    if (std::all_of(frame.tuser.begin(), frame.tuser.end(),
                    [=](std::uint64_t other) { return other == user; })) {
        frame.tuser.resize(1);
    }
    return frame;
}

}  // namespace detail

AxiStreamSource::AxiStreamSource(const AxiStreamBus& bus)
    : bus_(bus), payload_(bus), beats_({bus.clock, bus.tvalid, bus.tready}, payload_) {}

void AxiStreamSource::send_nowait(const AxiStreamFrame& frame) {
    const std::size_t lanes = payload_.lanes();
    const std::size_t beats = (frame.tdata.size() + lanes - 1) / lanes;
    if (beats == 0) throw std::invalid_argument("AXI-Stream: an empty frame");
    if (!frame.tkeep.empty() && frame.tkeep.size() != frame.tdata.size()) {
        throw std::invalid_argument("AXI-Stream: tkeep needs one entry per byte");
    }
    if (frame.tuser.size() > 1 && frame.tuser.size() != beats) {
        throw std::invalid_argument("AXI-Stream: tuser needs one value, or one per beat");
    }
    if (bus_.tlast == nullptr && beats > 1) {
        throw std::invalid_argument("AXI-Stream: a frame of several beats needs tlast");
    }
    const bool partial =
        frame.tdata.size() % lanes != 0 ||
        std::find(frame.tkeep.begin(), frame.tkeep.end(), std::uint8_t{0}) != frame.tkeep.end();
    if (bus_.tkeep == nullptr && partial) {
        throw std::invalid_argument("AXI-Stream: bytes that are not valid need tkeep");
    }
    for (std::size_t b = 0; b < beats; ++b) {
        detail::AxiStreamBeat beat;
        beat.data.assign((lanes + 3) / 4, 0);
        beat.keep.assign(lanes, 0);
        for (std::size_t i = 0; i < lanes && b * lanes + i < frame.tdata.size(); ++i) {
            const std::size_t byte = b * lanes + i;
            beat.data[i / 4] |= static_cast<std::uint32_t>(frame.tdata[byte]) << 8 * (i % 4);
            beat.keep[i] = frame.tkeep.empty() ? 1 : frame.tkeep[byte];
        }
        beat.last = b + 1 == beats;
        beat.id = frame.tid;
        beat.dest = frame.tdest;
        if (!frame.tuser.empty()) beat.user = frame.tuser[frame.tuser.size() == 1 ? 0 : b];
        beats_.append(std::move(beat));
    }
}

Task<> AxiStreamSource::send(AxiStreamFrame frame) {
    send_nowait(frame);
    co_await beats_.wait();
}

AxiStreamMonitor::AxiStreamMonitor(const AxiStreamBus& bus)
    : payload_(bus), beats_({bus.clock, bus.tvalid, bus.tready}, payload_) {
    beats_.keep_items(false);
    beats_.add_callback([this](const detail::AxiStreamBeat& beat) {
        if (assembler_.add(beat)) received(assembler_.take());
    });
}

AxiStreamSink::AxiStreamSink(const AxiStreamBus& bus)
    : payload_(bus), beats_({bus.clock, bus.tvalid, bus.tready}, payload_) {
    beats_.keep_items(false);
    beats_.add_callback([this](const detail::AxiStreamBeat& beat) {
        if (assembler_.add(beat)) received(assembler_.take());
    });
}

}  // namespace peforge::coco
