/* Owns telling files apart that are made for programs. Promises that prose is
 * never refused for the words in it: a kind is told by how the first lines
 * begin, or by the share of signs that programs need. */
#include "corpus/foreign.h"

#include <string.h>

/* What files of a kind begin with. */
static const struct {
    const char *start, *what;
} starts[] = {{"<!DOCTYPE", "SGML of an unknown type"},
              {"%PDF", "PDF"},
              {"{\\rtf", "RTF"},
              {"\xD0\xCF\x11\xE0", "a document of an office program"},
              {"%!PS", "PostScript"},
              {"BEGIN:VCALENDAR", "a calendar (iCalendar)"},
              {"BEGIN:VCARD", "a list of addresses (vCard)"},
              {"WEBVTT", "subtitles (WebVTT)"},
              {"-----BEGIN ", "a key or an encrypted message"},
              {"PMID- ", "references in the format of MEDLINE"},
              {"%0 ", "references in the format of EndNote"},
              {"FN ", "references in the format of Web of Science"},
              {"\\documentclass", "a LaTeX document"},
              {"diff --git ", "a patch"},
              {"<?php", "a PHP program"},
              {"#!/", "a program"},
              {"%YAML", "a YAML file"}};

static struct slice take_line(struct slice *text)
{
    const char *end = text->len ? memchr(text->data, '\n', text->len) : NULL;
    const size_t n = end ? (size_t)(end - text->data) + 1 : text->len;
    const struct slice line = slice_trim((struct slice){text->data, n});
    *text = (struct slice){text->data + n, text->len - n};
    return line;
}

static bool is_name(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') ||
           c == '_' || c == '-' || c == '.';
}

/* Bytes of the name at the front of a line. */
static size_t name_length(struct slice line)
{
    size_t n = 0;
    while (n < line.len && is_name(line.data[n]))
        n++;
    return n;
}

/* "@article{key," */
static bool is_bibtex(struct slice text)
{
    const struct slice line = take_line(&text);
    if (line.len < 4 || line.data[0] != '@')
        return false;
    const size_t n =
        name_length((struct slice){line.data + 1, line.len - 1}) + 1;
    return n > 1 && n < line.len &&
           (line.data[n] == '{' || line.data[n] == '(') &&
           (line.data[line.len - 1] == ',' || memchr(line.data, '=', line.len));
}

/* A number, then "00:00:01,000 --> 00:00:02,000". */
static bool is_subtitles(struct slice text)
{
    const struct slice number = take_line(&text), times = take_line(&text);
    for (size_t i = 0; i < number.len; i++)
        if (number.data[i] < '0' || number.data[i] > '9')
            return false;
    if (number.len == 0 || times.len < 20 || times.data[2] != ':')
        return false;
    for (size_t i = 0; i + 3 <= times.len; i++)
        if (memcmp(times.data + i, "-->", 3) == 0)
            return true;
    return false;
}

/* Statements of SQL that dumps begin with, behind comments. */
static bool is_sql(struct slice text)
{
    static const char *const words[] = {"CREATE TABLE ",      "INSERT INTO ",
                                        "DROP TABLE ",        "SET NAMES ",
                                        "BEGIN TRANSACTION;", "PRAGMA "};
    while (text.len) {
        const struct slice line = take_line(&text);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            if (slice_starts(line, words[i]))
                return line.data[line.len - 1] == ';' ||
                       memchr(line.data, '(', line.len);
        if (line.len && !slice_starts(line, "--") && !slice_starts(line, "/*"))
            return false;
    }
    return false;
}

/* Lines that are looked at for settings, and the fewest that can tell. */
#define SETTINGS_LINES 200
#define SETTINGS_MIN 3

/* Settings: each line is "name = value", "name: value", an item of a list of
 * these, a [section], or a comment. A transcript has lines "NAME: words" too; a
 * file of settings has small letters, an empty value, or = in it. */
static bool is_settings(struct slice text)
{
    size_t settings = 0, lines = 0, nested = 0, small = 0;
    while (text.len && lines < SETTINGS_LINES) {
        const char *start = text.data;
        struct slice line = take_line(&text);
        if (line.len == 0 || line.data[0] == '#' || line.data[0] == ';')
            continue;
        lines++;
        if (line.data[0] == '[' && line.data[line.len - 1] == ']' &&
            name_length((struct slice){line.data + 1, line.len - 2}) ==
                line.len - 2) {
            nested++;
            continue;
        }
        const bool inner = line.data > start || slice_starts(line, "- ");
        if (slice_starts(line, "- "))
            line = slice_trim((struct slice){line.data + 2, line.len - 2});
        const size_t n = name_length(line);
        const struct slice rest =
            slice_trim((struct slice){line.data + n, line.len - n});
        const bool sign = n > 0 && rest.len &&
                          (rest.data[0] == '=' ||
                           (rest.data[0] == ':' && rest.data == line.data + n &&
                            (rest.len == 1 || rest.data[1] == ' ')));
        if (!sign && !(inner && nested))
            return false;
        settings += sign;
        small += sign && line.data[0] >= 'a' && line.data[0] <= 'z';
        nested += (sign && rest.len == 1) || (sign && rest.data[0] == '=');
    }
    return settings >= SETTINGS_MIN && settings * 2 > lines &&
           (nested > 0 || small == settings);
}

/* Of so many signs that are no space, one of a program is ; { or }: prose with
 * a listing has fewer, programs one of twenty and more. */
#define CODE_SHARE 25
/* Fewest of these signs that tell. */
#define CODE_MIN 4

/* Style sheets and programs of the C family. Double braces are of templates in
 * wikis. */
static bool is_code(struct slice text)
{
    if (text.len == 0 || !memchr(text.data, '{', text.len))
        return false;
    size_t signs = 0, others = 0, open = 0, close = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        others += (unsigned char)c > ' ';
        signs += c == ';';
        if (c != '{' && c != '}')
            continue;
        if ((i + 1 < text.len && text.data[i + 1] == c) ||
            (i > 0 && text.data[i - 1] == c))
            continue;
        open += c == '{';
        close += c == '}';
    }
    signs += open + close;
    return open && close && signs >= CODE_MIN && signs * CODE_SHARE >= others;
}

const char *foreign_kind(struct slice head)
{
    static const struct {
        bool (*is)(struct slice text);
        const char *what;
    } kinds[] = {{is_bibtex, "references in BibTeX"},
                 {is_subtitles, "subtitles (SubRip)"},
                 {is_sql, "a dump of a data base (SQL)"},
                 {is_settings, "a file of settings (YAML, INI or the like)"},
                 {is_code, "a style sheet or a program"}};
    const struct slice text = slice_trim(head);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t n = strlen(starts[i].start);
        if (text.len >= n && memcmp(text.data, starts[i].start, n) == 0)
            return starts[i].what;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].is(text))
            return kinds[i].what;
    return NULL;
}
