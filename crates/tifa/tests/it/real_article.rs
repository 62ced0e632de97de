//! The article of the journal. It is not part of the project; these tests read it where it lies
//! beside the checkout.

#![expect(clippy::print_stderr, reason = "a skipped test must say so")]

use std::path::PathBuf;

use crate::util::{self, Dir, Row, rows};

/// The article's file; `None`, and a word of it, where it isn't on this machine.
fn article() -> Option<PathBuf> {
    const ARTICLE: &str = "../shared/corpus/2013-11-07-new-chapter-china-russia.txt";
    let path = util::root().join(ARTICLE);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there", path.display());
    None
}

/// The article's results; `None` where it isn't on this machine.
fn results(command: &str) -> Option<Dir> {
    let path = article()?;
    let dir = Dir::new();
    dir.file("book.toml", util::CODEBOOK);
    dir.tifa(&format!("{command} {} --out out", path.display()))
        .exits(0);
    Some(dir)
}

fn only(dir: &Dir, file: &str) -> Row {
    let mut rows = rows(&dir.join("out").join(file));
    assert_eq!(rows.len(), 1, "{file}");
    rows.remove(0)
}

#[test]
fn its_metadata_is_what_the_page_says() {
    let Some(dir) = results("tokenize") else {
        return;
    };
    let document = only(&dir, "documents.csv");
    assert_eq!(
        document["title"],
        "A New Chapter in China-Russia Strategic Partnership"
    );
    assert!(
        document["published"].starts_with("2013-11-07T16:28"),
        "{document:?}"
    );
    assert!(
        document["original_edition"].contains("Chinese edition, No.8, 2013"),
        "{document:?}"
    );
    assert_eq!(document["original_issue"], "No.8, 2013");
    assert!(
        document["author"].starts_with("Director of the Research Center for Chinese Borderland"),
        "{document:?}"
    );
    assert_eq!(document["source"], "English Edition of Qiushi Journal");
}

#[test]
fn it_has_a_lead_and_four_numbered_sections() {
    let Some(dir) = results("tokenize") else {
        return;
    };
    let sections = rows(&dir.join("out/sections.csv"));
    let of = |column: &str| {
        sections
            .iter()
            .map(|row| row[column].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("section"), ["0", "1", "2", "3", "4"]);
    assert_eq!(of("number"), ["", "I", "II", "III", "IV"]);
    assert_eq!(
        of("title"),
        [
            "",
            "A new era in China-Russia relations",
            "Strengthening pragmatic cooperation is an important strategic task for China and Russia",
            "Sharing the historic responsibility of safeguarding peace and stability",
            "Amity between peoples holds the key to sound relations between states",
        ]
    );
    assert!(
        sections.iter().all(|row| row["sentences"] != "0"),
        "{sections:?}"
    );
}

#[test]
fn its_caption_stands_outside_the_body() {
    let Some(dir) = results("tokenize") else {
        return;
    };
    let cleaning = rows(&dir.join("out/cleaning.csv"));
    let captions: Vec<_> = cleaning
        .iter()
        .filter(|row| row["rule"] == "caption")
        .collect();
    assert_eq!(captions.len(), 1);
    let beginning = "Performers take to the stage";
    assert!(captions[0]["text"].starts_with(beginning));
    for row in rows(&dir.join("out/sentences.csv")) {
        assert!(!row["text"].contains(beginning));
        assert!(!captions[0]["text"].contains(&row["text"]), "{row:?}");
    }
    assert_eq!(only(&dir, "documents.csv")["captions"], "1");
}

#[test]
fn its_sentences_hold_no_furniture_and_stand_at_their_offsets() {
    let Some(dir) = results("tokenize") else {
        return;
    };
    util::assert_no_furniture(&dir.join("out"));
    util::assert_offsets_cut_the_text(&dir.join("out"), dir.path());
    assert_eq!(only(&dir, "documents.csv")["offset_base"], "file");
}

#[cfg(feature = "torch")]
#[test]
fn it_goes_the_whole_way_against_the_corpus() {
    let corpus = util::root().join("corpus");
    let command = format!(
        "run --corpus {} --codebook book.toml --neighbours 2",
        corpus.display()
    );
    let Some(dir) = results(&command) else { return };
    let documents = rows(&dir.join("out/documents.csv"));
    let studied: Vec<_> = documents
        .iter()
        .filter(|row| row["role"] == "article")
        .collect();
    assert_eq!((studied.len(), documents.len()), (1, 13));
    let sentences = util::count(studied[0], "sentences");
    let neighbours = rows(&dir.join("out/neighbours.csv"));
    assert_eq!(neighbours.len(), 2 * sentences);
    assert!(
        neighbours
            .iter()
            .all(|row| row["doc_id"] == studied[0]["doc_id"])
    );
}

/// What each section is about, beside the two themes of diplomacy that the whole article is about.
#[test]
fn its_sections_are_about_what_a_reader_finds_in_them() {
    let Some(dir) = results("themes --codebook qiushi") else {
        return;
    };
    let themes = rows(&dir.join("out/themes.csv"));
    let whole: Vec<&str> = themes
        .iter()
        .filter(|row| row["unit"] == "document" && ["1", "2"].contains(&row["rank"].as_str()))
        .map(|row| row["theme"].as_str())
        .collect();
    assert!(
        whole.contains(&"diplomacy-major-countries")
            && whole.contains(&"neighbours-developing-countries"),
        "{whole:?}"
    );
    for (section, theme) in [
        ("2", "energy-resources"),
        ("3", "global-governance"),
        ("4", "people-to-people"),
    ] {
        let best = themes
            .iter()
            .filter(|row| row["unit"] == "section" && row["unit_id"] == section)
            .filter(|row| !whole.contains(&row["theme"].as_str()))
            .min_by_key(|row| util::count(row, "rank"))
            .expect("themes of the section");
        assert_eq!(best["theme"], theme, "section {section}");
    }
}

/// Beside the demonstration corpus, with a copy retyped on a keyboard and published later.
#[test]
fn a_retyped_copy_of_it_repeats_it_and_every_text_stands_at_its_offsets() {
    let Some(path) = article() else {
        return;
    };
    let text = fs_err::read_to_string(&path).expect("readable");
    let dir = Dir::new();
    let retyped = text
        .replace(['“', '”'], "\"")
        .replace(['‘', '’'], "'")
        .replace('—', " - ")
        .replace("2013-11-07", "2016-11-07");
    dir.file("in/article.txt", &text)
        .file("in/retyped.txt", retyped)
        .file("book.toml", util::CODEBOOK);
    let corpus = util::root().join("corpus");
    let line = format!(
        "run in --corpus {} --codebook book.toml --out out",
        corpus.display()
    );
    dir.tifa(&line).exits(0);
    let out = dir.join("out");
    assert!(util::assert_spans_cut_their_texts(&out, dir.path()) > 2000);
    let novelty = rows(&out.join("novelty.csv"));
    let of = |id: &'static str| novelty.iter().filter(move |row| row["doc_id"] == id);
    assert_eq!(of("article").count(), of("retyped").count());
    for row in of("retyped") {
        assert_eq!(row["class"], "verbatim", "{row:?}");
        assert_eq!(row["source_doc_id"], "article", "{row:?}");
    }
    assert_eq!(
        util::assert_what_is_repeated_stands_on_both_sides(&out, dir.path()),
        of("retyped").count()
    );
}

/// Against the demonstration corpus every passage reported stands in both texts; against a text that quotes the
/// article, the quotation is found whole.
#[test]
fn its_passages_stand_in_both_texts() {
    let Some(path) = article() else {
        return;
    };
    let text = fs_err::read_to_string(&path).expect("readable");
    let dir = Dir::new();
    let paragraph = text
        .lines()
        .filter(|line| line.contains('.') && !line.contains(['“', '"', '|']))
        .max_by_key(|line| line.split_whitespace().count())
        .expect("a paragraph");
    dir.file(
        "2020-01-01-quote.txt",
        format!("We have read it again.\n\nThe journal wrote long ago: “{paragraph}” Much has changed since then.\n"),
    );
    let corpus = util::root().join("corpus");
    let (path, corpus) = (path.to_string_lossy(), corpus.to_string_lossy());
    let line = [
        "reuse",
        &path,
        "--corpus",
        &corpus,
        "2020-01-01-quote.txt",
        "--out",
        "out",
    ];
    dir.tifa_with(&line, &util::root().join("models")).exits(0);
    crate::reuse::assert_passages_stand_in_both_texts(&dir.join("out"), dir.path());
    let rows = rows(&dir.join("out/reuse.csv"));
    let quote = rows
        .iter()
        .find(|row| row["doc_id"] == "2020-01-01-quote")
        .expect("the quotation");
    assert_eq!(
        (&*quote["quoted"], &*quote["identity"]),
        ("document", "1.000000")
    );
    let words = |text: &str| text::words::words(text, text::Span::new(0, text.len())).count();
    assert_eq!(util::count(quote, "words"), words(paragraph));
}
