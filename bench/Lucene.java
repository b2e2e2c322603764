import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.SimpleCollector;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;

/** Lucene: title and body in one field with positions, no stop words, no stored
 * text; author and date; merged to one segment.
 *
 *   Lucene index ARTICLES.tsv OUT
 *   Lucene search OUT QUERIES ROUNDS
 *
 * workload.py has the files. After as many rounds to get warm, search prints for
 * each query the least time in so many rounds of a search for the best ten, in
 * microseconds, and the number of matches. */
public class Lucene {
    static final Analyzer ANALYZER = new Analyzer() {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            Tokenizer source = new StandardTokenizer();
            TokenStream chain =
                new PorterStemFilter(new LowerCaseFilter(source));
            return new TokenStreamComponents(source, chain);
        }
    };

    static void index(String from, String to) throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(ANALYZER);
        config.setRAMBufferSizeMB(256);
        config.setUseCompoundFile(false);
        try (IndexWriter writer =
                 new IndexWriter(FSDirectory.open(Paths.get(to)), config);
             BufferedReader in = Files.newBufferedReader(
                 Paths.get(from), StandardCharsets.UTF_8)) {
            String line;
            while ((line = in.readLine()) != null) {
                String[] cells = line.split("\t", -1);
                Document doc = new Document();
                doc.add(new TextField("text", cells[0] + " " + cells[1],
                                      Field.Store.NO));
                doc.add(new StringField("author", cells[2], Field.Store.NO));
                doc.add(new SortedDocValuesField("author",
                                                 new BytesRef(cells[2])));
                doc.add(new LongPoint("date", Long.parseLong(cells[3])));
                doc.add(new NumericDocValuesField("date",
                                                  Long.parseLong(cells[3])));
                writer.addDocument(doc);
            }
            writer.forceMerge(1);
            writer.commit();
        }
    }

    static List<String> terms(String text) throws Exception {
        List<String> terms = new ArrayList<>();
        try (TokenStream words = ANALYZER.tokenStream("text", text)) {
            CharTermAttribute word = words.addAttribute(CharTermAttribute.class);
            words.reset();
            while (words.incrementToken())
                terms.add(word.toString());
        }
        return terms;
    }

    static Query parse(String[] q) throws Exception {
        List<String> terms = terms(q[1]);
        switch (q[0]) {
        case "prefix":
            return new PrefixQuery(new Term("text", q[1]));
        case "near":
            return new SpanNearQuery(
                terms.stream()
                    .map(t -> new SpanTermQuery(new Term("text", t)))
                    .toArray(SpanQuery[]::new),
                7, false);
        case "phrase":
        case "groups":
            return new PhraseQuery("text", terms.toArray(new String[0]));
        }
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (String term : terms)
            all.add(new TermQuery(new Term("text", term)),
                    q[0].equals("or") ? Occur.SHOULD : Occur.MUST);
        if (!q[2].isEmpty())
            all.add(new TermQuery(new Term("author", q[2])), Occur.FILTER);
        if (!q[3].equals("0"))
            all.add(LongPoint.newRangeQuery("date", Long.parseLong(q[3]),
                                            Long.parseLong(q[4])),
                    Occur.FILTER);
        return all.build();
    }

    /** Counts the authors of all matches; the commonest ten. */
    static class Counter extends SimpleCollector {
        int[] counts = new int[0];
        SortedDocValues values;

        @Override
        protected void doSetNextReader(LeafReaderContext context)
            throws java.io.IOException {
            values = DocValues.getSorted(context.reader(), "author");
            counts = new int[values.getValueCount()];
        }

        @Override
        public void collect(int doc) throws java.io.IOException {
            if (values.advanceExact(doc))
                counts[values.ordValue()]++;
        }

        @Override
        public ScoreMode scoreMode() {
            return ScoreMode.COMPLETE_NO_SCORES;
        }

        List<String> best() throws java.io.IOException {
            List<String> names = new ArrayList<>();
            int[] left = counts.clone();
            for (int i = 0; i < 10; i++) {
                int best = 0;
                for (int k = 1; k < left.length; k++)
                    if (left[k] > left[best])
                        best = k;
                if (left.length == 0 || left[best] == 0)
                    break;
                names.add(values.lookupOrd(best).utf8ToString());
                left[best] = 0;
            }
            return names;
        }
    }

    static void run(IndexSearcher searcher, String[] q) throws Exception {
        Query query = parse(q);
        if (q[0].equals("newest"))
            searcher.search(query, 10, new Sort(new SortField(
                                           "date", SortField.Type.LONG, true)));
        else
            searcher.search(query, 10);
        if (q[0].equals("facet")) {
            Counter counter = new Counter();
            searcher.search(query, counter);
            counter.best();
        }
    }

    public static void main(String[] args) throws Exception {
        if (args[0].equals("index")) {
            index(args[1], args[2]);
            return;
        }
        List<String[]> queries = new ArrayList<>();
        for (String line : Files.readAllLines(Paths.get(args[2])))
            queries.add(line.split("\t", -1));
        int rounds = Integer.parseInt(args[3]);
        long[] best = new long[queries.size()];
        try (DirectoryReader reader = DirectoryReader.open(
                 new MMapDirectory(Paths.get(args[1])))) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setQueryCache(null);
            for (int round = rounds > 1 ? -rounds : 0; round < rounds; round++)
                for (int i = 0; i < best.length; i++) {
                    long start = System.nanoTime();
                    run(searcher, queries.get(i));
                    long time = System.nanoTime() - start;
                    if (round == 0 || (round > 0 && time < best[i]))
                        best[i] = time;
                }
            for (int i = 0; i < best.length; i++)
                System.out.println(best[i] / 1000.0 + " " +
                                   searcher.count(parse(queries.get(i))));
        }
    }
}
