/* What the parts of the HTML reader share: a page as its metadata see it, in
 * elements, lines and statements for machines. Nothing outside of
 * corpus/markup includes this. */
#ifndef CORPUS_MARKUP_HTML_PAGE_H
#define CORPUS_MARKUP_HTML_PAGE_H

#include "corpus/markup/html.h"

/* ---- Names of elements, words of their classes (html_words.c). */

/* Longest word of a class that is compared; the rest of it is cut off. */
#define HTML_WORD_MAX 24
/* Words by their first letter; each ends with a space, or with a star if other
 * words may begin with it. */
typedef const char *const html_words[26];

/* Whether the name of an element stands in a list, which has spaces around each
 * name. */
bool html_named(const xmlNode *node, const char *names);
/* Value of an attribute, "" where there is none. Lives as long as the tree. */
const char *html_value(const xmlNode *node, const char *name);
/* The next word of a class or id, in lower case: words part at signs and at
 * capitals. Words behind "--" say how an element looks (field--label-hidden),
 * and are passed. Returns false at the end. */
bool html_next_word(const char **text, char word[HTML_WORD_MAX]);
/* Whether class, id, role or the like of an element have a word of the list. */
bool html_has_word(const xmlNode *node, html_words words);
/* Whether an element is invisible by its attributes: hidden, aria-hidden on
 * what has no picture, display:none, visibility:hidden. */
bool html_invisible(const xmlNode *node);
/* Whether an element stands beside the article: in navigation, a footer,
 * comments, lists of other articles. Looks at HTML_ANCESTORS elements up, no
 * farther than to one that has the article's heading (may be NULL) in it. */
#define HTML_ANCESTORS 48
bool html_is_aside(const xmlNode *node, const xmlNode *heading);
/* Whether an element stands in an <article> or <main>, as far up. */
bool html_in_article(const xmlNode *node);

/* Whether the class, id or itemprop of an element says that it is an article's
 * text. */
bool html_is_body_name(const xmlNode *node);
/* Whether a line, in lower case, begins as those do that lead to other
 * articles, ask readers to share or to subscribe, or name the owner of a
 * picture. */
bool html_begins_aside(const char *line);

/* ---- The page (html_page.c). */

/* Most elements of a kind that are looked at: pages have far fewer of those
 * that matter. */
#define HTML_NODES_MAX 512
/* Most lines that are looked at, and the longest: dates and bylines stand in
 * short lines; longer ones are counted as text only. */
#define HTML_LINES_MAX 8192
#define HTML_LINE_BYTES 240

/* Text between two ends of blocks, white space folded. */
struct html_line {
    const char *text;     /* NUL-terminated; "" if it is longer than allowed */
    uint32_t bytes;       /* its length, also of a longer one */
    const xmlNode *node;  /* the element that its first digit stands in, or its
                             first text */
    const xmlNode *first; /* the element that its first text stands in */
};

struct html_nodes {
    const xmlNode *at[HTML_NODES_MAX];
    size_t count;
};

struct html_page {
    struct parse_context *ctx;
    struct article *out;
    const xmlNode *root;
    struct buf *text;        /* the text that is there for machines */
    struct arena arena;      /* of what is kept until the page is read */
    struct html_nodes metas; /* <meta> */
    struct html_nodes lds;   /* scripts of JSON-LD */
    struct html_nodes heads; /* headings, and what is called a title */
    struct html_nodes times; /* <time> and what says datePublished */
    struct html_nodes names; /* what says author, by its class too */
    const xmlNode *title;    /* <title> */
    struct html_line *lines; /* HTML_LINES_MAX at most */
    size_t line_count;
    struct slice url;            /* canonical address, or as it was fetched */
    struct slice site;           /* name of the site, or empty */
    const struct json_value *ld; /* all JSON-LD, an array, or NULL */
    const struct json_value *ld_article, *ld_page; /* the nodes of this page */
    const xmlNode *heading; /* the heading that is the title, or NULL */
    bool failed;            /* memory ran out */
};

/* Collects elements and lines of a page. */
void html_page_collect(struct html_page *p);
void html_page_release(struct html_page *p);

/* Copies text into the page's arena, entities and tags undone, as one line. */
struct slice html_page_plain(struct html_page *p, struct slice value);
/* The text of an element as one line, in the page's arena. */
struct slice html_page_line(struct html_page *p, const xmlNode *node);
/* Whether a meta element has this name (property, name or itemprop, in any
 * case). */
bool html_is_meta(const xmlNode *meta, const char *name);
/* First value of a meta element of this name, or empty. */
struct slice html_page_meta(const struct html_page *p, const char *name);
/* Whether two texts have the same letters and digits; whether those of the
 * first stand in the second. */
bool html_same_letters(struct slice a, struct slice b);
bool html_letters_within(struct slice part, struct slice whole);

/* ---- Parts. Each sets p->failed if memory runs out. */

/* Reads JSON-LD: finds the nodes of the article and of the page
 * (html_jsonld.c). */
void html_jsonld_read(struct html_page *p);
/* A value of a node, references by @id followed; NULL. */
const struct json_value *html_jsonld_get(const struct html_page *p,
                                         const struct json_value *node,
                                         const char *name);
/* The name that a value has: a text, the name of an object or of the node that
 * it refers to; empty. */
struct slice html_jsonld_name(struct html_page *p, const struct json_value *v);

/* The number of the line that the title stands in; p->line_count if none. */
size_t html_title_line(const struct html_page *p);

/* Whether a name is the site's, as far as its name and host tell. */
bool html_is_site(const struct html_page *p, struct slice name);
void html_title_read(struct html_page *p);  /* html_title.c */
void html_byline_read(struct html_page *p); /* html_byline.c */
void html_date_read(struct html_page *p);   /* html_date.c */

#endif
