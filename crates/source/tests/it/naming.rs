use source::Severity;

use crate::folder::{Folder, PROSE, settings};

#[test]
fn names_are_unique_and_counted_up_in_path_order() {
    let folder = Folder::new()
        .with("b/Rivers.txt", "Second.")
        .with("a/Rivers.txt", "First.")
        .with("c/rivers.md", "Third.")
        .with("河流 (1).txt", "Fourth.");
    let reading = folder.read();
    let ids: Vec<_> = reading.articles.iter().map(|a| a.doc_id.as_str()).collect();
    assert_eq!(ids, ["Rivers", "Rivers-2", "rivers-3", "河流-1"]);
    assert_eq!(reading.articles[0].text, "First.");
}

#[test]
fn what_is_named_first_comes_first_and_nothing_is_read_twice() {
    let folder = Folder::new()
        .with("a.txt", "One.")
        .with("b.txt", "Two.")
        .with("c.txt", "");
    let paths = [
        folder.path("c.txt"),
        folder.path("b.txt"),
        folder.path(""),
        folder.path("a.txt"),
    ];
    let reading = source::read(&paths, &settings()).unwrap();
    assert_eq!(reading.articles.len(), 2);
    assert_eq!(reading.problems.len(), 1);
    let texts: Vec<&str> = reading.articles.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(texts, ["Two.", "One."]);
}

#[test]
fn the_same_text_saved_twice_is_read_once() {
    let folder = Folder::new()
        .with("a.txt", PROSE)
        .with("b.txt", format!("\u{feff}\r\n{PROSE}\r\n"))
        .with(
            "c.jsonl",
            format!("{}\n", serde_json::json!({ "text": PROSE })),
        );
    let reading = folder.read();
    assert_eq!(reading.articles.len(), 1);
    for problem in &reading.problems {
        assert_eq!(problem.severity, Severity::Skipped);
        assert!(problem.what.ends_with("a.txt"), "{}", problem.what);
    }
    assert_eq!(reading.problems.len(), 2);
    assert_eq!(reading.problems[1].place.as_deref(), Some("line 1"));
}

#[test]
fn the_hash_is_that_of_the_file() {
    let article = crate::folder::only("a.txt", "abc");
    assert_eq!(
        article.sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}
