use source::{OffsetBase, ReadSettings, Severity};

use crate::folder::{Folder, PROSE, failure, settings};

#[test]
fn each_row_of_a_csv_is_an_article() {
    let table = "Id,Headline,Body,Date,Region\nr/1,Rivers,\"They flow, and\nflow.\",7 November 2013,north\n,Lakes,They lie.,someday,\n";
    let reading = Folder::new().with("set.csv", table).read();
    assert_eq!(reading.problems, []);
    let [first, second] = &reading.articles[..] else {
        panic!("two rows")
    };
    assert_eq!((first.doc_id.as_str(), first.row), ("set-r-1", Some(1)));
    assert_eq!(first.text, "They flow, and\nflow.");
    assert_eq!(first.blocks, None);
    assert_eq!(first.offset_base, OffsetBase::Decoded);
    assert_eq!(first.metadata.title.as_deref(), Some("Rivers"));
    assert_eq!(first.metadata.published.as_deref(), Some("2013-11-07"));
    assert_eq!(
        first.metadata.extra.get("Region").map(String::as_str),
        Some("north")
    );
    assert_eq!((second.doc_id.as_str(), second.row), ("set-2", Some(2)));
    assert_eq!(second.metadata.published, None);
    assert_eq!(
        second
            .metadata
            .extra
            .get("published_raw")
            .map(String::as_str),
        Some("someday")
    );
    assert_ne!(first.sha256, second.sha256);
}

#[test]
fn a_bad_row_is_left_out_with_its_line_and_the_rest_goes_on() {
    let mut table = b"id\ttext\n1\tOne.\n2\tTwo.\textra\n3\t \n4\tcaf\xe9 cr\xc3\xa9\xc3\xa8 \xc3\xa9\n5\tFive.\n".to_vec();
    let reading = Folder::new().with("set.tsv", &table).read();
    let texts: Vec<_> = reading.articles.iter().map(|a| a.text.as_str()).collect();
    assert_eq!(texts, ["One.", "Five."]);
    let found: Vec<_> = reading
        .problems
        .iter()
        .map(|p| p.place.as_deref().unwrap())
        .collect();
    assert_eq!(
        found,
        [
            "row 2, line 3",
            "row 3, line 4",
            "row 4, line 5, byte 3, line 1 of it"
        ]
    );
    assert!(
        reading
            .problems
            .iter()
            .all(|p| p.severity == Severity::Failed)
    );
    assert_eq!(reading.problems[1].what, "has a row without text in `text`");

    // A file may also end within a row.
    table.extend(b"6");
    assert_eq!(
        Folder::new().with("set.tsv", &table).read().problems.len(),
        4
    );
}

#[test]
fn a_table_without_a_text_column_names_its_columns() {
    let problem = failure("set.csv", "id,words\n1,One.\n");
    assert_eq!(
        problem.what,
        "has no column `text`, `body`, `content`, `article`, `full_text`; its columns are id, words"
    );
    assert!(problem.remedy.contains("--text-column"));

    let folder = Folder::new().with("set.csv", "key,words\na,One.\n");
    let named = ReadSettings {
        text_column: Some("words".to_owned()),
        id_column: Some("key".to_owned()),
        ..settings()
    };
    assert_eq!(folder.read_by(&named).articles[0].doc_id, "set-a");
    let wrong = ReadSettings {
        id_column: Some("name".to_owned()),
        ..named
    };
    let reading = folder.read_by(&wrong);
    assert_eq!(
        reading.problems[0].what,
        "has no column `name`; its columns are key, words"
    );
    assert!(reading.problems[0].remedy.contains("--id-column"));
}

#[test]
fn each_line_of_json_is_an_article() {
    let lines = "{\"doc_id\": 7, \"title\": \"Rivers\", \"content\": \"They flow.\", \"tags\": [\"a\", \"b\"], \"year\": 2013, \"none\": null}\n\n{\"content\": \"They lie.\"}";
    let reading = Folder::new().with("set.jsonl", lines).read();
    assert_eq!(reading.problems, []);
    let [first, second] = &reading.articles[..] else {
        panic!("two lines")
    };
    assert_eq!((first.doc_id.as_str(), first.row), ("set-7", Some(1)));
    assert_eq!(first.metadata.title.as_deref(), Some("Rivers"));
    assert_eq!(
        first.metadata.extra.get("tags").map(String::as_str),
        Some("a; b")
    );
    assert_eq!(
        first.metadata.extra.get("year").map(String::as_str),
        Some("2013")
    );
    assert!(!first.metadata.extra.contains_key("none"));
    assert_eq!((second.doc_id.as_str(), second.row), ("set-3", Some(3)));
}

#[test]
fn a_bad_line_of_json_is_left_out_with_its_number() {
    let lines = "{\"text\": \"One.\"}\n{\"text\": \n[1]\n{\"text\": 5}\n{\"words\": \"x\"}\n{\"text\": \"Six.\"}\n";
    let reading = Folder::new().with("set.ndjson", lines).read();
    let ids: Vec<_> = reading.articles.iter().map(|a| a.doc_id.as_str()).collect();
    assert_eq!(ids, ["set-1", "set-6"]);
    let found: Vec<_> = reading
        .problems
        .iter()
        .map(|p| p.place.as_deref().unwrap())
        .collect();
    assert_eq!(found, ["line 2", "line 3", "line 4", "line 5"]);
    assert!(
        reading.problems[0]
            .what
            .starts_with("has a line that is not a JSON object")
    );
    assert!(reading.problems[3].what.ends_with("its columns are words"));
}

#[test]
fn the_limit_is_for_the_article_not_for_the_table() {
    let rows: String = (0..50)
        .map(|n| format!("{n},{PROSE} {n}\n"))
        .map(|r| r.replace(", ", "; "))
        .collect();
    let table = format!("id,text\n{rows}50,\"{}\"\n", PROSE.repeat(3));
    let folder = Folder::new().with("set.csv", &table);
    let reading = folder.read_by(&ReadSettings {
        max_article_bytes: 400,
        ..settings()
    });
    assert_eq!(reading.articles.len(), 50);
    assert_eq!(reading.problems.len(), 1);
    assert_eq!(reading.problems[0].doc_id.as_deref(), Some("set-51"));
}

#[test]
fn rows_and_files_share_one_set_of_names() {
    let folder = Folder::new()
        .with("set.csv", "id,text\n1,One.\n1,Two.\n")
        .with("set-1.txt", "Three.");
    let ids: Vec<_> = folder
        .read()
        .articles
        .into_iter()
        .map(|a| a.doc_id)
        .collect();
    assert_eq!(ids, ["set-1", "set-1-2", "set-1-3"]);
}
