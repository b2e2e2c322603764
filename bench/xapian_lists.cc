/* Searches by Xapian's own posting lists and matcher over an index made with
 * --xapian-lists: xapian_lists INDEX QUERIES. Lines "MODE<TAB>STEMS", mode or
 * or and; prints for each the least time in ten rounds of a search for the best
 * ten, in microseconds. */
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <vector>

#include <xapian.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    Xapian::Database db(argv[1]);
    std::ifstream file(argv[2]);
    std::vector<Xapian::Query> queries;
    for (std::string line; std::getline(file, line);) {
        std::string mode = line.substr(0, line.find('\t'));
        std::istringstream words(line.substr(line.find('\t') + 1));
        std::vector<std::string> terms;
        for (std::string word; words >> word;)
            terms.push_back(word);
        queries.push_back(Xapian::Query(mode == "and" ? Xapian::Query::OP_AND
                                                      : Xapian::Query::OP_OR,
                                        terms.begin(), terms.end()));
    }
    std::vector<double> best(queries.size(), 1e9);
    for (int round = 0; round < 10; round++)
        for (size_t i = 0; i < queries.size(); i++) {
            auto start = std::chrono::steady_clock::now();
            Xapian::Enquire enquire(db);
            enquire.set_query(queries[i]);
            enquire.set_docid_order(Xapian::Enquire::ASCENDING);
            enquire.set_weighting_scheme(
                Xapian::BM25Weight(1.2, 0, 1000, 0.75, 0));
            enquire.get_mset(0, 10, 1000);
            std::chrono::duration<double, std::micro> time =
                std::chrono::steady_clock::now() - start;
            if (time.count() < best[i])
                best[i] = time.count();
        }
    for (double time : best)
        std::cout << time << "\n";
    return 0;
}
