//! `tifa formulations`: what was planted in the demonstration corpus, passages, periods, and mistakes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::util::{self, Dir, Ran, Row, count, number, record, rows};

#[track_caller]
fn formulations(dir: &Dir, args: &[&str]) -> Ran {
    let mut all = vec!["formulations"];
    all.extend(args);
    dir.tifa_with(&all, &util::root().join("models"))
}

fn corpus() -> String {
    util::root().join("corpus").to_string_lossy().into_owned()
}

/// What corpus/README.md says is planted: the family's name in the ledger, the wording, and the pieces by
/// the beginning of their names, one for each occurrence.
const PLANTED: [(&str, &str, &[&str]); 34] = [
    (
        "community",
        "community of common destiny",
        &["2013", "2015-11"],
    ),
    (
        "community",
        "community of common destiny for mankind",
        &["2016", "2017", "2018"],
    ),
    (
        "community",
        "community with a shared future for mankind",
        &["2018"],
    ),
    (
        "community",
        "community with a shared future for humanity",
        &["2020"],
    ),
    (
        "community",
        "human community with a shared future",
        &["2022"],
    ),
    ("community", "global community of health for all", &["2020"]),
    ("partnership", "strategic partnership", &["2012", "2018"]),
    (
        "partnership",
        "comprehensive strategic partnership",
        &["2013", "2018"],
    ),
    (
        "partnership",
        "comprehensive strategic cooperative partnership",
        &["2013"],
    ),
    (
        "partnership",
        "comprehensive and strategic partnership",
        &["2016"],
    ),
    (
        "partnership",
        "comprehensive strategic partnership of coordination",
        &["2017", "2018"],
    ),
    (
        "development",
        "Scientific Outlook on Development",
        &["2011", "2012", "2014"],
    ),
    (
        "development",
        "new development concept",
        &["2015-11", "2016"],
    ),
    (
        "development",
        "new development philosophy",
        &["2019", "2020", "2022"],
    ),
    (
        "ecology",
        "clear waters and green mountains are invaluable assets",
        &["2014"],
    ),
    (
        "ecology",
        "clear waters and green mountains are as valuable as mountains of gold and silver",
        &["2015-11"],
    ),
    (
        "ecology",
        "lucid waters and lush mountains are invaluable assets",
        &["2018", "2020", "2022"],
    ),
    (
        "moderate prosperity",
        "moderately prosperous society in an all-round way",
        &["2011", "2011", "2012"],
    ),
    (
        "moderate prosperity",
        "moderately prosperous society in all respects",
        &["2013", "2014", "2015-11", "2016", "2019", "2020", "2022"],
    ),
    ("market", "basic role of the market", &["2011", "2014"]),
    (
        "market",
        "decisive role of the market",
        &["2014", "2016", "2022"],
    ),
    (
        "Party governance",
        "strict Party governance",
        &["2015-03", "2015-03", "2019"],
    ),
    (
        "Party governance",
        "comprehensive and strict governance of the Party",
        &["2017"],
    ),
    (
        "Party governance",
        "full and rigorous Party self-governance",
        &["2019", "2019"],
    ),
    (
        "Party governance",
        "full and rigorous self-governance over the Party",
        &["2022"],
    ),
    ("rule of law", "rule of law", &["2015-03"]),
    (
        "rule of law",
        "comprehensively advance the rule of law",
        &["2015-03"],
    ),
    ("rule of law", "law-based governance", &["2019", "2020"]),
    (
        "rule of law",
        "law-based governance of the country",
        &["2015-03"],
    ),
    (
        "rejuvenation",
        "great renewal of the Chinese nation",
        &["2012"],
    ),
    (
        "rejuvenation",
        "great rejuvenation of the Chinese nation",
        &["2017"],
    ),
    ("rejuvenation", "national rejuvenation", &["2019", "2022"]),
    ("rejuvenation", "rejuvenation of the Chinese nation", &[]),
    ("moderate prosperity", "moderately prosperous society", &[]),
];

/// Each hit stands in its sentence, in those very bytes. Returns how many there are.
#[track_caller]
fn assert_hits_cut_their_text(out: &Path) -> usize {
    let sources = util::sources(out, out.parent().expect("a folder"));
    let sentences: BTreeMap<(String, String), Row> = rows(&out.join("sentences.csv"))
        .into_iter()
        .map(|row| ((row["doc_id"].clone(), row["sentence"].clone()), row))
        .collect();
    let hits = rows(&out.join("formulation_hits.csv"));
    let mut taken: BTreeSet<(String, usize)> = BTreeSet::new();
    for row in &hits {
        let (start, end) = (count(row, "start"), count(row, "end"));
        let cut = &sources[&row["doc_id"]][start..end];
        assert_eq!(String::from_utf8_lossy(cut), row["text"]);
        let sentence = &sentences[&(row["doc_id"].clone(), row["sentence"].clone())];
        assert!(
            count(sentence, "start") <= start && end <= count(sentence, "end"),
            "{row:?}"
        );
        for byte in start..end {
            assert!(
                taken.insert((row["doc_id"].clone(), byte)),
                "two hits share a word: {row:?}"
            );
        }
    }
    hits.len()
}

#[test]
fn all_that_was_planted_is_found_where_it_was_and_nowhere_else() {
    let dir = Dir::new();
    formulations(&dir, &[&corpus(), "--out", "out"])
        .exits(0)
        .prints(&[
            "12 articles;",
            "moderate prosperity",
            "in too few articles to tell",
            "results: out",
        ]);
    let out = dir.join("out");
    assert!(assert_hits_cut_their_text(&out) > 50);
    let hits = rows(&out.join("formulation_hits.csv"));
    let table = rows(&out.join("formulations.csv"));
    let families: BTreeSet<&str> = PLANTED.iter().map(|(family, ..)| *family).collect();
    for &(family, variant, pieces) in &PLANTED {
        let mut found: Vec<&str> = hits
            .iter()
            .filter(|row| row["family"] == family && row["variant"] == variant)
            .map(|row| row["doc_id"].as_str())
            .collect();
        found.sort_unstable();
        assert_eq!(found.len(), pieces.len(), "{family}: {variant}: {found:?}");
        for (id, piece) in found.iter().zip(pieces) {
            assert!(id.starts_with(piece), "{family}: {variant}: {found:?}");
        }
        let row = table
            .iter()
            .find(|row| row["family"] == family && row["variant"] == variant)
            .unwrap_or_else(|| panic!("no row of {variant}"));
        let articles: BTreeSet<&str> = found.iter().copied().collect();
        assert_eq!(
            (count(row, "hits"), count(row, "articles")),
            (found.len(), articles.len())
        );
        let date = |piece: Option<&&str>| piece.map_or(String::new(), |id| id[..10].to_owned());
        assert_eq!(row["first_seen"], date(articles.first()));
        assert_eq!(row["last_seen"], date(articles.last()));
        assert!((number(row, "article_share") - articles.len() as f64 / 12.0).abs() < 1e-6);
        assert!(number(row, "share_low") <= number(row, "article_share"));
        assert!(number(row, "article_share") <= number(row, "share_high"));
    }
    // Of the planted families there is nothing else.
    for row in hits
        .iter()
        .filter(|row| families.contains(row["family"].as_str()))
    {
        let planted = PLANTED.iter().any(|(family, variant, pieces)| {
            row["family"] == *family
                && row["variant"] == *variant
                && pieces.iter().any(|p| row["doc_id"].starts_with(p))
        });
        assert!(planted, "{row:?}");
    }
    // The ledger lacks none of them.
    assert_eq!(rows(&out.join("formulation_near.csv")).len(), 0);
    let community = table
        .iter()
        .find(|row| row["family"] == "community" && row["variant"].is_empty());
    assert_eq!(
        community.map(|row| (&*row["hits"], &*row["articles"])),
        Some(("9", "7"))
    );
    let lattice = rows(&out.join("lattice.csv"));
    let of_market: BTreeSet<(&str, &str)> = lattice
        .iter()
        .filter(|row| row["family"] == "market")
        .map(|row| (row["word"].as_str(), row["count"].as_str()))
        .collect();
    assert_eq!(
        of_market,
        [
            ("decisive", "3"),
            ("basic", "2"),
            ("role", "5"),
            ("of", "5"),
            ("the", "5"),
            ("market", "5")
        ]
        .into()
    );
    let drawn = fs_err::read_to_string(out.join("lattice.txt")).expect("lattices");
    assert!(
        drawn.contains("decisive 3  role 5  of 5  the 5  market 5\nbasic 2\n"),
        "{drawn}"
    );
}

/// The wordings of each planted family that two pieces have.
#[test]
fn mining_finds_the_planted_families_without_a_ledger() {
    let dir = Dir::new();
    dir.file("empty.toml", "");
    let line = [
        &corpus(),
        "--mine",
        "--ledger",
        "empty.toml",
        "--min-count",
        "2",
        "--min-docs",
        "2",
        "--out",
        "out",
    ];
    formulations(&dir, &line)
        .exits(0)
        .prints(&["0 formulations of the ledger"]);
    let out = dir.join("out");
    assert!(assert_hits_cut_their_text(&out) > 50);
    let table = rows(&out.join("formulations.csv"));
    let mined: Vec<String> = table
        .iter()
        .map(|row| row["variant"].to_lowercase())
        .collect();
    for (family, core) in [
        ("community", "community of common destiny"),
        ("partnership", "strategic partnership"),
        ("development", "scientific outlook on development"),
        ("development", "new development philosophy"),
        ("development", "new development concept"),
        (
            "ecology",
            "lucid waters and lush mountains are invaluable assets",
        ),
        (
            "moderate prosperity",
            "moderately prosperous society in all respects",
        ),
        ("market", "role of the market"),
        ("Party governance", "party governance"),
        ("rule of law", "law-based governance"),
        ("rejuvenation", "national rejuvenation"),
    ] {
        assert!(
            mined.iter().any(|text| text.contains(core)),
            "{family}: no '{core}' in {mined:?}"
        );
    }
    // The 109 words that stand in three pieces are a passage.
    assert!(
        !mined.iter().any(|text| text.contains("work is tested")),
        "{mined:?}"
    );
    let development: BTreeSet<&str> = table
        .iter()
        .filter(|row| row["family"].to_lowercase().starts_with("new development"))
        .map(|row| row["relation"].as_str())
        .collect();
    assert!(
        development.contains("philosophy→concept"),
        "{development:?}"
    );
    for row in table.iter().filter(|row| !row["variant"].is_empty()) {
        assert_eq!(row["origin"], "mined");
        assert!(
            number(row, "z") >= 3.29 && number(row, "fixedness") <= 1.0,
            "{row:?}"
        );
        assert!(
            count(row, "hits") >= 2 && count(row, "articles") >= 2,
            "{row:?}"
        );
    }
}

#[test]
fn mined_wordings_join_the_ledgers_families() {
    let dir = Dir::new();
    dir.file(
        "l.toml",
        "[[formulation]]\nphrase = 'Strategic Partnership'\n",
    );
    for number in 1..=4 {
        dir.file(
            &format!("2019-0{number}-01-a.txt"),
            format!("Report {number} of the year was short this time. {} It is number {number} of many others.", [
                "A mutually beneficial strategic partnership was signed in the north.",
                "Towns of the south look for mutually beneficial strategic partnerships.",
                "Is a mutually beneficial strategic partnership what they want?",
                "Mutually beneficial strategic partnerships are rare.",
            ][number - 1]),
        );
    }
    let line = [
        ".",
        "--ledger",
        "l.toml",
        "--mine",
        "--min-count",
        "3",
        "--out",
        "out",
    ];
    formulations(&dir, &line).exits(0);
    let table = rows(&dir.join("out/formulations.csv"));
    let row = |variant: &str| {
        table
            .iter()
            .find(|row| row["variant"] == variant)
            .expect("a row")
    };
    let longer = row("mutually beneficial strategic partnership");
    assert_eq!(
        (&*longer["family"], &*longer["relation"]),
        ("Strategic Partnership", "+mutually beneficial")
    );
    assert_eq!((&*longer["hits"], &*longer["origin"]), ("4", "mined"));
    assert_eq!(
        (
            &*row("Strategic Partnership")["hits"],
            &*row("Strategic Partnership")["origin"]
        ),
        ("0", "ledger")
    );
}

/// Ten years of an outlet in which one wording gives way to another.
fn press() -> String {
    let mut lines = vec!["id,date,text".to_owned()];
    for year in 2010..2020 {
        let wording = if year < 2015 {
            "peaceful rise"
        } else {
            "peaceful development"
        };
        for (id, month) in [("a", 2), ("b", 8)] {
            let text = format!(
                "Paper {id} of {year} says that the {wording} of the country goes on. Readers of {year} heard it in month {month}."
            );
            lines.push(format!("{year}{id},{year}-0{month}-10,{text}"));
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn periods_and_changes_are_told() {
    let dir = Dir::new();
    dir.file("press.csv", press());
    dir.file(
        "l.toml",
        "[[formulation]]\nphrase = 'peaceful development'\nvariants = ['peaceful rise']\n",
    );
    let line = ["press.csv", "--ledger", "l.toml", "--out", "out"];
    formulations(&dir, &line)
        .exits(0)
        .prints(&["replaced: \"peaceful development\" after \"peaceful rise\", since 2015"]);
    let out = dir.join("out");
    let changes = rows(&out.join("formulation_changes.csv"));
    let [change] = &changes[..] else {
        panic!("{changes:?}")
    };
    assert_eq!(
        (&*change["since"], &*change["verdict"]),
        ("2015", "replaced")
    );
    let counts = ["old_before", "new_before", "old_after", "new_after", "both"]
        .map(|column| count(change, column));
    assert_eq!(counts, [10, 0, 0, 10, 0]);
    assert_eq!(
        (&*change["old_last_seen"], &*change["new_first_seen"]),
        ("2014-08-10", "2015-02-10")
    );
    // 2/C(20, 10) = 0.0000108
    assert_eq!(change["fisher_p"], "0.000011");
    assert!(number(change, "p") <= 0.002);
    assert_eq!(
        rows(&out.join("bursts.csv")).len(),
        0,
        "half of the articles are no burst"
    );
    let periods = rows(&out.join("formulation_periods.csv"));
    let of = |variant: &str, period: &str| {
        let row = periods
            .iter()
            .find(|row| row["variant"] == variant && row["period"] == period);
        let row = row.unwrap_or_else(|| panic!("{variant} in {period}"));
        (
            count(row, "articles"),
            count(row, "of_articles"),
            row["leads"].clone(),
            row["tier"].clone(),
        )
    };
    assert_eq!(
        of("peaceful rise", "2014"),
        (2, 2, "alone".into(), "boiling".into())
    );
    assert_eq!(
        of("peaceful rise", "2015"),
        (0, 2, String::new(), String::new())
    );
    assert_eq!(of("", "2015"), (2, 2, String::new(), "boiling".into()));
    let line = [
        "press.csv",
        "--ledger",
        "l.toml",
        "--by",
        "quarter",
        "--where",
        "year>=2018",
        "--out",
        "out",
    ];
    formulations(&dir, &line).exits(0);
    let found = record(&out);
    assert_eq!(
        found["found"]["periods"],
        serde_json::json!(["2018-Q1", "2018-Q3", "2019-Q1", "2019-Q3"])
    );
    assert_eq!(found["settings"]["where"], "year>=2018");
    assert_eq!(rows(&out.join("documents.csv")).len(), 4);
}

/// A ledger that lacks two of the five wordings of partnerships: those that differ by a word inside are
/// shown with their passages.
#[test]
fn wordings_that_the_ledger_lacks_are_shown_as_near_ones() {
    let dir = Dir::new();
    dir.file(
        "l.toml",
        "[[formulation]]\nname = 'p'\nphrase = 'strategic partnership'\nvariants = ['comprehensive strategic partnership']\n\
         [[formulation]]\nname = 'm'\nphrase = 'decisive role of the market'\n",
    );
    formulations(&dir, &[&corpus(), "--ledger", "l.toml", "--out", "out"])
        .exits(0)
        .prints(&["2 passages nearly one"]);
    let out = dir.join("out");
    let sources = util::sources(&out, dir.path());
    let near = rows(&out.join("formulation_near.csv"));
    let told: Vec<(&str, &str, &str)> = near
        .iter()
        .map(|row| (&row["doc_id"][..4], &*row["text"], &*row["relation"]))
        .collect();
    assert_eq!(
        told,
        [
            (
                "2013",
                "comprehensive strategic cooperative partnership",
                "+cooperative"
            ),
            ("2016", "comprehensive and strategic partnership", "+and"),
        ]
    );
    for row in &near {
        let cut = &sources[&row["doc_id"]][count(row, "start")..count(row, "end")];
        assert_eq!(String::from_utf8_lossy(cut), row["text"]);
    }
}

#[test]
fn what_is_in_fashion_for_two_years_is_a_burst() {
    let dir = Dir::new();
    let mut lines = vec!["id,date,text".to_owned()];
    for (year, id) in (2010..2022).flat_map(|year| [(year, "a"), (year, "b")]) {
        let word = if (2013..2015).contains(&year) {
            "paper tigers"
        } else {
            "real cats"
        };
        lines.push(format!("{year}{id},{year}-05-01,Nobody in {year} was afraid of {word} as paper {id} said that year."));
    }
    dir.file("press.csv", lines.join("\n"))
        .file("l.toml", "[[formulation]]\nphrase = 'paper tiger'\n");
    formulations(&dir, &["press.csv", "--ledger", "l.toml", "--out", "out"]).exits(0);
    let bursts = rows(&dir.join("out/bursts.csv"));
    let of: Vec<(&str, &str, &str)> = bursts
        .iter()
        .map(|row| {
            (
                &*row["variant"],
                &*row["first_period"],
                &*row["last_period"],
            )
        })
        .collect();
    assert_eq!(of, [("", "2013", "2014"), ("paper tiger", "2013", "2014")]);
    // p = 4/24: 4 ln 2
    assert_eq!(
        (&*bursts[0]["weight"], &*bursts[0]["whole_share"]),
        ("2.772589", "0.166667")
    );
    assert_eq!(
        (&*bursts[0]["articles"], &*bursts[0]["of_articles"]),
        ("4", "4")
    );
}

#[test]
fn lower_tiers_come_from_the_settings() {
    let dir = Dir::new();
    dir.file("press.csv", press());
    dir.file(
        "l.toml",
        "[[formulation]]\nphrase = 'readers of 2010'\nvariants = ['month 2']\n",
    );
    let tier = |settings: &str| {
        dir.file("tifa.toml", settings);
        formulations(&dir, &["press.csv", "--out", "out"]).exits(0);
        let table = rows(&dir.join("out/formulations.csv"));
        table
            .iter()
            .map(|row| row["tier"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        tier("ledger = 'l.toml'\n"),
        ["boiling", "boiling", "boiling"]
    );
    let settings = "ledger = 'l.toml'\n[tiers]\nboiling = 0.6\nscalding = 0.4\nhot = 0.2\n";
    assert_eq!(tier(settings), ["scalding", "", "scalding"]);
    dir.file("tifa.toml", "[tiers]\nlukewarm = 0.1\n");
    formulations(&dir, &["press.csv"])
        .exits(2)
        .tells(&["[tiers]", "there is no tier 'lukewarm'"]);
}

#[test]
fn one_thread_and_two_give_the_same_bytes() {
    let dir = Dir::new();
    let tables = ["1", "2"].map(|threads| {
        let line = [
            &corpus(),
            "--mine",
            "--min-count",
            "2",
            "--min-docs",
            "2",
            "--threads",
            threads,
            "--out",
            threads,
        ];
        formulations(&dir, &line).exits(0);
        [
            "formulations",
            "formulation_hits",
            "formulation_near",
            "formulation_periods",
            "formulation_changes",
            "bursts",
            "lattice",
        ]
        .map(|name| fs_err::read(dir.join(threads).join(format!("{name}.csv"))).expect("a table"))
    });
    assert_eq!(tables[0], tables[1]);
    formulations(&dir, &[&corpus(), "--out", "alone.csv", "--quiet"]).exits(0);
    assert_eq!(
        util::header(&dir.join("alone.csv"))[..9],
        [
            "family",
            "variant",
            "hits",
            "articles",
            "article_share",
            "share_low",
            "share_high",
            "first_seen",
            "last_seen"
        ]
    );
}

#[test]
fn mistakes_are_told_with_what_to_do() {
    let dir = Dir::new();
    dir.file("press.csv", press())
        .file("empty.toml", "# none\n")
        .file(
            "twice.toml",
            "[[formulation]]\nphrase = 'a b'\n[[formulation]]\nphrase = 'A-B'\n",
        );
    for (args, told) in [
        (
            &["press.csv", "--ledger", "empty.toml"][..],
            &["empty.toml lists no formulation", "--mine"][..],
        ),
        (
            &["press.csv", "--ledger", "twice.toml"],
            &[
                "ledger twice.toml, line 4: 'A-B' stands in line 2 too",
                "take one out",
            ],
        ),
        (
            &["press.csv", "--ledger", "nowhere.toml"],
            &["nowhere.toml", "--ledger"],
        ),
        (
            &["press.csv", "--where", "year>2050"],
            &["none of the 20 articles is known to fulfil 'year>2050'"],
        ),
        (
            &["press.csv", "--where", "yaer>2050"],
            &["no article has a field 'yaer'"],
        ),
        (
            &["press.csv", "--by", "week"],
            &["decade, year, quarter, issue"],
        ),
    ] {
        let args = [args, &["--out", "out"]].concat();
        formulations(&dir, &args).exits(2).tells(told);
        assert!(!dir.join("out").exists(), "{args:?}");
    }
}
