/* Who is named with whom, and when: named_with INDEX NAME
 *
 * Goes over all articles that name a person, oldest first, and prints each with
 * the others that it names; then whom it was most often. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <newshound.h>

static int walk(nh_results *found, struct nh_error *err)
{
    const struct nh_hit *hit;
    int rc;
    while ((rc = nh_results_next(&hit, found, err)) == NH_OK && hit) {
        printf("%-10.10s ", hit->date.data);
        for (size_t i = 0; i < hit->person.count; i++)
            printf("%s%s", i ? ", " : "", hit->person.items[i].data);
        printf("\n");
    }
    return rc;
}

static void print_facet(const struct nh_facet *facet)
{
    for (size_t i = 0; i < facet->count; i++)
        printf("%6llu  %s\n", (unsigned long long)facet->values[i].count,
               facet->values[i].text.data);
}

int main(int argc, char **argv)
{
    nh_index *index;
    nh_results *found = NULL;
    struct nh_error err;
    char query[512];
    const struct nh_facet *facets;
    struct nh_search_options options = NH_SEARCH_OPTIONS_INIT;
    if (argc != 3) {
        fprintf(stderr, "usage: %s INDEX NAME\n", argv[0]);
        return 2;
    }
    if (nh_index_open(&index, argv[1], &err) != NH_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    snprintf(query, sizeof query, "person:\"%s\"", argv[2]);
    options.limit = UINT32_MAX;
    options.sort = NH_SORT_OLDEST;
    options.facets = "person";
    int rc =
        nh_index_search(&found, index, query, strlen(query), &options, &err);
    if (rc == NH_OK)
        rc = walk(found, &err);
    if (rc == NH_OK && nh_results_facets(&facets, found) == 1)
        print_facet(&facets[0]);
    if (rc != NH_OK)
        fprintf(stderr, "%s\n", err.message);
    nh_results_free(found);
    nh_index_close(index);
    return rc == NH_OK ? 0 : 1;
}
