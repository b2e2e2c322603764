/* Owns queries, searches and the callbacks into C.
 * Promises that a callback sees only document numbers inside a shard. */
#include <cstdlib>
#include <cstring>

#include "common/xapian/xw_internal.hpp"

using xw::guard;
using xw::guard_value;

struct xw_mset {
    std::vector<std::pair<Xapian::docid, double>> hits;
    uint32_t shards;
};

namespace
{
/* Carries an error of a list's opening through the matcher. */
struct ListFailed {
    nh_error error;
};

/* A list of the caller's. */
class ListSource : public Xapian::PostingSource
{
    const xw_list_ops *ops;
    void *ctx;
    void *list = nullptr;
    xw_list_facts facts = {0, 0, 0};
    Xapian::docid at = 0;
    bool ended = false;

  public:
    ListSource(const xw_list_ops *ops_, void *ctx_) : ops(ops_), ctx(ctx_)
    {
    }
    ListSource(const ListSource &) = delete;
    ListSource &operator=(const ListSource &) = delete;
    ~ListSource() override
    {
        if (list)
            ops->close(list);
    }
    ListSource *clone() const override
    {
        return new ListSource(ops, ctx);
    }
    void init(const Xapian::Database &db) override
    {
        nh_error error = {};
        if (list)
            ops->close(list);
        list = nullptr;
        at = 0;
        ended = false;
        int rc = ops->open(ctx, db.get_lastdocid(), &list, &facts, &error);
        if (rc != NH_OK) {
            error.code = rc;
            throw ListFailed{error};
        }
        set_maxweight(facts.weight);
    }
    Xapian::doccount get_termfreq_min() const override
    {
        return 0;
    }
    Xapian::doccount get_termfreq_est() const override
    {
        return facts.estimate;
    }
    Xapian::doccount get_termfreq_max() const override
    {
        return facts.most;
    }
    double get_weight() const override
    {
        return ops->weight(list);
    }
    Xapian::docid get_docid() const override
    {
        return at;
    }
    void next(double least) override
    {
        at = ops->next(list, least);
        ended = at == 0;
    }
    bool at_end() const override
    {
        return ended;
    }
    std::string get_description() const override
    {
        return "List";
    }
};

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

int xw_query_list(xw_query **out, const struct xw_list_ops *ops, void *ctx,
                  struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        ListSource *source = new ListSource(ops, ctx);
        *out = make(Xapian::Query(source->release()));
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
    return guard_value(err, [&]() -> int {
        try {
            search(db, s, out);
        } catch (const ListFailed &failed) {
            if (err)
                *err = failed.error;
            return failed.error.code;
        }
        return NH_OK;
    });
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
