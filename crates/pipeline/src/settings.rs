//! What a run is asked to do. Checked before it gets here; nothing below checks again.

use std::path::{Path, PathBuf};

use model::{Card, EmbedderSettings, NliSettings};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use source::ReadSettings;
use themes::{
    CalibrationFile, CalibrationFileError, Codebook, CodebookError, LexiconError, LexiconScorer,
};

use crate::{Periods, Sides};

/// How far a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Goal {
    /// Words and subwords, with offsets.
    Tokens,
    /// Vectors of the sentences.
    Vectors,
    /// Themes of sentences, paragraphs, sections and documents.
    Themes,
    /// All that, and each article held against the others.
    Comparison,
}

/// A checked request.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The command that was given, for the record.
    pub command: &'static str,
    /// How far to go.
    pub goal: Goal,
    /// Files and folders of the articles that the run is about.
    pub articles: Vec<PathBuf>,
    /// Files and folders of the pieces that they are compared with.
    pub corpus: Vec<PathBuf>,
    /// The output folder.
    pub out: PathBuf,
    /// How files are read.
    pub read: ReadSettings,
    /// The model.
    pub model: ModelChoice,
    /// The themes, and what scores them.
    pub themes: ThemeSettings,
    /// Nearest sentences listed for each sentence.
    pub neighbours: usize,
    /// What articles are gathered by in time.
    pub by: Periods,
    /// How articles are compared.
    pub comparison: ComparisonSettings,
    /// Whether the run fails when a subword would not reach the model.
    pub strict: bool,
    /// The file of the vector cache; none is used without.
    pub cache: Option<PathBuf>,
    /// Whether the codebook is checked: which themes overlap, and which sentences are typical of a
    /// theme or doubtful.
    pub check: bool,
    /// Threads and model replicas. No result depends on it.
    pub threads: usize,
}

/// How articles are compared.
#[derive(Clone, Debug)]
pub struct ComparisonSettings {
    /// Whether the mean of all vectors is taken out before cosines are.
    pub center: bool,
    /// Whether novelty is judged against pieces of any date, not only earlier ones.
    pub any_date: bool,
    /// Share of the sentences called a paraphrase one by one that may be chance, above 0.
    pub paraphrase_q: f64,
    /// Other pieces listed for each article, the nearest; without, as many as make a million pairs.
    pub nearest_pieces: Option<usize>,
    /// How the nearest sentences are found.
    pub neighbour_search: NeighbourSearch,
    /// Seed of all that is drawn.
    pub seed: u64,
    /// How periods, and groups, are tested.
    pub drift: DriftSettings,
    /// Two groups, if such are to be compared.
    pub groups: Option<GroupSettings>,
}

/// How the nearest sentences are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeighbourSearch {
    /// Each sentence is held against all others.
    #[default]
    Exact,
    /// Through an index, which misses some; how many is measured.
    Approximate,
}

impl NeighbourSearch {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Exact, Self::Approximate];

    /// Its name in settings and records.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Approximate => "approximate",
        }
    }
}

/// How two groups of articles are compared.
#[derive(Clone, Debug)]
pub struct GroupSettings {
    /// Which articles are held against which.
    pub sides: Sides,
    /// Most frequent words that Delta looks at, at most.
    pub words: usize,
    /// Whether the vectors of whole documents are compared, and not those of sentences.
    pub documents: bool,
    /// Whether the relaxed word mover's distance is also found.
    pub rwmd: bool,
}

/// What is held against what by chance, and of what.
#[derive(Clone, Debug)]
pub struct DriftSettings {
    /// Permutations behind p, and of groups replicates behind intervals; 0 for none.
    pub permutations: usize,
    /// Words and word sequences whose contexts are compared, between periods and groups.
    pub terms: Vec<String>,
}

/// Themes, and what scores them.
#[derive(Clone, Debug)]
pub struct ThemeSettings {
    /// The themes.
    pub codebook: CodebookFile,
    /// What scores them, the leading one first; never empty.
    pub scorers: Vec<ScorerKind>,
    /// Whether the embedding scorer's prototypes are also adapted to the corpus.
    pub adapt: bool,
    /// The entailment model; there where a scorer needs it.
    pub nli: Option<NliChoice>,
    /// Themes of each sentence that a cascade has judged by entailment.
    pub cascade_top: usize,
    /// The dictionary; there where a scorer needs it.
    pub lexicon: Option<LexiconChoice>,
    /// How scores are also set right.
    pub corrections: Corrections,
}

/// How each scorer's scores are also set right; those as they are always stay beside.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    /// By the scores of texts that say nothing.
    pub null_prior: bool,
    /// So that themes win evenly over the corpus.
    pub prior_matching: bool,
    /// By what was learned from labels.
    pub calibration: Option<CalibrationChoice>,
}

impl Corrections {
    /// Whether there is one.
    pub fn any(&self) -> bool {
        self.null_prior || self.prior_matching || self.calibration.is_some()
    }
}

/// What scores themes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScorerKind {
    /// Cosines with prototypes and phrasings.
    Embedding,
    /// Entailment of a sentence about each theme.
    Nli,
    /// Entailment of sentences about the themes that embeddings put first.
    Cascade,
    /// Words of a dictionary.
    Lexicon,
}

impl ScorerKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Embedding, Self::Nli, Self::Cascade, Self::Lexicon];

    /// Its name in settings and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Embedding => "embedding",
            Self::Nli => "nli",
            Self::Cascade => "cascade",
            Self::Lexicon => "lexicon",
        }
    }

    /// Whether it asks for an entailment model.
    pub const fn needs_nli(self) -> bool {
        matches!(self, Self::Nli | Self::Cascade)
    }
}

/// An entailment model and how it is asked.
#[derive(Clone, Debug)]
pub struct NliChoice {
    /// The model's folder.
    pub folder: PathBuf,
    /// How it runs.
    pub settings: NliSettings,
    /// The sentence about a theme, with `{}` for its name.
    pub template: String,
    /// Whether each theme is scored for itself; else a text's scores sum to 1.
    pub multi_label: bool,
}

/// A dictionary and where it came from.
#[derive(Clone, Debug)]
pub struct LexiconChoice {
    /// Its patterns.
    pub scorer: LexiconScorer,
    /// Its file; none for the codebook's own patterns.
    pub file: Option<PathBuf>,
    /// SHA-256 of what it came from, in hex.
    pub sha256: String,
}

impl LexiconChoice {
    /// The patterns in a codebook.
    ///
    /// # Errors
    /// [`LexiconError`] when there are none.
    pub fn of_codebook(codebook: &CodebookFile) -> Result<Self, LexiconError> {
        Ok(Self {
            scorer: LexiconScorer::of_codebook(&codebook.codebook)?,
            file: None,
            sha256: codebook.sha256.clone(),
        })
    }

    /// The patterns in a dictionary's contents. `file` names it in errors.
    ///
    /// # Errors
    /// [`LexiconError`] naming the line or key that is wrong.
    pub fn parse(codebook: &Codebook, contents: &str, file: &Path) -> Result<Self, LexiconError> {
        let origin = file.display().to_string();
        Ok(Self {
            scorer: LexiconScorer::of_dictionary(codebook, contents, &origin)?,
            file: Some(file.to_owned()),
            sha256: hex::encode(Sha256::digest(contents)),
        })
    }
}

/// A calibration and where it came from.
#[derive(Clone, Debug)]
pub struct CalibrationChoice {
    /// What it says.
    pub calibration: CalibrationFile,
    /// Its file.
    pub file: PathBuf,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
}

impl CalibrationChoice {
    /// Makes a calibration of a file's contents. `file` names it in errors.
    ///
    /// # Errors
    /// [`CalibrationFileError`] when it is for another codebook or model, or can't be read.
    pub fn parse(
        contents: &str,
        file: &Path,
        codebook: &Codebook,
        model: &str,
    ) -> Result<Self, CalibrationFileError> {
        let origin = file.display().to_string();
        Ok(Self {
            calibration: CalibrationFile::parse(contents, &origin, codebook, model)?,
            file: file.to_owned(),
            sha256: hex::encode(Sha256::digest(contents)),
        })
    }
}

/// A model and how it runs.
#[derive(Clone, Debug)]
pub struct ModelChoice {
    /// Its card.
    pub card: Card,
    /// How it runs.
    pub settings: EmbedderSettings,
}

/// A codebook and the hash of the file it came from.
#[derive(Clone, Debug)]
pub struct CodebookFile {
    /// The codebook.
    pub codebook: Codebook,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
}

impl CodebookFile {
    /// Makes a codebook of a file's contents. `path` names it in errors.
    ///
    /// # Errors
    /// [`CodebookError`] naming the line or theme that is wrong.
    pub fn parse(contents: &str, path: &Path) -> Result<Self, CodebookError> {
        Ok(Self {
            codebook: Codebook::parse(contents, &path.display().to_string())?,
            sha256: hex::encode(Sha256::digest(contents)),
        })
    }
}
