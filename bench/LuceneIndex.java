import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.en.PorterStemFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;

/** Indexes lines TITLE TAB BODY with Lucene: one thread, positions, no stored
 * text, no stop words, merged to one segment. LuceneIndex FILE.tsv OUT */
public class LuceneIndex {
    public static void main(String[] args) throws Exception {
        Analyzer analyzer = new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String field) {
                Tokenizer source = new StandardTokenizer();
                TokenStream chain =
                    new PorterStemFilter(new LowerCaseFilter(source));
                return new TokenStreamComponents(source, chain);
            }
        };
        IndexWriterConfig config = new IndexWriterConfig(analyzer);
        config.setRAMBufferSizeMB(256);
        config.setUseCompoundFile(false);
        try (IndexWriter writer =
                 new IndexWriter(FSDirectory.open(Paths.get(args[1])), config);
             BufferedReader in = Files.newBufferedReader(
                 Paths.get(args[0]), StandardCharsets.UTF_8)) {
            String line;
            while ((line = in.readLine()) != null) {
                int tab = line.indexOf('\t');
                Document doc = new Document();
                doc.add(new TextField("title", line.substring(0, tab),
                                      Field.Store.NO));
                doc.add(new TextField("body", line.substring(tab + 1),
                                      Field.Store.NO));
                writer.addDocument(doc);
            }
            writer.forceMerge(1);
            writer.commit();
        }
    }
}
