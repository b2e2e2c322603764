/* Owns queries, searches and the callbacks into C.
 * Promises that a callback sees only document numbers inside a shard. */
#include <cstdlib>
#include <cstring>

#include "common/xapian/xw_internal.hpp"

using xw::guard;
using xw::guard_value;

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

/* The documents of a term, without Xapian's own way of reading those of terms
 * that all documents have. */
class FilterSource : public Xapian::PostingSource
{
    std::string term;
    Xapian::PostingIterator now, end;
    Xapian::doccount count = 0;
    bool started = false;

  public:
    explicit FilterSource(const std::string &term_) : term(term_)
    {
    }
    FilterSource *clone() const override
    {
        return new FilterSource(term);
    }
    void init(const Xapian::Database &db) override
    {
        count = db.get_termfreq(term);
        bool all = count == db.get_doccount();
        now = db.postlist_begin(all ? std::string() : term);
        end = db.postlist_end(term);
        started = false;
    }
    Xapian::doccount get_termfreq_min() const override
    {
        return count;
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
        return *now;
    }
    void next(double) override
    {
        if (started)
            ++now;
        started = true;
    }
    void skip_to(Xapian::docid docid, double) override
    {
        now.skip_to(docid);
        started = true;
    }
    bool at_end() const override
    {
        return started && now == end;
    }
    std::string get_description() const override
    {
        return term;
    }
};

/* Carries an error of a list's opening through the matcher. */
struct ListFailed {
    nh_error error;
};

/* A list of the caller's. */
class ListSource : public Xapian::PostingSource
{
    const xw_list_ops *ops;
    void *ctx;
    const char *name;
    void *list = nullptr;
    xw_list_facts facts = {0, 0, 0, 0, false};
    Xapian::docid at = 0;
    bool ended = false;

    void set(Xapian::docid docid)
    {
        at = docid;
        ended = docid == 0;
    }

  public:
    ListSource(const xw_list_ops *ops_, void *ctx_, const char *name_)
        : ops(ops_), ctx(ctx_), name(name_)
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
        return new ListSource(ops, ctx, name);
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
        return facts.least;
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
        set(ops->next(list, least));
    }
    void skip_to(Xapian::docid docid, double least) override
    {
        if (docid > at)
            set(ops->seek(list, docid, least));
    }
    bool check(Xapian::docid docid, double least) override
    {
        if (docid <= at)
            return true;
        if (!facts.checks) {
            set(ops->seek(list, docid, least));
            return true;
        }
        if (!ops->check(list, docid, least))
            return false;
        at = docid;
        return true;
    }
    bool at_end() const override
    {
        return ended;
    }
    std::string get_description() const override
    {
        return name;
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

int xw_query_filter(xw_query **out, const xw_db *db, const char *term,
                    size_t len, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        std::string name(term, len);
        bool all = false;
        for (const auto &part : db->parts)
            all = all || part.get_termfreq(name) == part.get_doccount();
        if (all) {
            FilterSource *source = new FilterSource(name);
            *out = make(Xapian::Query(source->release()));
        } else {
            *out = make(Xapian::Query(0.0, Xapian::Query(name)));
        }
    });
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

int xw_query_check(xw_query **out, xw_check_fn *check, void *ctx,
                   struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        CheckSource *source = new CheckSource(check, ctx);
        *out = make(Xapian::Query(source->release()));
    });
}

int xw_query_list(xw_query **out, const struct xw_list_ops *ops, void *ctx,
                  const char *name, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        ListSource *source = new ListSource(ops, ctx, name);
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
