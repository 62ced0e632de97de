//! From what was typed, and what `tifa.toml` says, to checked settings.

use std::collections::{BTreeMap, HashSet};
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use formulations::Tiers;
use model::{Backend, Card, Device, EmbedderSettings, NliSettings, Precision};
use pipeline::{
    CalibrationChoice, CodebookFile, ComparisonSettings, Corrections, Counting, DriftSettings,
    Goal, LedgerFile, LexiconChoice, ModelChoice, NeighbourSearch, NliChoice, Periods, ScorerKind,
    Settings, TextSettings, ThemeSettings,
};
use serde::Deserialize;
use source::ReadSettings;
use themes::Codebook;

use crate::args::{
    CommonOptions, CountingOptions, DriftOptions, FormulationOptions, ModelOptions, Options,
    ReadOptions, TextOptions, ThemeOptions,
};

const DEFAULT_MODEL: &str = "all-MiniLM-L6-v2";
const DEFAULT_CODEBOOK: &str = "qiushi";
const DEFAULT_LEDGER: &str = "qiushi";
const DEFAULT_TEMPLATE: &str = "This text is about {}.";
const DEFAULT_CASCADE_TOP: usize = 5;
const DEFAULT_SEED: u64 = 1;
const DEFAULT_PERMUTATIONS: usize = 2000;
const DEFAULT_PARAPHRASE_Q: f64 = 0.01;
const DEFAULT_NEIGHBOURS: usize = 5;
const DEFAULT_MAX_ARTICLE_MB: u32 = 16;

/// `tifa.toml`: the same settings as on the command line, which wins. Paths are relative to the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    out: Option<PathBuf>,
    corpus: Option<Vec<PathBuf>>,
    model: Option<String>,
    models: Option<PathBuf>,
    codebook: Option<PathBuf>,
    scorer: Option<Vec<ScorerKind>>,
    lexicon: Option<PathBuf>,
    cascade_top: Option<NonZeroUsize>,
    adapt: Option<bool>,
    seed: Option<u64>,
    null_prior: Option<bool>,
    prior_matching: Option<bool>,
    calibration: Option<PathBuf>,
    nli_model: Option<PathBuf>,
    nli_precision: Option<Precision>,
    template: Option<String>,
    multi_label: Option<bool>,
    neighbours: Option<usize>,
    nearest_pieces: Option<NonZeroUsize>,
    neighbour_search: Option<NeighbourSearch>,
    center: Option<bool>,
    any_date: Option<bool>,
    paraphrase_q: Option<f64>,
    threads: Option<NonZeroUsize>,
    token_budget: Option<NonZeroUsize>,
    encoding: Option<String>,
    backend: Option<Backend>,
    precision: Option<Precision>,
    device: Option<Device>,
    prompt: Option<String>,
    windows: Option<bool>,
    strict: Option<bool>,
    cache: Option<Cache>,
    any_language: Option<bool>,
    max_article_mb: Option<NonZeroU32>,
    by: Option<Periods>,
    text_column: Option<String>,
    id_column: Option<String>,
    ledger: Option<PathBuf>,
    tiers: Option<BTreeMap<String, f64>>,
}

/// The cache's file, or whether there is one.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Cache {
    Used(bool),
    At(PathBuf),
}

impl File {
    fn read(named: Option<&Path>) -> Result<Self> {
        let path = named.unwrap_or(Path::new("tifa.toml"));
        if named.is_none() && !path.is_file() {
            return Ok(Self::default());
        }
        let written = fs_err::read_to_string(path)?;
        let mut file: Self = toml::from_str(&written)
            .with_context(|| format!("the settings file {} is not valid", path.display()))?;
        let home = path.parent().unwrap_or(Path::new("")).to_owned();
        let paths = [
            &mut file.out,
            &mut file.models,
            &mut file.nli_model,
            &mut file.lexicon,
            &mut file.calibration,
        ];
        for path in paths.into_iter().flatten() {
            *path = home.join(&path);
        }
        for path in file.corpus.iter_mut().flatten() {
            *path = home.join(&path);
        }
        // So does a model's name; a folder is told by its separator, as everywhere.
        if let Some(model) = file
            .model
            .as_mut()
            .filter(|m| m.contains(std::path::is_separator))
        {
            *model = home.join(&model).to_string_lossy().into_owned();
        }
        if let Some(Cache::At(path)) = &mut file.cache {
            *path = home.join(&path);
        }
        // A bare name means one of the project's own codebooks or ledgers.
        for path in [&mut file.codebook, &mut file.ledger].into_iter().flatten() {
            if !is_name(path) {
                *path = home.join(&path);
            }
        }
        Ok(file)
    }
}

/// Checks everything that can be checked before work is done.
pub(crate) fn settings(
    goal: Goal,
    command: &'static str,
    articles: Vec<PathBuf>,
    corpus: Vec<PathBuf>,
    options: &Options,
) -> Result<Settings> {
    let file = File::read(options.model.common.config.as_deref())?;
    let models = models(&options.model, &file)?;
    let card = card(&models, &options.model, &file)?;
    let any_language = options.any_language || file.any_language.unwrap_or(false);
    let mut embedding = embedding(&options.model, &file);
    embedding.windows = !options.no_windows && file.windows.unwrap_or(true);
    if goal > Goal::Tokens {
        embedding.prompt = prompt(&card, &options.model, &file)?;
    }
    let themes = themes(&options.themes, &models, (&card.name, &embedding), &file)?;
    Ok(Settings {
        command,
        goal,
        articles,
        read: read(&options.read, language(goal, any_language, &card), &file)?,
        themes,
        neighbours: options
            .neighbours
            .or(file.neighbours)
            .unwrap_or(DEFAULT_NEIGHBOURS),
        by: options.by.or(file.by).unwrap_or_default(),
        comparison: ComparisonSettings {
            center: options.center || file.center.unwrap_or(false),
            any_date: options.any_date || file.any_date.unwrap_or(false),
            paraphrase_q: paraphrase_q(options.paraphrase_q, file.paraphrase_q)?,
            nearest_pieces: options
                .nearest_pieces
                .or(file.nearest_pieces)
                .map(NonZeroUsize::get),
            neighbour_search: options
                .neighbour_search
                .or(file.neighbour_search)
                .unwrap_or_default(),
            seed: options.themes.seed.or(file.seed).unwrap_or(DEFAULT_SEED),
            drift: DriftSettings {
                permutations: DEFAULT_PERMUTATIONS,
                terms: Vec::new(),
            },
            groups: None,
        },
        check: false,
        strict: options.strict || file.strict.unwrap_or(false),
        cache: if options.no_cache || goal == Goal::Tokens {
            None
        } else {
            cache(options.cache.clone(), file.cache)
        },
        threads: embedding.replicas,
        model: ModelChoice {
            card,
            settings: embedding,
        },
        corpus: if corpus.is_empty() {
            file.corpus.unwrap_or_default()
        } else {
            corpus
        },
        out: options
            .out
            .clone()
            .or(file.out)
            .unwrap_or_else(|| Path::new("results").join(command)),
    })
}

/// The share of chance among paraphrases: as typed, which is checked, or of the file.
fn paraphrase_q(typed: Option<f64>, of_file: Option<f64>) -> Result<f64> {
    let share = typed.or(of_file).unwrap_or(DEFAULT_PARAPHRASE_Q);
    ensure!(
        share > 0.0 && share <= 1.0,
        "paraphrase_q of the settings file is {share}; it is a share above 0, and 1 at most"
    );
    Ok(share)
}

/// How periods and groups are tested.
pub(crate) fn drift(options: DriftOptions) -> DriftSettings {
    let mut seen = HashSet::new();
    let mut terms = options.term;
    terms.retain(|term| seen.insert(term.to_lowercase()));
    DriftSettings {
        permutations: options.permutations,
        terms,
    }
}

/// Texts for a command that counts words.
pub(crate) fn texts(
    command: &'static str,
    articles: Vec<PathBuf>,
    corpus: Vec<PathBuf>,
    counting: &CountingOptions,
    options: &TextOptions,
) -> Result<TextSettings> {
    let file = File::read(options.common.config.as_deref())?;
    Ok(TextSettings {
        command,
        articles,
        corpus,
        read: read(&options.read, None, &file)?,
        counting: counted(counting, &file)?,
        threads: threads(&options.common, &file),
        out: options
            .out
            .clone()
            .or(file.out)
            .unwrap_or_else(|| Path::new("results").join(command)),
    })
}

fn counted(options: &CountingOptions, file: &File) -> Result<Counting> {
    if let Some(named) = &options.subwords {
        let models = models_folder(options.models.as_deref().or(file.models.as_deref()))?;
        return Ok(Counting::Subwords(Box::new(model::find(&models, named)?)));
    }
    Ok(match options.stem {
        Some((language, stemming)) => Counting::Stems { language, stemming },
        None if options.join_hyphens => Counting::JoinedWords,
        None => Counting::Words,
    })
}

/// What to compare with: as typed, else as the settings file says.
pub(crate) fn corpus(typed: Vec<PathBuf>, options: &TextOptions) -> Result<Vec<PathBuf>> {
    if !typed.is_empty() {
        return Ok(typed);
    }
    let file = File::read(options.common.config.as_deref())?;
    Ok(file.corpus.unwrap_or_default())
}

/// The seed of whatever is drawn.
pub(crate) fn seed(typed: Option<u64>, options: &TextOptions) -> Result<u64> {
    let file = File::read(options.common.config.as_deref())?;
    Ok(typed.or(file.seed).unwrap_or(DEFAULT_SEED))
}

/// What articles are gathered by in time.
pub(crate) fn by(typed: Option<Periods>, options: &TextOptions) -> Result<Periods> {
    let file = File::read(options.common.config.as_deref())?;
    Ok(typed.or(file.by).unwrap_or_default())
}

/// The ledger of formulations, and the cut points of the tiers.
pub(crate) fn ledger_and_tiers(
    chosen: &FormulationOptions,
    options: &TextOptions,
) -> Result<(LedgerFile, Tiers)> {
    let file = File::read(options.common.config.as_deref())?;
    let models = models_folder(chosen.models.as_deref().or(file.models.as_deref()))?;
    let wanted = chosen.ledger.as_deref().or(file.ledger.as_deref());
    let path = own_file(
        &models,
        "formulations",
        wanted.unwrap_or(Path::new(DEFAULT_LEDGER)),
    );
    let contents = fs_err::read_to_string(&path)
        .context("can't read the ledger of formulations; name one with --ledger")?;
    let given = file.tiers.iter().flatten();
    let tiers = Tiers::with(given.map(|(name, cut)| (name.as_str(), *cut)))
        .context("[tiers] of the settings file")?;
    Ok((LedgerFile::parse(&contents, &path)?, tiers))
}

fn read(options: &ReadOptions, language: Option<String>, file: &File) -> Result<ReadSettings> {
    Ok(ReadSettings {
        encoding: encoding(options.encoding.as_deref().or(file.encoding.as_deref()))?,
        max_article_bytes: u64::from(
            options
                .max_article_mb
                .or(file.max_article_mb)
                .map_or(DEFAULT_MAX_ARTICLE_MB, NonZeroU32::get),
        ) << 20,
        text_column: options
            .text_column
            .clone()
            .or_else(|| file.text_column.clone()),
        id_column: options.id_column.clone().or_else(|| file.id_column.clone()),
        language,
        ..ReadSettings::default()
    })
}

fn threads(options: &CommonOptions, file: &File) -> usize {
    options.threads.or(file.threads).map_or_else(
        || std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
        NonZeroUsize::get,
    )
}

/// A model alone, and how it runs.
pub(crate) fn model(options: &ModelOptions) -> Result<(Card, EmbedderSettings)> {
    let file = File::read(options.common.config.as_deref())?;
    let models = models(options, &file)?;
    model_of(options, &models, &file)
}

/// A model and themes, without a run.
pub(crate) fn model_and_themes(
    options: &ModelOptions,
    theme_options: &ThemeOptions,
) -> Result<(Card, EmbedderSettings, ThemeSettings)> {
    let file = File::read(options.common.config.as_deref())?;
    let models = models(options, &file)?;
    let (card, settings) = model_of(options, &models, &file)?;
    let themes = themes(theme_options, &models, (&card.name, &settings), &file)?;
    Ok((card, settings, themes))
}

fn model_of(
    options: &ModelOptions,
    models: &Path,
    file: &File,
) -> Result<(Card, EmbedderSettings)> {
    let card = card(models, options, file)?;
    let settings = EmbedderSettings {
        prompt: prompt(&card, options, file)?,
        windows: file.windows.unwrap_or(true),
        ..embedding(options, file)
    };
    Ok((card, settings))
}

fn themes(
    options: &ThemeOptions,
    models: &Path,
    (model, embedding): (&str, &EmbedderSettings),
    file: &File,
) -> Result<ThemeSettings> {
    let codebook = options.codebook.as_deref().or(file.codebook.as_deref());
    let mut scorers = if options.scorer.is_empty() {
        file.scorer.clone().unwrap_or_default()
    } else {
        options.scorer.clone()
    };
    if scorers.is_empty() {
        scorers.push(ScorerKind::Embedding);
    }
    if let Some(twice) = (1..scorers.len()).find(|&at| scorers[..at].contains(&scorers[at])) {
        bail!("the scorer '{}' is named twice", scorers[twice].name());
    }
    let folder = options.nli_model.clone().or_else(|| file.nli_model.clone());
    let nli = match (scorers.iter().find(|kind| kind.needs_nli()), folder) {
        (None, _) => None,
        (Some(kind), None) => bail!(
            "the scorer '{}' needs an entailment model: name its folder with --nli-model (docs/themes.md says which ones suit)",
            kind.name()
        ),
        (Some(_), Some(folder)) => Some(NliChoice {
            folder,
            settings: NliSettings {
                replicas: embedding.replicas,
                token_budget: embedding.token_budget,
                precision: options
                    .nli_precision
                    .or(file.nli_precision)
                    .unwrap_or_default(),
            },
            template: options
                .template
                .clone()
                .or_else(|| file.template.clone())
                .unwrap_or_else(|| DEFAULT_TEMPLATE.to_owned()),
            multi_label: options.multi_label || file.multi_label.unwrap_or(false),
        }),
    };
    let codebook = codebook_file(models, codebook.unwrap_or(Path::new(DEFAULT_CODEBOOK)))?;
    let lexicon = (scorers.contains(&ScorerKind::Lexicon))
        .then(|| {
            lexicon(
                options.lexicon.as_deref().or(file.lexicon.as_deref()),
                &codebook,
            )
        })
        .transpose()?;
    let calibration = options
        .calibration
        .as_deref()
        .or(file.calibration.as_deref());
    let corrections = Corrections {
        null_prior: options.null_prior || file.null_prior.unwrap_or(false),
        prior_matching: options.prior_matching || file.prior_matching.unwrap_or(false),
        calibration: calibration
            .map(|path| self::calibration(path, &codebook.codebook, model))
            .transpose()?,
    };
    Ok(ThemeSettings {
        codebook,
        lexicon,
        corrections,
        cascade_top: options
            .cascade_top
            .or(file.cascade_top)
            .map_or(DEFAULT_CASCADE_TOP, NonZeroUsize::get),
        scorers,
        adapt: options.adapt || file.adapt.unwrap_or(false),
        nli,
    })
}

fn models(options: &ModelOptions, file: &File) -> Result<PathBuf> {
    models_folder(options.models.as_deref().or(file.models.as_deref()))
}

fn card(models: &Path, options: &ModelOptions, file: &File) -> Result<Card> {
    let named = options.model.as_deref().or(file.model.as_deref());
    Ok(model::find(models, named.unwrap_or(DEFAULT_MODEL))?)
}

fn prompt(card: &Card, options: &ModelOptions, file: &File) -> Result<Option<String>> {
    Ok(card.prompt(options.prompt.as_deref().or(file.prompt.as_deref()))?)
}

/// A replica a thread, and no prompt yet.
fn embedding(options: &ModelOptions, file: &File) -> EmbedderSettings {
    let defaults = EmbedderSettings::default();
    EmbedderSettings {
        replicas: threads(&options.common, file),
        token_budget: options
            .token_budget
            .or(file.token_budget)
            .map_or(defaults.token_budget, NonZeroUsize::get),
        backend: options.backend.or(file.backend).unwrap_or_default(),
        precision: options.precision.or(file.precision).unwrap_or_default(),
        device: options.device.or(file.device).unwrap_or_default(),
        ..defaults
    }
}

/// The cache's file; none where it isn't wanted, or the system tells no place for it.
fn cache(typed: Option<PathBuf>, written: Option<Cache>) -> Option<PathBuf> {
    match (typed, written) {
        (Some(path), _) | (None, Some(Cache::At(path))) => Some(path),
        (None, Some(Cache::Used(false))) => None,
        (None, _) => cache::default_path().ok(),
    }
}

/// Which language articles must be in: the model's, where its vectors are wanted.
fn language(goal: Goal, any_language: bool, card: &Card) -> Option<String> {
    card.language
        .clone()
        .filter(|_| goal > Goal::Tokens && !any_language)
}

fn encoding(label: Option<&str>) -> Result<Option<&'static encoding_rs::Encoding>> {
    let Some(label) = label else { return Ok(None) };
    let Some(found) = encoding_rs::Encoding::for_label(label.as_bytes()) else {
        bail!(
            "no encoding is named '{label}'; known are for example utf-8, utf-16le, gb18030, big5, windows-1252"
        );
    };
    Ok(Some(found))
}

/// The folder of the model cards: as named, or here, or beside the program.
pub(crate) fn models_folder(named: Option<&Path>) -> Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let here = PathBuf::from("models");
    if here.is_dir() {
        return Ok(here);
    }
    let program = std::env::current_exe().context("can't tell where the program lies")?;
    let beside = program
        .ancestors()
        .skip(1)
        .map(|dir| dir.join("models"))
        .find(|dir| dir.is_dir());
    Ok(beside.unwrap_or(here))
}

fn is_name(path: &Path) -> bool {
    path.components().count() == 1 && path.extension().is_none()
}

fn calibration(path: &Path, codebook: &Codebook, model: &str) -> Result<CalibrationChoice> {
    let contents = fs_err::read_to_string(path)
        .context("can't read the calibration that --calibration names")?;
    Ok(CalibrationChoice::parse(&contents, path, codebook, model)?)
}

fn lexicon(named: Option<&Path>, codebook: &CodebookFile) -> Result<LexiconChoice> {
    let Some(path) = named else {
        return Ok(LexiconChoice::of_codebook(codebook)?);
    };
    let contents =
        fs_err::read_to_string(path).context("can't read the dictionary that --lexicon names")?;
    Ok(LexiconChoice::parse(&codebook.codebook, &contents, path)?)
}

/// A file as named, or, for a bare name, one of the project's own in a folder of the models'.
fn own_file(models: &Path, folder: &str, wanted: &Path) -> PathBuf {
    if is_name(wanted) && !wanted.is_file() {
        models.join(folder).join(wanted).with_extension("toml")
    } else {
        wanted.to_owned()
    }
}

fn codebook_file(models: &Path, wanted: &Path) -> Result<CodebookFile> {
    let path = own_file(models, "codebooks", wanted);
    let contents = fs_err::read_to_string(&path)
        .context("can't read the codebook; name one with --codebook")?;
    Ok(CodebookFile::parse(&contents, &path)?)
}
