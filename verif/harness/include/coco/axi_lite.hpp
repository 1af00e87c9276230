// AXI4-Lite master: single reads and writes.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "coco/sig.hpp"
#include "coco/sync.hpp"
#include "coco/task.hpp"

namespace peforge::coco {

enum class AxiResp : std::uint8_t { kOkay = 0, kExOkay = 1, kSlvErr = 2, kDecErr = 3 };

/// The signals of the interface; data are up to 64 bits. Null: not there.
struct AxiLiteBus {
    SigBase& clock;
    BitSig& awvalid;
    BitSig& awready;
    SigBase& awaddr;
    BitSig& wvalid;
    BitSig& wready;
    SigBase& wdata;
    SigBase* wstrb;
    BitSig& bvalid;
    BitSig& bready;
    SigBase* bresp;
    BitSig& arvalid;
    BitSig& arready;
    SigBase& araddr;
    BitSig& rvalid;
    BitSig& rready;
    SigBase& rdata;
    SigBase* rresp;
};

struct AxiLiteRead {
    std::uint64_t data = 0;
    AxiResp resp = AxiResp::kOkay;
};

/// Accesses wait for their turn: one write and one read may be on the way at the same time.
class AxiLiteMaster {
public:
    explicit AxiLiteMaster(const AxiLiteBus& bus) : bus_(bus) {}

    /// @param strobe a bit per byte
    Task<AxiResp> write(std::uint64_t address, std::uint64_t data,
                        std::uint64_t strobe = ~std::uint64_t{0});
    Task<AxiLiteRead> read(std::uint64_t address);

private:
    AxiLiteBus bus_;
    Lock write_lock_;
    Lock read_lock_;
};

}  // namespace peforge::coco
