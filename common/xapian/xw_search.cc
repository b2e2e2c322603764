/* Owns queries and searches by Xapian's matcher.
 * Promises that no exception passes. */
#include <cstdlib>
#include <cstring>

#include "common/xapian/xw_internal.hpp"

using xw::guard;

struct xw_mset {
    std::vector<std::pair<Xapian::docid, double>> hits;
    uint32_t shards;
};

namespace
{
Xapian::Query::op op_of(enum xw_op op)
{
    switch (op) {
    case XW_AND:
        return Xapian::Query::OP_AND;
    case XW_OR:
        return Xapian::Query::OP_OR;
    case XW_AND_NOT:
        return Xapian::Query::OP_AND_NOT;
    }
    throw Xapian::InvalidArgumentError("unknown operator");
}

xw_query *make(const Xapian::Query &q)
{
    return new xw_query{q};
}
} // namespace

int xw_query_term(xw_query **out, const char *term, size_t len,
                  struct nh_error *err)
{
    *out = nullptr;
    return guard(err,
                 [&] { *out = make(Xapian::Query(std::string(term, len))); });
}

int xw_query_combine(xw_query **out, enum xw_op op, xw_query *const *parts,
                     size_t count, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        std::vector<Xapian::Query> list;
        for (size_t i = 0; i < count; i++)
            list.push_back(parts[i]->query);
        *out = make(Xapian::Query(op_of(op), list.begin(), list.end()));
    });
}

void xw_query_free(xw_query *query)
{
    guard(nullptr, [&] { delete query; });
}

namespace
{
void search(const xw_db *db, const struct xw_search *s, xw_mset **out)
{
    Xapian::Enquire enquire(db->db);
    Xapian::MultiValueKeyMaker keys; /* outlives the search */
    enquire.set_query(s->query->query);
    enquire.set_docid_order(Xapian::Enquire::ASCENDING);
    if (s->boolean)
        enquire.set_weighting_scheme(Xapian::BoolWeight());
    else
        enquire.set_weighting_scheme(
            Xapian::BM25Weight(s->k1, 0, 1000, s->b, 0));
    if (s->order == XW_BY_VALUE_DOWN) {
        enquire.set_sort_by_value(s->slot, true);
    } else if (s->order == XW_BY_VALUE_UP) {
        keys.add_value(s->slot, false, "\xff\xff\xff\xff\xff\xff\xff\xff\xff");
        enquire.set_sort_by_key(&keys, false);
    }
    Xapian::MSet found = enquire.get_mset(s->offset, s->count);
    xw_mset *m = new xw_mset{{}, db->shards ? db->shards : 1};
    *out = m;
    m->hits.reserve(found.size());
    for (auto i = found.begin(); i != found.end(); ++i)
        m->hits.push_back({*i, i.get_weight()});
}
} // namespace

int xw_db_search(const xw_db *db, const struct xw_search *s, xw_mset **out,
                 struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] { search(db, s, out); });
}

void xw_mset_free(xw_mset *m)
{
    guard(nullptr, [&] { delete m; });
}

size_t xw_mset_size(const xw_mset *m)
{
    return m->hits.size();
}

uint32_t xw_mset_docid(const xw_mset *m, size_t i, uint32_t *shard)
{
    uint32_t docid = m->hits[i].first;
    if (shard)
        *shard = (docid - 1) % m->shards;
    return (docid - 1) / m->shards + 1;
}

double xw_mset_weight(const xw_mset *m, size_t i)
{
    return m->hits[i].second;
}
