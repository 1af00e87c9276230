// 128-bit integers, a compiler extension that -Wpedantic accepts only when marked as one.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace peforge::golden {

// __extension__ cannot stand in a using declaration. NOLINTBEGIN(modernize-use-using)
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;
// NOLINTEND(modernize-use-using)

}  // namespace peforge::golden
