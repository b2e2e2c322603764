/* Adds articles to an index: add INDEX FILE...
 *
 * Each file is one article: its first line is the title, the rest the text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <newshound_writer.h>

#define TEXT_MAX ((size_t)1 << 20)

static int add_file(nh_writer *writer, const char *path, struct nh_error *err)
{
    static char text[TEXT_MAX];
    const char *id;
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return NH_EIO;
    }
    const size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    const char *end = memchr(text, '\n', len);
    const size_t title = end ? (size_t)(end - text) : len;
    const struct nh_value values[] = {{"id", path, strlen(path)},
                                      {"title", text, title},
                                      {"body", text + title, len - title}};
    int rc = nh_writer_add(writer, values, 3, &id, err);
    if (rc == NH_OK)
        printf("added %s\n", id);
    else
        fprintf(stderr, "%s: %s\n", path, err->message);
    return rc == NH_EDATA ? NH_OK : rc; /* the others may be good */
}

int main(int argc, char **argv)
{
    nh_writer *writer;
    struct nh_error err;
    int rc = NH_OK;
    if (argc < 3) {
        fprintf(stderr, "usage: %s INDEX FILE...\n", argv[0]);
        return 2;
    }
    if (nh_writer_open(&writer, argv[1], NULL, &err) != NH_OK) {
        fprintf(stderr, "%s\n  %s\n", err.message, err.hint);
        return 1;
    }
    for (int i = 2; rc == NH_OK && i < argc; i++)
        rc = add_file(writer, argv[i], &err);
    if (rc == NH_OK)
        rc = nh_writer_commit(writer, &err);
    if (rc != NH_OK)
        fprintf(stderr, "%s\n", err.message);
    const struct nh_counts *counts = nh_writer_counts(writer);
    printf("%llu added, %llu replaced, %llu unchanged\n",
           (unsigned long long)counts->added,
           (unsigned long long)counts->replaced,
           (unsigned long long)counts->unchanged);
    nh_writer_close(writer);
    return rc == NH_OK ? 0 : 1;
}
