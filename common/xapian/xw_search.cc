/* Owns queries, searches and the callbacks into C.
 * Promises that a callback sees only document numbers inside a shard. */
#include <cstdlib>
#include <cstring>

#include "common/xapian/xw_internal.hpp"

using xw::guard;

struct xw_mset {
    std::vector<std::pair<Xapian::docid, double>> hits;
    uint32_t lower, estimate, upper, shards;
};

namespace
{
/* Matches the documents that a C function accepts. It claims to be long, so
 * the matcher asks it last, one candidate at a time. */
class CheckSource : public Xapian::PostingSource
{
    xw_check_fn *accept;
    void *ctx;
    Xapian::doccount count = 0;
    Xapian::docid last = 0, at = 0;
    bool ended = false;

    void seek(Xapian::docid from)
    {
        for (at = from; at <= last && at >= from; at++)
            if (accept(ctx, at))
                return;
        ended = true;
    }

  public:
    CheckSource(xw_check_fn *accept_, void *ctx_) : accept(accept_), ctx(ctx_)
    {
    }
    CheckSource *clone() const override
    {
        return new CheckSource(accept, ctx);
    }
    void init(const Xapian::Database &db) override
    {
        count = db.get_doccount();
        last = db.get_lastdocid();
        at = 0;
        ended = false;
    }
    Xapian::doccount get_termfreq_min() const override
    {
        return 0;
    }
    Xapian::doccount get_termfreq_est() const override
    {
        return count;
    }
    Xapian::doccount get_termfreq_max() const override
    {
        return count;
    }
    Xapian::docid get_docid() const override
    {
        return at;
    }
    void next(double) override
    {
        seek(at + 1);
    }
    void skip_to(Xapian::docid did, double) override
    {
        if (did > at)
            seek(did);
    }
    bool check(Xapian::docid did, double) override
    {
        if (did <= at)
            return true;
        if (!accept(ctx, did))
            return false;
        at = did;
        return true;
    }
    bool at_end() const override
    {
        return ended;
    }
    std::string get_description() const override
    {
        return "Check";
    }
};

class Decider : public Xapian::MatchDecider
{
    xw_check_fn *accept;
    void *ctx;

  public:
    Decider(xw_check_fn *accept_, void *ctx_) : accept(accept_), ctx(ctx_)
    {
    }
    bool operator()(const Xapian::Document &doc) const override
    {
        return accept(ctx, doc.get_docid());
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
    case XW_AND_MAYBE:
        return Xapian::Query::OP_AND_MAYBE;
    case XW_FILTER:
        return Xapian::Query::OP_FILTER;
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

int xw_query_all(xw_query **out, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] { *out = make(Xapian::Query(std::string())); });
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

int xw_query_scale(xw_query **out, const xw_query *query, double factor,
                   struct nh_error *err)
{
    *out = nullptr;
    return guard(err,
                 [&] { *out = make(Xapian::Query(query->query * factor)); });
}

int xw_query_check(xw_query **out, xw_check_fn *check, void *ctx,
                   struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        CheckSource *source = new CheckSource(check, ctx);
        *out = make(Xapian::Query(source->release()));
    });
}

int xw_query_describe(const xw_query *query, char **text, struct nh_error *err)
{
    *text = nullptr;
    return guard(err, [&] {
        std::string s = query->query.get_description();
        *text = static_cast<char *>(std::malloc(s.size() + 1));
        if (!*text)
            throw std::bad_alloc();
        std::memcpy(*text, s.c_str(), s.size() + 1);
    });
}

void xw_query_free(xw_query *query)
{
    guard(nullptr, [&] { delete query; });
}

int xw_db_search(const xw_db *db, const struct xw_search *s, xw_mset **out,
                 struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
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
            keys.add_value(s->slot, false,
                           "\xff\xff\xff\xff\xff\xff\xff\xff\xff");
            enquire.set_sort_by_key(&keys, false);
        }
        Decider decider(s->decide, s->ctx);
        Xapian::MSet found =
            enquire.get_mset(s->offset, s->count, s->check_at_least, nullptr,
                             s->decide ? &decider : nullptr);
        xw_mset *m = new xw_mset{{},
                                 found.get_matches_lower_bound(),
                                 found.get_matches_estimated(),
                                 found.get_matches_upper_bound(),
                                 db->shards ? db->shards : 1};
        *out = m;
        m->hits.reserve(found.size());
        for (auto i = found.begin(); i != found.end(); ++i)
            m->hits.push_back({*i, i.get_weight()});
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

void xw_mset_matches(const xw_mset *m, uint32_t *lower, uint32_t *estimate,
                     uint32_t *upper)
{
    *lower = m->lower;
    *estimate = m->estimate;
    *upper = m->upper;
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
