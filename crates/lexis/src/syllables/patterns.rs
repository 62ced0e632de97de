//! Spellings that have a syllable more or less than their vowels show.
//!
//! Found by `scripts/peers/syllables`, which holds the rules against the CMU Pronouncing Dictionary and
//! takes, again and again, the spelling that mends most words. `^` is a word's start, `$` its end.

/// Each occurrence is one syllable more.
#[rustfmt::skip]
pub(super) const MORE: [&str; 128] = [
    "^alien", "^anyo", "^area", "^cemen", "^chao", "^coe", "^entir", "^evac", "^heroi", "^io",
    "^mc", "^reaf", "^reali", "^reen", "^rein", "^reun", "^rui", "^sia", "acquire", "acre", "aic$",
    "aue", "befo", "beho", "bio", "bre$", "bya", "chile", "cipie", "coali", "coinc", "coord",
    "creat", "dea$", "deas$", "dien", "dio", "dl$", "dre$", "dred$", "dua", "eact", "eadj", "eass",
    "eea", "eely$", "eex", "eing$", "eitera", "enui", "eo", "erien", "esire", "eue", "eum$", "fio",
    "forei", "forest", "giant", "hea$", "ia", "iello", "ienn", "ier$", "iest$", "iet", "ii$", "io$",
    "iu", "leman$", "lement", "linea", "liot", "loui", "luat", "luen", "lye", "mio", "mpire", "mye",
    "nean", "niou", "nnui", "nspired", "nte$", "nua", "oa$", "oers$", "oever", "oing", "olel",
    "opea", "orev", "orien", "oue", "ouisi", "pio", "reapp", "rearr", "reaut", "reem", "reest",
    "reimb", "riers$", "rio", "rthele", "rua", "rya", "scien", "sexu", "sias", "sm$", "sms", "suan",
    "theat", "tialit", "tirem", "tke$", "tre$", "tua", "tuen", "tui", "ucle", "uies", "uing", "uou",
    "vio", "ying$",
];

/// Each occurrence is one syllable fewer.
#[rustfmt::skip]
pub(super) const FEWER: [&str; 83] = [
    "^wholes", "acema", "alian", "arriage", "aying$", "bio$", "brilli", "busine", "califo", "cia$",
    "cial", "cian", "cordial", "despr", "dio$", "eful", "eho", "ekeep", "eless", "elines", "ely$",
    "eman$", "ement", "eness", "eout", "eov", "ereig", "erew", "eryt", "estone", "etim", "eway",
    "ewise", "ewort", "eyin", "fegu", "fety", "fore", "geniu", "geon", "georg", "geou", "gia",
    "gicall", "giu", "gue$", "gues$", "hereo", "homela", "homest", "hteo", "jeo", "liam", "liar",
    "lifes", "liho", "lle$", "mew", "mically", "mpov", "ninet", "nscienc", "omeb", "omeo",
    "ontier$", "oyin", "peop", "reby", "rginia", "rio$", "ryw", "sia", "someth", "spokes",
    "sticall", "tesm", "tia$", "tial", "tian", "tiativ", "velan", "vilia", "vior",
];
