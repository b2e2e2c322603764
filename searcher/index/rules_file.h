/* The form that all files of rules have: a line is a rule, empty, or a comment
 * (#); names stand in quotes. */
#ifndef SEARCHER_INDEX_RULES_FILE_H
#define SEARCHER_INDEX_RULES_FILE_H

#include "common/base/buf.h"
#include "common/base/error.h"

/* Bytes of such a file; 4 MiB are some 80,000 rules. */
#define RULES_BYTES_MAX ((size_t)4 << 20)

/* Reads the file `name` of the index in folder `dir` into `text` and its path
 * into `path`. NH_ENOTFOUND if there is none,
 * NH_EDATA if it is too large, NH_EIO. */
int rules_file_read(const char *dir, const char *name, struct buf *path,
                    struct buf *text, struct nh_error *err);

/* The text behind its byte order mark, if it has one. */
struct slice rules_file_start(struct slice text);
/* Takes the next line off `text`, without its end; false if nothing is left. */
bool rules_file_line(struct slice *text, struct slice *line);

/* The functions below take something off the front of a line, and the white
 * space before it. */

/* Returns the run of small ASCII letters, which may be empty. */
struct slice rule_word(struct slice *line);
/* Takes the character; false, and nothing taken, if another one is there. */
bool rule_sign(struct slice *line, char sign);
/* Takes a name in quotes, where \ stands before " and \, into `text`. Returns
 * NULL, or what is wrong. */
const char *rule_name(struct slice *line, struct buf *text);
/* True if nothing is left of a line but a comment. */
bool rule_ends(struct slice *line);

#endif
