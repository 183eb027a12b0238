// SPDX-License-Identifier: MIT
// Boost.JSON's own code, compiled once, here.
#include <boost/json/src.hpp>
