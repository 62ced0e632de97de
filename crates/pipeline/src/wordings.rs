//! Which formulations articles use, in which wordings, how widely and when.

mod tables;

use std::path::{Path, PathBuf};
use std::time::Instant;

use formulations::{
    Change, ChangeOptions, Family, FamilyUsage, Folded, Hit, Ledger, LedgerError, MiningOptions,
    Near, Share, Tiers, Timeline, Verdict,
};
use lexis::Corpus;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::lexical::{self, Output, Read, Results};
use crate::pieces::Piece;
use crate::run::on_threads;
use crate::{Condition, Event, Outcome, Periods, PipelineError, TextSettings, repeats};

/// A ledger and where it came from.
#[derive(Clone, Debug)]
pub struct LedgerFile {
    /// The ledger.
    pub ledger: Ledger,
    /// Its file.
    pub file: PathBuf,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
}

impl LedgerFile {
    /// Makes a ledger of a file's contents. `file` names it in errors.
    ///
    /// # Errors
    /// [`LedgerError`] naming the line that is wrong.
    pub fn parse(contents: &str, file: &Path) -> Result<Self, LedgerError> {
        Ok(Self {
            ledger: Ledger::parse(contents, &file.display().to_string())?,
            file: file.to_owned(),
            sha256: hex::encode(Sha256::digest(contents)),
        })
    }
}

/// A checked request for formulations.
#[derive(Clone, Debug)]
pub struct FormulationSettings {
    /// Texts and results.
    pub texts: TextSettings,
    /// Which articles are counted; all without it.
    pub condition: Option<Condition>,
    /// Formulations to look for.
    pub ledger: LedgerFile,
    /// How others are found; not at all without it.
    pub mining: Option<MiningOptions>,
    /// What articles are gathered by.
    pub by: Periods,
    /// Cut points of the tiers.
    pub tiers: Tiers,
    /// How the p of changes is found.
    pub changes: ChangeOptions,
    /// How many formulations and changes are told.
    pub told: usize,
}

/// What was found, in short.
#[derive(Clone, Debug, Default)]
pub struct FormulationOutcome {
    /// What was read.
    pub texts: Outcome,
    /// Formulations of the ledger.
    pub listed: usize,
    /// Those of them that occur.
    pub found: usize,
    /// Formulations that were mined.
    pub mined: usize,
    /// Occurrences of all.
    pub hits: usize,
    /// Passages that are nearly a wording of the ledger.
    pub near: usize,
    /// Those in the most articles.
    pub families: Vec<FamilyInShort>,
    /// Changes that are shown, those of the ledger's formulations first, the surest first.
    pub changes: Vec<ChangeInShort>,
    /// Pairs of wordings that were compared, and those of them with too few articles.
    pub compared: (usize, usize),
}

/// A formulation in short.
#[derive(Clone, Debug)]
pub struct FamilyInShort {
    /// Its name.
    pub name: String,
    /// Its article share.
    pub share: Share,
    /// Occurrences.
    pub hits: usize,
    /// Wordings that occur.
    pub wordings: usize,
    /// Dates of the first and the last article.
    pub seen: (String, String),
}

/// A change in short.
#[derive(Clone, Debug)]
pub struct ChangeInShort {
    /// The wording seen first.
    pub old: String,
    /// The other.
    pub new: String,
    /// The first period after the cut.
    pub since: String,
    /// What is to be said.
    pub verdict: Verdict,
    /// Corrected p.
    pub p: f64,
}

/// All that is known of the formulations of some articles.
struct Found {
    corpus: Corpus,
    families: Vec<Family>,
    hits: Vec<Hit>,
    near: Vec<Near>,
    usage: Vec<FamilyUsage>,
    timeline: Timeline,
    changes: Vec<Change>,
}

/// Finds formulations in articles, those of a ledger and, where asked, others, and writes how widely and
/// when each wording is used.
///
/// # Errors
/// Only where nothing can be looked for: inputs that don't exist, a condition that makes no sense or
/// leaves nothing, an empty ledger without mining, results that can't be written.
pub fn formulations(
    settings: &FormulationSettings,
    observe: &mut (dyn FnMut(Event<'_>) + Send),
) -> Result<FormulationOutcome, PipelineError> {
    on_threads(settings.texts.threads, || follow(settings, observe))
}

fn follow(
    settings: &FormulationSettings,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<FormulationOutcome, PipelineError> {
    if settings.mining.is_none() && settings.ledger.ledger.formulations.is_empty() {
        return Err(PipelineError::NothingToLookFor {
            ledger: settings.ledger.file.display().to_string(),
        });
    }
    let start = Instant::now();
    let wanted = &settings.texts;
    let output = Output::create(&wanted.out)?;
    let mut clock = Clock::default();
    let mut texts = lexical::read(wanted, &mut clock, observe)?;
    if let Some(condition) = &settings.condition {
        keep(&mut texts.pieces, condition, observe)?;
    }
    let found = find(&texts.pieces, settings, &mut clock, observe)?;
    clock.time("write formulations", "formulations", observe, |_| {
        tables::formulations(&output, &texts.pieces, &found, &settings.tiers)?;
        Ok::<_, PipelineError>(((), found.families.len()))
    })?;
    let outcome = in_short(&found, &texts.pieces, &texts.problems, settings);
    match output {
        Output::Table(file) => file.commit::<report::tables::FormulationRow<'_>>()?,
        Output::Folder(folder) => {
            clock.time("write passages", "hits", observe, |_| {
                tables::hits(&folder, &texts.pieces, &found)?;
                tables::near(&folder, &texts.pieces, &found)?;
                tables::periods(&folder, &found, &settings.tiers)?;
                tables::changes(&folder, &found)?;
                tables::bursts(&folder, &found)?;
                tables::lattices(&folder, &found)?;
                Ok::<_, PipelineError>(((), found.hits.len()))
            })?;
            let results = Results {
                wanted,
                texts: Read::Whole(&texts),
                clock,
                start,
                settings: describe(settings),
                found: told(&found, &outcome),
            };
            results.commit(folder, observe)?;
        }
    }
    Ok(outcome)
}

/// Leaves out what does not fulfil the condition.
fn keep(
    pieces: &mut Vec<Piece>,
    condition: &Condition,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<(), PipelineError> {
    condition.check_fields(pieces.iter().map(|piece| &piece.metadata))?;
    let (articles, mut unknown) = (pieces.len(), 0);
    pieces.retain(|piece| {
        let holds = condition.holds(&piece.article.doc_id, &piece.metadata);
        unknown += usize::from(holds.is_none());
        holds == Some(true)
    });
    if unknown > 0 {
        observe(Event::Note(&format!(
            "of {unknown} articles it is not known whether '{condition}' holds; they are left out"
        )));
    }
    if pieces.is_empty() {
        return Err(PipelineError::NoneFulfils {
            articles,
            condition: condition.to_string(),
        });
    }
    Ok(())
}

fn find(
    pieces: &[Piece],
    settings: &FormulationSettings,
    clock: &mut Clock,
    observe: &mut dyn FnMut(Event<'_>),
) -> Result<Found, PipelineError> {
    let corpus = clock.time("fold words", "words", observe, |_| {
        let corpus = lexical::corpus_cut(pieces, &Folded)?;
        let words = corpus.words();
        Ok::<_, PipelineError>((corpus, words))
    })?;
    let mut mined = Vec::new();
    if let Some(options) = &settings.mining {
        mined = clock.time("mine", "formulations", observe, |_| {
            let texts: Vec<&str> = pieces.iter().map(|p| p.article.text.as_str()).collect();
            let mined = formulations::mine(&corpus, &texts, options);
            let number = mined.len();
            Ok::<_, PipelineError>((mined, number))
        })?;
    }
    let ledger = &settings.ledger.ledger;
    let (families, hits) = clock.time("find formulations", "hits", observe, |_| {
        let options = settings.mining.clone().unwrap_or_default();
        let (families, hits) = formulations::find(&corpus, ledger, mined, &options);
        let number = hits.len();
        Ok::<_, PipelineError>(((families, hits), number))
    })?;
    let near = clock.time("find near wordings", "passages", observe, |_| {
        let near = formulations::near(&corpus, &families, &hits);
        let number = near.len();
        Ok::<_, PipelineError>((near, number))
    })?;
    let timeline = (settings.by).observed(pieces, repeats::groups(pieces), observe);
    let usage = formulations::usage(&families, &hits);
    let changes = clock.time("changes", "pairs of wordings", observe, |_| {
        let changes = formulations::changes(&usage, &timeline, settings.changes);
        let number = changes.len();
        Ok::<_, PipelineError>((changes, number))
    })?;
    Ok(Found {
        corpus,
        families,
        hits,
        near,
        usage,
        timeline,
        changes,
    })
}

fn describe(settings: &FormulationSettings) -> Value {
    let mining = settings.mining.as_ref();
    json!({
        "where": settings.condition.as_ref().map(ToString::to_string),
        "ledger": settings.ledger.file.to_string_lossy(),
        "ledger_sha256": settings.ledger.sha256,
        "mine": mining.map(|mining| json!({
            "shortest": mining.sizes.start(),
            "longest": mining.sizes.end(),
            "min_count": mining.min_count,
            "min_docs": mining.min_documents,
            "min_z": mining.min_z,
            "min_fixedness": mining.min_fixedness,
        })),
        "by": settings.by.name(),
        "tiers": settings.tiers.cuts().map(|(name, cut)| (name.to_owned(), json!(cut))).collect::<serde_json::Map<_, _>>(),
        "permutations": settings.changes.permutations,
        "seed": settings.changes.seed,
    })
}

fn told(found: &Found, outcome: &FormulationOutcome) -> Value {
    let (compared, too_few) = outcome.compared;
    json!({
        "listed": outcome.listed,
        "found": outcome.found,
        "mined": outcome.mined,
        "hits": outcome.hits,
        "near": outcome.near,
        "periods": found.timeline.names,
        "articles_without_period": found.timeline.periods.iter().filter(|p| p.is_none()).count(),
        "compared": compared,
        "too_few_to_tell": too_few,
    })
}

fn in_short(
    found: &Found,
    pieces: &[Piece],
    problems: &[source::Problem],
    settings: &FormulationSettings,
) -> FormulationOutcome {
    let date = |document: usize| found.timeline.dates[document].clone().unwrap_or_default();
    let mut families: Vec<FamilyInShort> = found
        .families
        .iter()
        .zip(&found.usage)
        .filter_map(|(family, usage)| {
            let (first, last) = usage.whole.seen(&found.timeline)?;
            Some(FamilyInShort {
                name: family.name.clone(),
                share: usage.whole.share(&found.timeline)?,
                hits: usage.whole.hits,
                wordings: usage.variants.iter().filter(|usage| usage.hits > 0).count(),
                seen: (date(first), date(last)),
            })
        })
        .collect();
    families.sort_by(|a, b| {
        (b.share.articles, b.hits)
            .cmp(&(a.share.articles, a.hits))
            .then_with(|| a.name.cmp(&b.name))
    });
    families.truncate(settings.told);
    // The ledger's families stand before those that were mined.
    let (of_ledger, of_mined): (Vec<&Change>, Vec<&Change>) = found
        .changes
        .iter()
        .partition(|change| found.families[change.family].is_of_ledger());
    let mut changes: Vec<ChangeInShort> = [of_ledger, of_mined]
        .into_iter()
        .flat_map(|mut changes| {
            changes.sort_by(|a, b| a.p.unwrap_or(1.0).total_cmp(&b.p.unwrap_or(1.0)));
            changes
        })
        .filter(|change| !matches!(change.verdict, Verdict::NotShown | Verdict::TooFew))
        .filter_map(|change| {
            let text =
                |variant: usize| found.families[change.family].variants[variant].text.clone();
            Some(ChangeInShort {
                old: text(change.old),
                new: text(change.new),
                since: found.timeline.names[change.since?].clone(),
                verdict: change.verdict,
                p: change.p?,
            })
        })
        .collect();
    changes.truncate(settings.told);
    let is_used = |usage: &FamilyUsage| usage.whole.hits > 0;
    let listed = settings.ledger.ledger.formulations.len();
    let too_few = found
        .changes
        .iter()
        .filter(|change| change.verdict == Verdict::TooFew);
    FormulationOutcome {
        texts: Outcome::of_texts(pieces, problems, &settings.texts.out),
        listed,
        found: found.usage[..listed]
            .iter()
            .filter(|usage| is_used(usage))
            .count(),
        mined: found.usage[listed..]
            .iter()
            .filter(|usage| is_used(usage))
            .count(),
        hits: found.hits.len(),
        near: found.near.len(),
        families,
        changes,
        compared: (found.changes.len(), too_few.count()),
    }
}
