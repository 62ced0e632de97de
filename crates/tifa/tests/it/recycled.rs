//! One speech as it comes back: with another header and foot, retyped with other quotes and dashes, shortened,
//! respelled, on a web page; and what is no more than a formula.

use std::sync::LazyLock;

use crate::util::{self, Dir, Row, count, rows};

/// The paragraphs of a speech.
const SPEECH: [&str; 6] = [
    "Friends, the program that we adopt today is the labor of three winters. It wasn’t written in an office. It was written in kitchens, in barns and on the ferry—wherever someone would sit down and tell us what the valley lacks.",
    "The valley lacks a bridge. For as long as anyone remembers, the ferryman has been our only neighbor on the other bank, and when the river is high even he can’t cross. Last spring a child waited nine hours for the doctor. We won’t let that happen again!",
    "“A bridge is built from both ends,” the mason told us, and he was right. One end is ours: the stone, the timber and forty thousand hours of unpaid work. The other end belongs to the county, whose well-known caution we honor, and whose share of the cost we will collect.",
    "Some say that the bridge will favor the lower villages. That is true only if the upper road stays as it is. Therefore the road comes first, then the bridge, and the center of the valley will be the place where both of them meet.",
    "What do we promise? We promise to publish every account, every month, at the door of the school. We promise that whoever works on the bridge eats at the common table. And we promise that no toll will be taken from anybody, not in the first year and not in the hundredth.",
    "The river has divided us long enough. Let it drive our mills, water our gardens and carry our rafts, but let it never again decide who sees a doctor and who does not. Thank you.",
];

fn body(change: impl Fn(&str) -> String) -> String {
    SPEECH.map(change).join("\n\n")
}

/// As a keyboard has it.
fn straight(text: &str) -> String {
    text.replace(['“', '”'], "\"")
        .replace('’', "'")
        .replace('—', " - ")
}

/// As it is spelled elsewhere, with other hyphens.
fn respelled(text: &str) -> String {
    [
        ("program ", "programme "),
        ("labor", "labour"),
        ("neighbor", "neighbour"),
        ("honor", "honour"),
        ("favor", "favour"),
        ("center", "centre"),
        ("well-known", "well\u{2010}known"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Every second sentence, the first of each paragraph among them.
fn shortened(text: &str) -> String {
    let ends = [". ", "! ", "? "];
    let mut kept = String::new();
    let (mut rest, mut number) = (text, 0);
    while !rest.is_empty() {
        let end = ends.iter().filter_map(|end| rest.find(end)).min();
        let (sentence, behind) = rest.split_at(end.map_or(rest.len(), |end| end + 2));
        if number % 2 == 0 {
            kept.push_str(sentence);
        }
        (rest, number) = (behind, number + 1);
    }
    kept
}

/// An article of another matter, which ends as speeches do.
fn other(number: usize) -> String {
    let crop = ["Barley", "Millet", "Buckwheat", "Sorghum"][number];
    format!(
        "Notes on {crop}\n\nFrom: English Edition of Qiushi Journal Updated: 2010-0{}-05 09:00\ntext size: T | T\n\n{crop} was sown on {number}2 hectares of the northern terraces before the rain. The seed came from three stations, each of which had tested it on another soil, and the yield was weighed by people who hadn't sown it. Prices fell in autumn all the same.\n\nA grower of {crop} keeps a fifth for seed, sells three fifths and eats what is left, which in a dry year is little. Insurance would help, but the premium is higher than the harvest of a poor field. Thank you.\n",
        number + 1
    )
}

static RUN: LazyLock<Dir> = LazyLock::new(|| {
    let dir = Dir::new();
    let plain = |text: &str| text.to_owned();
    let page = |paragraph: &&str| format!("<p>{paragraph}</p>");
    dir.file("in/a-speech.txt", format!(
        "A Bridge for the Valley\n\nFrom: English Edition of Qiushi Journal Updated: 2012-05-03 09:10\ntext size: T | T\n\n{}\n\n(Originally appeared in Qiushi Journal, Chinese edition, No.3, 2012)\n\nAuthor: Head of a river office\n", body(plain)))
    .file("in/b-retyped.txt", format!(
        "Home > Politics\nA Bridge for the Valley\nBy: River OfficeFrom:English Edition of QiuShi Journal October-December 2014|Vol.6,No.4,Issue No.21 | Updated: 2014-Dec-21 17:37\ntext size: T | T\n{}\n(Originally published in Qiushi Journal, Chinese edition, No. 5, 2014)\nEditor: a desk\nPrint | Close", body(straight)))
    .file("in/c-shortened.txt", format!(
        "From a Speech on Bridges\n\nFrom: English Edition of Qiushi Journal Updated: 2015-02-01 10:00\n\n{}\n", body(shortened)))
    .file("in/d-respelled.txt", format!(
        "A Bridge for the Valley\n\nFrom: English Edition of Qiushi Journal Updated: 2016-02-01 10:00\n\n{}\n", body(respelled)))
    .file("in/e-page.html", format!(
        "<html><head><title>A Bridge for the Valley - Journal</title></head><body><div><a href=\"/\">Home</a> | <a href=\"/p\">Politics</a></div><div id=\"content\"><h1>A Bridge for the Valley</h1><p>From: English Edition of Qiushi Journal Updated: 2017-08-09 12:00</p>{}<p>(Originally published in Qiushi Journal, Chinese edition, No. 5, 2017)</p></div><div>About us | Contact us | Copyright by Qiushi Journal, All rights reserved</div></body></html>", SPEECH.iter().map(page).collect::<String>()))
    .file("in/f-spoken.txt", format!(
        "A Bridge for the Valley\n\nFrom: English Edition of Qiushi Journal Updated: 2018-02-01 10:00\n\n{}\n", body(|text| text.replace("again!", "again! (Prolonged applause.)").replace("again.", "again. [Applause]"))));
    for number in 0..4 {
        dir.file(&format!("in/o-{number}.txt"), other(number));
    }
    dir.file("book.toml", util::CODEBOOK);
    dir.tifa("run in --codebook book.toml --out out").exits(0);
    dir
});

fn table(name: &str) -> Vec<Row> {
    rows(&RUN.join("out").join(name))
}

fn novelty(doc_id: &str) -> Vec<Row> {
    let mut rows = table("novelty.csv");
    rows.retain(|row| row["doc_id"] == doc_id);
    rows
}

#[test]
fn every_copy_of_the_speech_is_repeated_word_for_word() {
    let whole = novelty("a-speech").len();
    for (doc_id, sentences) in [
        ("b-retyped", whole),
        ("c-shortened", 12),
        ("d-respelled", whole),
        ("e-page", whole),
        ("f-spoken", whole),
    ] {
        let rows = novelty(doc_id);
        assert_eq!(rows.len(), sentences, "{doc_id}: {rows:#?}");
        for row in rows {
            assert_eq!(row["class"], "verbatim", "{row:?}");
            // The first of the equally good.
            if doc_id != "d-respelled" && row["words"] != "2" {
                assert_eq!(row["source_doc_id"], "a-speech", "{row:?}");
                assert_eq!(row["source_published"], "2012-05-03T09:10");
            }
            assert_eq!(row["words"] == "2", row["text"] == "Thank you.");
        }
    }
}

#[test]
fn a_formula_is_told_from_what_is_taken_over() {
    // Four other articles before the speech end so, and five copies of it.
    let speech = novelty("a-speech");
    let (last, others) = speech.split_last().expect("sentences");
    assert_eq!(
        (&*last["text"], &*last["class"]),
        ("Thank you.", "verbatim")
    );
    assert_eq!((count(last, "words"), count(last, "copies")), (2, 4));
    assert!(
        others.iter().all(|row| row["class"] != "verbatim"),
        "{others:#?}"
    );
    let page = novelty("e-page");
    let (last, others) = page.split_last().expect("sentences");
    assert_eq!(count(last, "copies"), 4 + 4);
    // Three have it whole, and the shortened one every second sentence.
    for row in others {
        assert!((3..=4).contains(&count(row, "copies")), "{row:?}");
    }
    let pieces = table("novelty_pieces.csv");
    let of_speech = pieces
        .iter()
        .find(|row| row["doc_id"] == "a-speech")
        .expect("a row");
    // One sentence of many, and two words of many more.
    assert!(util::number(of_speech, "novel_words_share") > util::number(of_speech, "novel_share"));
}

#[test]
fn every_text_stands_at_its_offsets_on_both_sides() {
    let out = RUN.join("out");
    assert!(util::assert_spans_cut_their_texts(&out, RUN.path()) > 500);
    let repeated = util::assert_what_is_repeated_stands_on_both_sides(&out, RUN.path());
    assert!(repeated > 80, "{repeated}");
    util::assert_no_furniture(&out);
}

#[test]
fn what_the_audience_does_is_no_sentence() {
    let cleaning = table("cleaning.csv");
    let notes = cleaning.iter().filter(|row| row["rule"] == "stage-note");
    let notes: Vec<&str> = notes.map(|row| row["text"].as_str()).collect();
    assert_eq!(notes, ["(Prolonged applause.)"]);
    for row in table("sentences.csv") {
        assert!(!row["text"].to_lowercase().contains("applause"), "{row:?}");
    }
}
