/* Shared by the wrapper's sources: handles and the one exception guard. */
#ifndef COMMON_XAPIAN_XW_INTERNAL_HPP
#define COMMON_XAPIAN_XW_INTERNAL_HPP

#include <new>
#include <string>
#include <utility>
#include <vector>

#include <xapian.h>

#include "common/xapian/xw.h"

struct xw_db {
    Xapian::Database db;
    uint32_t shards = 0;
};

struct xw_query {
    Xapian::Query query;
};

namespace xw
{
/* Turns the exception being handled into a code and a message. */
int translate(struct nh_error *err) noexcept;

/* Runs `action`; every exception ends here. */
template <typename Action>
int guard(struct nh_error *err, Action action) noexcept
{
    try {
        action();
        return NH_OK;
    } catch (...) {
        return translate(err);
    }
}

/* For functions that return 1, 0 or an error. */
template <typename Action>
int guard_value(struct nh_error *err, Action action) noexcept
{
    try {
        return action();
    } catch (...) {
        return translate(err);
    }
}
} // namespace xw

#endif
