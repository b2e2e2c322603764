/* Owns reading and writing of Xapian databases, and error translation.
 * Promises that no exception passes. */
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "common/xapian/xw_internal.hpp"

using xw::guard;
using xw::guard_value;

struct xw_postings {
    Xapian::PostingIterator at, end;
    bool started = false;
};

struct xw_terms {
    Xapian::TermIterator at, end;
    bool started = false;
    std::string term;
};

struct xw_values {
    Xapian::ValueIterator at, end;
    std::string value;
};

struct xw_writer {
    Xapian::WritableDatabase db;
};

struct xw_doc {
    Xapian::Document doc;
};

namespace
{
void fill(struct nh_error *err, int code, const char *what, const char *detail)
{
    if (!err)
        return;
    err->code = code;
    err->offset = NH_NO_OFFSET;
    err->length = 0;
    err->hint[0] = '\0';
    std::snprintf(err->message, sizeof err->message, "%s%s%s", what,
                  *detail ? ": " : "", detail);
}

int code_of(const Xapian::Error &e)
{
    static const struct {
        const char *type;
        int code;
    } table[] = {{"DatabaseNotFoundError", NH_ENOTFOUND},
                 {"DatabaseLockError", NH_ELOCKED},
                 {"DatabaseCorruptError", NH_ECORRUPT},
                 {"DatabaseVersionError", NH_EVERSION},
                 {"InvalidArgumentError", NH_EINVAL},
                 {"RangeError", NH_EINVAL},
                 {"UnimplementedError", NH_EUNSUPPORTED}};
    const char *type = e.get_type();
    for (const auto &row : table)
        if (std::strcmp(row.type, type) == 0)
            return row.code;
    /* Opening a folder that is not there is a DatabaseOpeningError. A
     * DatabaseError without a reason of the system's is about contents. */
    const char *reason = e.get_error_string();
    if (reason && std::strcmp(reason, std::strerror(ENOENT)) == 0)
        return NH_ENOTFOUND;
    if (std::strncmp(type, "Database", 8) != 0)
        return NH_EINTERNAL;
    return reason ? NH_EIO : NH_ECORRUPT;
}
} // namespace

int xw::translate(struct nh_error *err) noexcept
{
    try {
        throw;
    } catch (const Xapian::Error &e) {
        int code = code_of(e);
        try {
            std::string text = e.get_msg();
            if (const char *reason = e.get_error_string())
                text += std::string(" (") + reason + ")";
            fill(err, code, "Xapian", text.c_str());
        } catch (...) {
            fill(err, code, "Xapian", e.get_type());
        }
        return code;
    } catch (const std::bad_alloc &) {
        fill(err, NH_ENOMEM, "out of memory", "");
        return NH_ENOMEM;
    } catch (const std::exception &e) {
        fill(err, NH_EINTERNAL, "libxapian", e.what());
        return NH_EINTERNAL;
    } catch (...) {
        fill(err, NH_EINTERNAL, "libxapian", "unknown exception");
        return NH_EINTERNAL;
    }
}

const char *xw_version(void)
{
    return Xapian::version_string();
}

/* ---- Databases. */

int xw_db_new(xw_db **out, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] { *out = new xw_db; });
}

int xw_db_add(xw_db *db, const char *path, struct nh_error *err)
{
    return guard(err, [&] {
        db->db.add_database(Xapian::Database(path));
        db->shards++;
    });
}

int xw_db_add_open(xw_db *db, const xw_db *part, struct nh_error *err)
{
    return guard(err, [&] {
        db->db.add_database(part->db);
        db->shards += part->shards;
    });
}

int xw_db_open(xw_db **out, const char *path, struct nh_error *err)
{
    int rc = xw_db_new(out, err);
    if (rc == NH_OK)
        rc = xw_db_add(*out, path, err);
    if (rc != NH_OK) {
        xw_db_free(*out);
        *out = nullptr;
    }
    return rc;
}

void xw_db_free(xw_db *db)
{
    guard(nullptr, [&] { delete db; });
}

uint32_t xw_db_shards(const xw_db *db)
{
    return db->shards;
}

int xw_db_doccount(const xw_db *db, uint32_t *count, struct nh_error *err)
{
    return guard(err, [&] { *count = db->db.get_doccount(); });
}

int xw_db_lastdocid(const xw_db *db, uint32_t *docid, struct nh_error *err)
{
    return guard(err, [&] { *docid = db->db.get_lastdocid(); });
}

int xw_db_average_length(const xw_db *db, double *length, struct nh_error *err)
{
    return guard(err, [&] { *length = db->db.get_avlength(); });
}

int xw_db_doclength(const xw_db *db, uint32_t docid, uint32_t *length,
                    struct nh_error *err)
{
    return guard(err, [&] { *length = db->db.get_doclength(docid); });
}

int xw_db_termfreq(const xw_db *db, const char *term, size_t len,
                   uint32_t *freq, struct nh_error *err)
{
    return guard(err,
                 [&] { *freq = db->db.get_termfreq(std::string(term, len)); });
}

int xw_db_collfreq(const xw_db *db, const char *term, size_t len,
                   uint64_t *freq, struct nh_error *err)
{
    return guard(err, [&] {
        *freq = db->db.get_collection_freq(std::string(term, len));
    });
}

namespace
{
/* A malloc'd copy with a NUL behind it. */
char *copy(const std::string &text)
{
    char *out = static_cast<char *>(std::malloc(text.size() + 1));
    if (!out)
        throw std::bad_alloc();
    std::memcpy(out, text.c_str(), text.size() + 1);
    return out;
}
} // namespace

int xw_db_metadata(const xw_db *db, const char *key, char **value, size_t *len,
                   struct nh_error *err)
{
    *value = nullptr;
    return guard(err, [&] {
        std::string text = db->db.get_metadata(key);
        *value = copy(text);
        *len = text.size();
    });
}

int xw_db_value_bounds(const xw_db *db, uint32_t slot, char **lower,
                       size_t *lower_len, char **upper, size_t *upper_len,
                       struct nh_error *err)
{
    *lower = *upper = nullptr;
    return guard(err, [&] {
        std::string least = db->db.get_value_lower_bound(slot);
        std::string most = db->db.get_value_upper_bound(slot);
        *lower_len = least.size();
        *upper_len = most.size();
        *lower = copy(least);
        *upper = copy(most);
    });
}

int xw_db_check(const char *path, size_t *problems, struct nh_error *err)
{
    return guard(err, [&] {
        *problems = Xapian::Database::check(std::string(path), 0, nullptr);
    });
}

int xw_compact(const char *const *sources, size_t count, const char *path,
               struct nh_error *err)
{
    return guard(err, [&] {
        Xapian::Database all;
        for (size_t i = 0; i < count; i++)
            all.add_database(Xapian::Database(sources[i]));
        all.compact(path, Xapian::DBCOMPACT_NO_RENUMBER);
    });
}

/* ---- Postings and terms. */

int xw_postings_open(xw_postings **out, const xw_db *db, const char *term,
                     size_t len, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        std::string name(term, len);
        auto at = db->db.postlist_begin(name);
        *out = new xw_postings{at, db->db.postlist_end(name), false};
    });
}

void xw_postings_free(xw_postings *p)
{
    guard(nullptr, [&] { delete p; });
}

int xw_postings_next(xw_postings *p, uint32_t *docid, uint32_t *wdf,
                     struct nh_error *err)
{
    return guard_value(err, [&] {
        if (p->started && p->at != p->end)
            ++p->at;
        p->started = true;
        if (p->at == p->end)
            return 0;
        *docid = *p->at;
        if (wdf)
            *wdf = p->at.get_wdf();
        return 1;
    });
}

int xw_values_open(xw_values **out, const xw_db *db, uint32_t slot,
                   struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        *out = new xw_values{
            db->db.valuestream_begin(slot), db->db.valuestream_end(slot), {}};
    });
}

void xw_values_free(xw_values *v)
{
    guard(nullptr, [&] { delete v; });
}

int xw_values_seek(xw_values *v, uint32_t docid, uint32_t *at,
                   const char **value, size_t *len, struct nh_error *err)
{
    return guard_value(err, [&] {
        if (v->at != v->end && v->at.get_docid() < docid)
            v->at.skip_to(docid);
        if (v->at == v->end)
            return 0;
        v->value = *v->at;
        *at = v->at.get_docid();
        *value = v->value.data();
        *len = v->value.size();
        return 1;
    });
}

int xw_terms_open(xw_terms **out, const xw_db *db, const char *prefix,
                  size_t len, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        std::string start(prefix, len);
        auto at = db->db.allterms_begin(start);
        *out = new xw_terms{at, db->db.allterms_end(start), false, {}};
    });
}

void xw_terms_free(xw_terms *t)
{
    guard(nullptr, [&] { delete t; });
}

int xw_terms_next(xw_terms *t, const char **term, size_t *len, uint32_t *freq,
                  struct nh_error *err)
{
    return guard_value(err, [&] {
        if (t->started && t->at != t->end)
            ++t->at;
        t->started = true;
        if (t->at == t->end)
            return 0;
        t->term = *t->at;
        *term = t->term.data();
        *len = t->term.size();
        *freq = t->at.get_termfreq();
        return 1;
    });
}

/* ---- Writing. */

int xw_writer_open(xw_writer **out, const char *path, unsigned flags,
                   struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] {
        int mode =
            flags & XW_CREATE ? Xapian::DB_CREATE : Xapian::DB_CREATE_OR_OPEN;
        mode |= Xapian::DB_BACKEND_GLASS;
        if (flags & XW_NO_TERMLIST)
            mode |= Xapian::DB_NO_TERMLIST;
        if (flags & XW_NO_SYNC)
            mode |= Xapian::DB_NO_SYNC;
        *out = new xw_writer{Xapian::WritableDatabase(path, mode)};
    });
}

void xw_writer_free(xw_writer *w)
{
    /* Xapian's destructor commits; closing in a transaction does not. */
    if (w)
        guard(nullptr, [&] {
            try {
                w->db.begin_transaction(false);
            } catch (...) {
            }
        });
    guard(nullptr, [&] { delete w; });
}

int xw_writer_put(xw_writer *w, uint32_t docid, const xw_doc *doc,
                  struct nh_error *err)
{
    return guard(err, [&] { w->db.replace_document(docid, doc->doc); });
}

int xw_writer_set_metadata(xw_writer *w, const char *key, const char *value,
                           size_t len, struct nh_error *err)
{
    return guard(err,
                 [&] { w->db.set_metadata(key, std::string(value, len)); });
}

int xw_writer_commit(xw_writer *w, struct nh_error *err)
{
    return guard(err, [&] { w->db.commit(); });
}

int xw_doc_new(xw_doc **out, struct nh_error *err)
{
    *out = nullptr;
    return guard(err, [&] { *out = new xw_doc; });
}

void xw_doc_free(xw_doc *doc)
{
    guard(nullptr, [&] { delete doc; });
}

int xw_doc_clear(xw_doc *doc, struct nh_error *err)
{
    return guard(err, [&] { doc->doc = Xapian::Document(); });
}

int xw_doc_add_term(xw_doc *doc, const char *term, size_t len, uint32_t wdf,
                    struct nh_error *err)
{
    return guard(err, [&] {
        if (wdf)
            doc->doc.add_term(std::string(term, len), wdf);
        else
            doc->doc.add_boolean_term(std::string(term, len));
    });
}

int xw_doc_set_value(xw_doc *doc, uint32_t slot, const char *value, size_t len,
                     struct nh_error *err)
{
    return guard(err,
                 [&] { doc->doc.add_value(slot, std::string(value, len)); });
}
