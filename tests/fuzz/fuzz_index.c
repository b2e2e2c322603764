/* Owns the index of fuzz targets, which lives in a temporary folder. */
#include "tests/fuzz/fuzz_index.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "indexer/ingest/pipeline.h"
#include "indexer/writer/index_writer.h"

#define ARTICLES 240

static void write_articles(const char *path, unsigned from, unsigned seed)
{
    static const char *const words[] = {"the",
                                        "of",
                                        "safety",
                                        "culture",
                                        "U.S.",
                                        "Leike",
                                        "resigned",
                                        "a",
                                        "to",
                                        "bank",
                                        "AT&T",
                                        "don't",
                                        "Jan",
                                        "resigns",
                                        "rate",
                                        "chess",
                                        "\\u539f\\u5b50\\u529b",
                                        "3.5",
                                        "in",
                                        "caf\\u00e9"};
    static const char *const names[] = {"Jan Leike", "Bank of Chess", "Jan"};
    FILE *f = fopen(path, "w");
    check(f != NULL);
    for (unsigned n = from; n < ARTICLES; n++) {
        fprintf(f, "{\"id\":\"n%u\",\"title\":\"", n);
        unsigned length = 5 + n % 60;
        for (unsigned i = 0; i < length; i++) {
            seed = seed * 1103515245 + 12345;
            const unsigned roll = seed >> 16;
            fprintf(f, "%s%s%s", i == 4 ? "\",\"body\":\"" : " ",
                    words[roll % (n % 2 ? 20 : 9)],
                    roll % 7 == 0    ? "."
                    : roll % 31 == 0 ? "\\n\\n"
                                     : "");
        }
        fprintf(f, "\",\"person\":[\"%s\"],\"topic\":[\"t%u\"]", names[n % 3],
                n % 5);
        if (n % 4)
            fprintf(f, ",\"date\":\"20%02u-%02u-%02u\"", n % 30, n % 12 + 1,
                    n % 28 + 1);
        fprintf(f, "}\n");
    }
    check(fclose(f) == 0);
}

static void add(const char *index, const char *path)
{
    struct walk walk = {.skip_with = NULL};
    struct index_writer *writer;
    struct pipeline_options options;
    struct pipeline_counts counts;
    struct nh_error err;
    memset(&options, 0, sizeof options);
    memset(&counts, 0, sizeof counts);
    options.jobs = 1;
    options.no_merge = true;
    check(walk_add(&walk, path, &err) == NH_OK);
    check(writer_open(&writer, index, NULL, BUILDER_AUTO, &err) == NH_OK);
    check(pipeline_run(writer, &walk, &options, &counts, &err) == NH_OK);
    writer_close(writer);
    walk_release(&walk);
}

nh_index *fuzz_index(void)
{
    static nh_index *index;
    char dir[64] = "/tmp/newshound-fuzz-XXXXXX", name[2][96], command[128];
    if (index)
        return index;
    check(mkdtemp(dir) != NULL);
    snprintf(name[0], sizeof name[0], "%s/articles.jsonl", dir);
    snprintf(name[1], sizeof name[1], "%s/idx", dir);
    write_articles(name[0], 0, 1);
    add(name[1], name[0]);
    write_articles(name[0], ARTICLES / 2, 2);
    add(name[1], name[0]);
    check(nh_index_open(&index, name[1], NULL) == NH_OK);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    check(system(command) == 0);
    return index;
}
