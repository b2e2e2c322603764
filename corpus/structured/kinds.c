/* Owns names and subjects that say their kinds. Promises that what has no kind
 * that is known is left out of names. */
#include "corpus/structured/kinds.h"

#include <string.h>
#include <strings.h>

#include "corpus/structured/values.h"

static const struct json_value *first_of(const struct json_value *object,
                                         const char *const *keys)
{
    const struct json_value *v = NULL;
    for (; !v && *keys; keys++)
        v = json_get(object, *keys);
    return v;
}

/* The field that a kind of name is for, or -1. */
static int kind_field(struct slice kind)
{
    static const struct {
        const char *start;
        enum field field;
    } kinds[] = {{"person", FIELD_PERSON},      {"people", FIELD_PERSON},
                 {"per", FIELD_PERSON},         {"org", FIELD_ORG},
                 {"company", FIELD_ORG},        {"loc", FIELD_PLACE},
                 {"contributor", FIELD_AUTHOR}, {"glocation", FIELD_PLACE},
                 {"tag", FIELD_TOPIC},          {"subject", FIELD_TOPIC},
                 {"keyword", FIELD_TOPIC},      {"wiki", FIELD_TOPIC},
                 {"place", FIELD_PLACE},        {"gpe", FIELD_PLACE},
                 {"geo", FIELD_PLACE},          {"city", FIELD_PLACE},
                 {"country", FIELD_PLACE}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i].start);
        if (kind.len >= n && strncasecmp(kind.data, kinds[i].start, n) == 0)
            return kinds[i].field;
    }
    return -1;
}

bool kinds_add(struct parse_context *ctx, struct article *out,
               const struct json_value *v)
{
    static const char *const types[] = {"type", "label", "entity_type",
                                        "category", NULL};
    static const char *const names[] = {"name", "text",  "entity",   "value",
                                        "word", "label", "webTitle", NULL};
    bool good = true;
    if (!v || (v->type != JSON_OBJECT && v->type != JSON_ARRAY))
        return true;
    const bool groups = v->type == JSON_OBJECT;
    for (v = v->first; good && v; v = v->next) {
        const struct json_value *type = groups ? v : first_of(v, types);
        const struct json_value *name = groups ? v : first_of(v, names);
        if (!type || !name || (!groups && type->type != JSON_STRING))
            continue;
        const int field = kind_field(groups ? v->name : type->text);
        good = field < 0 || values_add(ctx, out, (enum field)field, name);
    }
    return good;
}

/* Whether the elements of a list of subjects say their kinds themselves: as
 * entities do, or as {"name": "persons", "value": "Roe, Jane"}. */
static bool has_kinds(const struct json_value *list, const char *kind,
                      const char *name)
{
    const struct json_value *v = list->first;
    const struct json_value *k = v ? json_get(v, kind) : NULL;
    return list->type == JSON_ARRAY && k && k->type == JSON_STRING &&
           kind_field(k->text) >= 0 && json_get(v, name);
}

static bool add_named_kinds(struct parse_context *ctx, struct article *out,
                            const struct json_value *v)
{
    bool good = true;
    for (v = v->first; good && v; v = v->next) {
        const struct json_value *kind = json_get(v, "name"),
                                *name = json_get(v, "value");
        if (!kind || !name || kind->type != JSON_STRING)
            continue;
        const int field = kind_field(kind->text);
        good = values_add(ctx, out, field < 0 ? FIELD_TOPIC : (enum field)field,
                          name);
    }
    return good;
}

bool kinds_add_subjects(struct parse_context *ctx, struct article *out,
                        const struct json_value *v)
{
    if (has_kinds(v, "name", "value"))
        return add_named_kinds(ctx, out, v);
    if (has_kinds(v, "type", "webTitle") || has_kinds(v, "type", "label"))
        return kinds_add(ctx, out, v);
    return values_add(ctx, out, FIELD_TOPIC, v);
}
