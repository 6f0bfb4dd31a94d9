// SPDX-License-Identifier: GPL-2.0-only
// expect: FAIL KUnit has not told of it
#include "t.h"

#define CASES(X)

T_SUITE(empty, CASES);
