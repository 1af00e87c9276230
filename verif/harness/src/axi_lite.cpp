// SPDX-License-Identifier: Apache-2.0
#include "coco/axi_lite.hpp"

#include "coco/triggers.hpp"

namespace peforge::coco {

namespace {

AxiResp response(const SigBase* sig) {
    return sig == nullptr ? AxiResp::kOkay : static_cast<AxiResp>(sig->get_u64() & 3);
}

/// A rising edge at which this channel's beat passed.
bool passed(const BitSig& valid, const BitSig& ready) {
    return valid.get() != 0 && ready.get() != 0;
}

}  // namespace

Task<AxiResp> AxiLiteMaster::write(std::uint64_t address, std::uint64_t data,
                                   std::uint64_t strobe) {
    const Lock::Guard guard = co_await write_lock_.guard();
    bus_.awaddr.set_u64(address);
    bus_.awvalid.set(1);
    bus_.wdata.set_u64(data);
    if (bus_.wstrb != nullptr) {
        bus_.wstrb->set_u64(strobe & (~std::uint64_t{0} >> (64 - bus_.wstrb->width())));
    }
    bus_.wvalid.set(1);
    bus_.bready.set(1);
    bool address_done = false;
    bool data_done = false;
    while (!address_done || !data_done) {
        co_await RisingEdge(bus_.clock);
        if (!address_done && passed(bus_.awvalid, bus_.awready)) {
            address_done = true;
            bus_.awvalid.set(0);
        }
        if (!data_done && passed(bus_.wvalid, bus_.wready)) {
            data_done = true;
            bus_.wvalid.set(0);
        }
    }
    do {
        co_await RisingEdge(bus_.clock);
    } while (!passed(bus_.bvalid, bus_.bready));
    bus_.bready.set(0);
    co_return response(bus_.bresp);
}

Task<AxiLiteRead> AxiLiteMaster::read(std::uint64_t address) {
    const Lock::Guard guard = co_await read_lock_.guard();
    bus_.araddr.set_u64(address);
    bus_.arvalid.set(1);
    bus_.rready.set(1);
    do {
        co_await RisingEdge(bus_.clock);
    } while (!passed(bus_.arvalid, bus_.arready));
    bus_.arvalid.set(0);
    do {
        co_await RisingEdge(bus_.clock);
    } while (!passed(bus_.rvalid, bus_.rready));
    const AxiLiteRead result{bus_.rdata.get_u64(), response(bus_.rresp)};
    bus_.rready.set(0);
    co_return result;
}

}  // namespace peforge::coco
