/* Labels of charsets. */
#ifndef COMMON_TEXT_CHARSET_LABELS_H
#define COMMON_TEXT_CHARSET_LABELS_H

/* Returns the name under which iconv has what the label means to a browser; the
 * label itself if it is none of theirs. Case does not count. */
const char *charset_iconv_name(const char *label);

#endif
