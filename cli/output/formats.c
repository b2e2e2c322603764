/* Owns what the commands say of formats. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/visible.h"
#include "common/text/charset.h"
#include "corpus/readers.h"

int command_list_formats(void)
{
    for (size_t i = 0; reader_table[i]; i++)
        printf("%-10s %s\n", reader_table[i]->name, reader_table[i]->help);
    printf("each also packed by gzip, xz, zstd or bzip2, in tar and zip "
           "archives, in "
           "UTF-16\n");
    return command_finish(EXIT_FOUND);
}

bool command_read_format(const struct options *o, const struct reader **reader,
                         struct parse_context *parse)
{
    struct nh_error err;
    const char *format = options_get(o, "format");
    *reader = NULL;
    parse->map = options_get(o, "map");
    parse->charset = options_get(o, "charset");
    if (format && strcmp(format, "auto") != 0) {
        *reader = reader_named(format);
        if (!*reader) {
            say("newshound: there is no format '%s'; see --format list\n",
                format);
            return false;
        }
    }
    /* '' is the default, for an index that keeps another one. */
    if (parse->charset && *parse->charset && !charset_known(parse->charset)) {
        say("newshound: there is no charset '%s'\n", parse->charset);
        return false;
    }
    if (parse->map && reader_map_check(parse->map, &err) != NH_OK) {
        command_fail(&err);
        return false;
    }
    return true;
}
