//! What a run found, in short.

use std::path::{Path, PathBuf};

use source::{Problem, Severity};

use crate::listed::Listed;
use crate::pieces::Piece;

/// What to tell when a run is done.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Articles that the run was about.
    pub articles: usize,
    /// Other pieces that they were compared with.
    pub others: usize,
    /// Sections of all of them.
    pub sections: usize,
    /// Sentences of all of them.
    pub sentences: usize,
    /// Words of all of them.
    pub words: usize,
    /// Pieces left out because something is wrong with them.
    pub failed: usize,
    /// Pieces left out because they repeat another.
    pub skipped: usize,
    /// Blocks taken out of bodies by the cleaning rules.
    pub cleaned: usize,
    /// What became of sentences over the model's limit, where vectors were made.
    pub limit: Option<Limit>,
    /// The themes with the most sentences of the studied articles: name and share.
    pub themes: Vec<(String, f64)>,
    /// Sentences of each theme, where the codebook was checked.
    pub examples: Vec<ThemeExamples>,
    /// The two pieces nearest to each other, one of them studied.
    pub closest: Option<Closest>,
    /// Sentences of studied articles that stand word for word in another piece.
    pub repeated: Option<usize>,
    /// How much of the studied articles is new, where they were held against others.
    pub novelty: Option<NoveltyShares>,
    /// Measures of two groups, where such were compared.
    pub groups: Vec<GroupFigure>,
    /// Where the results are.
    pub out: PathBuf,
}

impl Outcome {
    /// What is known before anything is done with the texts.
    pub(crate) fn of_texts(pieces: &[Piece], problems: &[Problem], out: &Path) -> Self {
        Self::of_listed(&Listed::all(pieces), problems, out)
    }

    /// The same of texts that are no longer in memory.
    pub(crate) fn of_listed(pieces: &[Listed], problems: &[Problem], out: &Path) -> Self {
        let of_severity = |severity| problems.iter().filter(|p| p.severity == severity).count();
        let articles = pieces.iter().filter(|piece| piece.is_studied).count();
        let sum = |of: &dyn Fn(&Listed) -> usize| pieces.iter().map(of).sum();
        Self {
            articles,
            others: pieces.len() - articles,
            sections: sum(&|piece| piece.size.sections),
            sentences: sum(&|piece| piece.size.sentences),
            words: sum(&|piece| piece.size.words),
            failed: of_severity(Severity::Failed),
            skipped: of_severity(Severity::Skipped),
            cleaned: sum(&|piece| piece.size.removed),
            out: out.to_owned(),
            ..Self::default()
        }
    }
}

/// What became of sentences over the model's limit.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Sentences embedded whole, in windows.
    pub windowed: usize,
    /// Their windows.
    pub windows: usize,
    /// Sentences whose end was cut off.
    pub cut: usize,
    /// Subwords that were cut off.
    pub subwords_cut: usize,
}

/// How many sentences of the studied articles repeat, rephrase, or are new.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoveltyShares {
    /// Sentences that stand for the most part in another piece.
    pub verbatim: usize,
    /// Sentences that say what another piece says.
    pub paraphrase: usize,
    /// All others.
    pub novel: usize,
}

/// A measure of how different two groups are.
#[derive(Clone, Debug)]
pub struct GroupFigure {
    /// Its name in the table.
    pub measure: &'static str,
    /// The term whose contexts it is of; empty for all others.
    pub term: String,
    /// Its value.
    pub value: f64,
    /// That chance divides the articles so differently, where that was tested.
    pub p: Option<f64>,
}

/// A theme's sentences.
#[derive(Clone, Debug)]
pub struct ThemeExamples {
    /// The theme's name.
    pub theme: String,
    /// How many sentences are given it.
    pub won: usize,
    /// The most typical ones, the most typical first.
    pub typical: Vec<String>,
    /// The most doubtful ones and the theme that comes second, the most doubtful first.
    pub doubtful: Vec<(String, String)>,
}

/// A studied article and the piece nearest to it.
#[derive(Clone, Debug)]
pub struct Closest {
    /// The article.
    pub doc_id: String,
    /// The other piece.
    pub other_id: String,
    /// Cosine of the two.
    pub cosine: f32,
}
