// SPDX-License-Identifier: MIT
// Compiles Boost.JSON once, here.
#include <boost/json/src.hpp>
