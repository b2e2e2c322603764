/* Owns `newshound entities`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/visible.h"
#include "common/base/json_out.h"
#include "common/text/analysis.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'t', "type", "TYPE=person|org|place|author",
     "person (default), org, place or author"},
    {'m', "match", "WORDS", "only names that have these words"},
    {'n', "limit", "N", "names at most; default 20, 0 for all"},
    {0, "propose", NULL,
     "names that are probably the same, as lines for entities.rules"},
    OPTION_TEXT_OR_JSON,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

struct listing {
    nh_index *index;
    nh_results *results;
    struct buf wanted, folded, out;
    bool json;
};

/* Whether a name, folded, has all words of another. */
static bool has_words(struct slice name, struct slice words)
{
    struct slice word;
    while ((word = slice_word(&words)).len > 0) {
        struct slice rest = name, part;
        bool found = false;
        while (!found && (part = slice_word(&rest)).len > 0)
            found = slice_equal(part, word);
        if (!found)
            return false;
    }
    return true;
}

static void put_name(struct listing *l, const struct nh_facet_value *v)
{
    const struct slice text = {v->text.data, v->text.len};
    if (!l->json) {
        buf_printf(&l->out, "%8llu  ", (unsigned long long)v->count);
        visible_put(&l->out, text.data, text.len, false);
        buf_append_byte(&l->out, '\n');
        return;
    }
    buf_append_byte(&l->out, '{');
    json_member(&l->out, "name", text);
    buf_printf(&l->out, ",\"articles\":%llu}\n", (unsigned long long)v->count);
}

/* Writes names that match, `limit` at most; their number. */
static size_t put_names(struct listing *l, const struct nh_facet *f,
                        size_t limit)
{
    const struct slice wanted = {l->wanted.data, l->wanted.len};
    size_t shown = 0;
    for (size_t i = 0; i < f->count && shown < limit; i++) {
        const struct nh_string name = f->values[i].text;
        buf_reset(&l->folded);
        analysis_fold_name((struct slice){name.data, name.len}, &l->folded);
        if (l->folded.failed ||
            !has_words((struct slice){l->folded.data, l->folded.len}, wanted))
            continue;
        put_name(l, &f->values[i]);
        shown++;
    }
    return shown;
}

/* ---- Proposals. */

/* Whether one of the names has the words that are wanted. */
static bool is_wanted(struct listing *l, const struct nh_proposal *p)
{
    const struct slice wanted = {l->wanted.data, l->wanted.len};
    buf_reset(&l->folded);
    analysis_fold_name((struct slice){p->name.data, p->name.len}, &l->folded);
    buf_append_byte(&l->folded, ' ');
    analysis_fold_name((struct slice){p->into.data, p->into.len}, &l->folded);
    return !l->folded.failed &&
           has_words((struct slice){l->folded.data, l->folded.len}, wanted);
}

static void put_proposal(struct listing *l, const char *type,
                         const struct nh_proposal *p)
{
    if (!l->json) {
        visible_put(&l->out, p->rule.data, p->rule.len, false);
        buf_printf(&l->out, "  # %s; %llu and %llu articles\n", p->reason.data,
                   (unsigned long long)p->articles,
                   (unsigned long long)p->into_articles);
        return;
    }
    buf_append_byte(&l->out, '{');
    json_member(&l->out, "type", slice_of(type));
    json_member(&l->out, "name", (struct slice){p->name.data, p->name.len});
    json_member(&l->out, "into", (struct slice){p->into.data, p->into.len});
    json_member(&l->out, "reason",
                (struct slice){p->reason.data, p->reason.len});
    json_member(&l->out, "rule", (struct slice){p->rule.data, p->rule.len});
    buf_printf(&l->out, ",\"articles\":%llu,\"into_articles\":%llu}\n",
               (unsigned long long)p->articles,
               (unsigned long long)p->into_articles);
}

/* Writes up to `limit` proposals; their number is *shown. */
static int propose(struct listing *l, const char *type, size_t limit,
                   size_t *shown, struct nh_error *err)
{
    nh_proposals *found;
    int rc = nh_index_propose(&found, l->index, type, err);
    if (rc != NH_OK)
        return rc;
    for (size_t i = 0; i < nh_proposals_count(found) && *shown < limit; i++) {
        const struct nh_proposal *p = nh_proposals_at(found, i);
        if (!is_wanted(l, p))
            continue;
        put_proposal(l, type, p);
        ++*shown;
    }
    nh_proposals_free(found);
    return NH_OK;
}

/* All articles with a name of the type, counted by name. */
static int count_names(struct listing *l, const char *type,
                       const struct nh_facet **out, struct nh_error *err)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    char query[32];
    const int len = snprintf(query, sizeof query, "%s:*", type);
    o.limit = 0;
    o.facets = type;
    o.facet_limit = UINT32_MAX;
    int rc =
        nh_index_search(&l->results, l->index, query, (size_t)len, &o, err);
    if (rc == NH_OK && nh_results_facets(out, l->results) != 1)
        rc = error_set(err, NH_EINTERNAL, "names were not counted");
    return rc;
}

static int run_entities(const struct options *o)
{
    struct nh_error err;
    struct listing l;
    const struct nh_facet *facet = NULL;
    const char *match = options_get(o, "match");
    const char *given = options_get(o, "type");
    const char *type = given ? given : "person";
    long limit = 20;
    size_t shown = 0;
    memset(&l, 0, sizeof l);
    l.json = options_choice(o, "format") == 1;
    if (!options_number(o, "limit", 0, INT32_MAX, &limit))
        return EXIT_USAGE;
    if (o->count > 0) {
        say("newshound entities: it takes no arguments; --match "
            "WORDS looks for a name\n");
        return EXIT_USAGE;
    }
    if (match)
        analysis_fold_name(slice_of(match), &l.wanted);
    int rc = nh_index_open(&l.index, command_index_path(o), &err);
    const size_t most = limit ? (size_t)limit : SIZE_MAX;
    if (rc == NH_OK && options_get(o, "propose"))
        rc = propose(&l, type, most, &shown, &err);
    else if (rc == NH_OK)
        rc = count_names(&l, type, &facet, &err);
    if (rc == NH_OK && facet)
        shown = put_names(&l, facet, most);
    if (rc == NH_OK && (l.out.failed || l.folded.failed || l.wanted.failed))
        rc = error_nomem(&err);
    if (rc == NH_OK && l.out.len)
        fwrite(l.out.data, 1, l.out.len, stdout);
    nh_results_free(l.results);
    nh_index_close(l.index);
    buf_release(&l.wanted);
    buf_release(&l.folded);
    buf_release(&l.out);
    if (rc != NH_OK)
        return command_fail(&err);
    return command_finish(shown ? EXIT_FOUND : EXIT_NOTHING);
}

const struct command command_entities = {
    "entities",
    "list the names in an index, with the articles that have them",
    "[OPTIONS]",
    "  newshound entities                   the persons named most\n"
    "  newshound entities --type org -n 50\n"
    "  newshound entities --match Leike     who may that be?\n"
    "\n"
    "  newshound entities --propose -n 0    which names are the same?\n"
    "\n"
    "The file entities.rules in the index's folder mends names, at once:\n"
    "  merge person \"J. Leike\" = \"Jan Leike\"\n"
    "  hide org \"AI\"\n"
    "  retype \"Wired\" org\n",
    options,
    run_entities};
