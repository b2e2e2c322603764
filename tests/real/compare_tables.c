/* compare_tables A B: fails unless two folders with Xapian's tables hold the
 * same documents, lengths, terms, counts and postings. */
#include "tests/unit/compare_tables.h"

static char **folders;

static void tables_are_equal(void **state)
{
    (void)state;
    xw_db *db[2];
    for (int k = 0; k < 2; k++)
        assert_int_equal(xw_db_open(&db[k], folders[k], NULL), NH_OK);
    compare_list(db, "", 0);
    compare_terms(db);
    for (int k = 0; k < 2; k++)
        xw_db_free(db[k]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tables_are_equal)};
    if (argc != 3)
        return 2;
    folders = argv + 1;
    return cmocka_run_group_tests(tests, NULL, NULL) == 0 ? 0 : 3;
}
