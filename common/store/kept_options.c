/* Owns the table of options that an index keeps.
 * Promises that a value is never replaced unless somebody asks for it. */
#include "common/store/kept_options.h"

#include <string.h>
#include <strings.h>

#include "common/base/utf8.h"
#include "common/text/charset_labels.h"

/* The first choice is the default; options without choices have "". */
static const struct {
    const char *name;
    const char *choices[5]; /* ends with NULL */
} options[KEPT_COUNT] = {
    [KEPT_MAP] = {"map", {NULL}},
    [KEPT_CHARSET] = {"charset", {NULL}},
    [KEPT_DATE_ORDER] = {"date-order", {"none", "dmy", "mdy", "ymd", NULL}},
    [KEPT_NAMES] = {"names", {"found", "given", "none", NULL}}};

const char *kept_name(enum kept_option option)
{
    return options[option].name;
}

/* Returns the place of a value among the choices, or -1. */
static int find_choice(enum kept_option option, const char *value)
{
    for (int i = 0; options[option].choices[i]; i++)
        if (strcmp(options[option].choices[i], value) == 0)
            return i;
    return -1;
}

unsigned kept_choice(const struct kept_options *o, enum kept_option option)
{
    const int at = find_choice(option, o->values[option]);
    return at < 0 ? 0 : (unsigned)at;
}

const char *kept_choice_name(enum kept_option option, unsigned number)
{
    for (unsigned i = 0; options[option].choices[i]; i++)
        if (i == number)
            return options[option].choices[i];
    return NULL;
}

int kept_set(struct kept_options *o, enum kept_option option, const char *value,
             struct nh_error *err)
{
    const size_t len = strlen(value);
    if (len >= KEPT_VALUE_MAX)
        return error_set(err, NH_EINVAL, "%s has %zu bytes; it may have %d",
                         options[option].name, len, KEPT_VALUE_MAX - 1);
    if (!utf8_valid(value, len))
        return error_set(err, NH_EINVAL, "%s is not UTF-8",
                         options[option].name);
    if (options[option].choices[0] && find_choice(option, value) < 0)
        return error_set(err, NH_EINVAL, "%s cannot be '%.40s'",
                         options[option].name, value);
    memcpy(o->values[option], value, len + 1);
    o->known[option] = true;
    return NH_OK;
}

/* ---- Comparing. */

/* Returns whether every FIELD=KEY of map `a` stands in map `b`. */
static bool map_within(const char *a, const char *b)
{
    while (*a) {
        const size_t len = strcspn(a, ",");
        const char *at = b;
        while (*at && (strcspn(at, ",") != len || memcmp(at, a, len) != 0)) {
            at += strcspn(at, ",");
            at += *at == ',';
        }
        if (!*at)
            return false;
        a += len + (a[len] == ',');
    }
    return true;
}

/* Returns whether two values of an option mean the same. */
static bool same(enum kept_option option, const char *a, const char *b)
{
    if (option == KEPT_MAP)
        return map_within(a, b) && map_within(b, a);
    if (option == KEPT_CHARSET && *a && *b)
        return strcasecmp(charset_iconv_name(a), charset_iconv_name(b)) == 0;
    return strcmp(a, b) == 0;
}

static const char *shown(const char *value)
{
    return *value ? value : "(the default)";
}

static int refuse(const struct kept_options *kept,
                  const struct kept_options *given, enum kept_option option,
                  const char *dir, struct nh_error *err)
{
    const char *name = options[option].name;
    error_set(err, NH_EINVAL,
              "the index '%.200s' keeps %s %.100s, and %s %.100s was given",
              dir, name, shown(kept->values[option]), name,
              shown(given->values[option]));
    return error_hint(err, NH_EINVAL,
                      "leave %s out, or change it on purpose with "
                      "--change-options; then name all files again, so that "
                      "they are read anew",
                      name);
}

int kept_merge(struct kept_options *kept, const struct kept_options *given,
               bool change, const char *dir, bool *changed,
               struct nh_error *err)
{
    *changed = false;
    for (enum kept_option i = 0; i < KEPT_COUNT; i++) {
        const char *first = options[i].choices[0];
        const char *value = given->known[i] ? given->values[i]
                            : first         ? first
                                            : "";
        if (kept->known[i] &&
            (!given->known[i] || same(i, kept->values[i], value)))
            continue;
        if (kept->known[i] && !change)
            return refuse(kept, given, i, dir, err);
        *changed = *changed || kept->known[i];
        const int rc = kept_set(kept, i, value, err);
        if (rc != NH_OK)
            return rc;
    }
    return NH_OK;
}

/* ---- The manifest. */

void kept_write(const struct kept_options *o, enum kept_option option,
                struct buf *out)
{
    buf_printf(out, "%s=", options[option].name);
    for (const char *p = o->values[option]; *p; p++)
        if (*p > ' ' && *p < 0x7F && *p != '%')
            buf_append_byte(out, (uint8_t)*p);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)*p);
}

/* Returns the value of a hexadecimal digit in upper case, or -1. */
static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Decodes %XX; false for what kept_write does not write. */
static bool decode(const char *text, char value[KEPT_VALUE_MAX])
{
    size_t n = 0;
    for (; *text && n + 1 < KEPT_VALUE_MAX; n++) {
        const int high = *text == '%' ? hex_digit(text[1]) : 0;
        const int low = *text == '%' && high >= 0 ? hex_digit(text[2]) : 0;
        value[n] = *text == '%' ? (char)(high * 16 + low) : *text;
        if (high < 0 || low < 0 || !value[n])
            return false;
        text += *text == '%' ? 3 : 1;
    }
    value[n] = '\0';
    return !*text;
}

int kept_read(struct kept_options *o, const char *text, struct nh_error *err)
{
    char value[KEPT_VALUE_MAX];
    const size_t len = strcspn(text, "=");
    for (enum kept_option i = 0; i < KEPT_COUNT; i++) {
        if (strlen(options[i].name) != len ||
            memcmp(options[i].name, text, len) != 0)
            continue;
        if (text[len] != '=' || o->known[i] || !decode(text + len + 1, value) ||
            kept_set(o, i, value, NULL) != NH_OK)
            return error_set(err, NH_ECORRUPT, "the option %s",
                             options[i].name);
        return NH_OK;
    }
    return error_set(err, NH_EVERSION,
                     "the index keeps an option that this version does not "
                     "know (%.60s)",
                     text);
}
