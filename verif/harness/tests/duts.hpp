// The Verilated test objects with their ports.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "Vcoco_counter.h"
#include "Vcoco_regs.h"
#include "Vcoco_regs___024root.h"
#include "Vcoco_skid.h"
#include "coco/coco.hpp"
#include "coco/verilator.hpp"

namespace peforge::coco {

struct CounterDut : VerilatedDut<Vcoco_counter> {
    using VerilatedDut::VerilatedDut;

    BitSig clk{top.clk_i, 1};
    BitSig rst_n{top.rst_ni, 1};
    BitSig en{top.en_i, 1};
    Sig<CData> limit{top.limit_i, 8};
    Sig<VlWide<4>> wide{top.wide_i, 100};
    Sig<IData> count{top.count_o, 32};
    BitSig below{top.below_o, 1};
    BitSig half_clk{top.half_clk_o, 1};
    Sig<VlWide<4>> wide_out{top.wide_o, 100};

    /// Clock of 10 ns, two cycles of reset; returns after the first edge out of reset was set up.
    Task<> reset() {
        Clock(clk, 10, "ns").start(false);
        rst_n.set(0);
        en.set(0);
        limit.set(0);
        co_await ClockCycles(clk, 2);
        rst_n.set(1);
    }
};

struct SkidDut : VerilatedDut<Vcoco_skid> {
    using VerilatedDut::VerilatedDut;

    BitSig clk{top.clk_i, 1};
    BitSig rst_n{top.rst_ni, 1};
    Sig<IData> s_tdata{top.s_tdata_i, 32};
    Sig<CData> s_tkeep{top.s_tkeep_i, 4};
    BitSig s_tlast{top.s_tlast_i, 1};
    Sig<CData> s_tid{top.s_tid_i, 2};
    Sig<CData> s_tdest{top.s_tdest_i, 3};
    Sig<CData> s_tuser{top.s_tuser_i, 5};
    BitSig s_tvalid{top.s_tvalid_i, 1};
    BitSig s_tready{top.s_tready_o, 1};
    Sig<IData> m_tdata{top.m_tdata_o, 32};
    Sig<CData> m_tkeep{top.m_tkeep_o, 4};
    BitSig m_tlast{top.m_tlast_o, 1};
    Sig<CData> m_tid{top.m_tid_o, 2};
    Sig<CData> m_tdest{top.m_tdest_o, 3};
    Sig<CData> m_tuser{top.m_tuser_o, 5};
    BitSig m_tvalid{top.m_tvalid_o, 1};
    BitSig m_tready{top.m_tready_i, 1};

    AxiStreamBus input{clk,      s_tvalid, s_tready, s_tdata, &s_tlast,
                       &s_tkeep, &s_tid,   &s_tdest, &s_tuser};
    AxiStreamBus output{clk,      m_tvalid, m_tready, m_tdata, &m_tlast,
                        &m_tkeep, &m_tid,   &m_tdest, &m_tuser};

    Task<> reset() {
        Clock(clk, 10, "ns").start(false);
        rst_n.set(0);
        s_tvalid.set(0);
        m_tready.set(0);
        co_await ClockCycles(clk, 2);
        rst_n.set(1);
        co_await RisingEdge(clk);
    }
};

struct RegsDut : VerilatedDut<Vcoco_regs> {
    using VerilatedDut::VerilatedDut;

    BitSig clk{top.clk_i, 1};
    BitSig rst_n{top.rst_ni, 1};
    BitSig awvalid{top.awvalid_i, 1};
    BitSig awready{top.awready_o, 1};
    Sig<CData> awaddr{top.awaddr_i, 8};
    BitSig wvalid{top.wvalid_i, 1};
    BitSig wready{top.wready_o, 1};
    Sig<IData> wdata{top.wdata_i, 32};
    Sig<CData> wstrb{top.wstrb_i, 4};
    BitSig bvalid{top.bvalid_o, 1};
    BitSig bready{top.bready_i, 1};
    Sig<CData> bresp{top.bresp_o, 2};
    BitSig arvalid{top.arvalid_i, 1};
    BitSig arready{top.arready_o, 1};
    Sig<CData> araddr{top.araddr_i, 8};
    BitSig rvalid{top.rvalid_o, 1};
    BitSig rready{top.rready_i, 1};
    Sig<IData> rdata{top.rdata_o, 32};
    Sig<CData> rresp{top.rresp_o, 2};
    Sig<IData> wdata_q{top.rootp->coco_regs__DOT__wdata_q, 32};  ///< internal, see coco_regs.vlt

    AxiLiteBus bus{clk,    awvalid, awready, awaddr,  wvalid, wready, wdata,  &wstrb, bvalid,
                   bready, &bresp,  arvalid, arready, araddr, rvalid, rready, rdata,  &rresp};

    Task<> reset() {
        Clock(clk, 10, "ns").start(false);
        rst_n.set(0);
        for (BitSig* sig : {&awvalid, &wvalid, &bready, &arvalid, &rready}) sig->set(0);
        co_await ClockCycles(clk, 2);
        rst_n.set(1);
        co_await RisingEdge(clk);
    }
};

}  // namespace peforge::coco
