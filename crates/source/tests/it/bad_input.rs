use source::{ReadSettings, Severity, SourceError};

use crate::folder::{Folder, PROSE, failure, only, settings};

#[track_caller]
fn check(name: &str, bytes: impl AsRef<[u8]>, what: &str, place: Option<&str>, remedy: &str) {
    let problem = failure(name, bytes);
    assert_eq!(problem.what, what);
    assert_eq!(problem.place.as_deref(), place);
    assert!(problem.remedy.contains(remedy), "{}", problem.remedy);
    assert!(problem.path.ends_with(name));
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    check("a.txt", "", "is empty", None, "save the text again");
    check(
        "a.txt",
        " \n\t\u{a0}\n",
        "is empty",
        None,
        "save the text again",
    );
    check("a.txt", "\u{feff}", "is empty", None, "save the text again");
    check("a.md", "\n\n", "is empty", None, "save the text again");
    check("a.csv", "", "is empty", None, "save the text again");
}

#[test]
fn a_binary_file_is_named() {
    for (bytes, what) in [
        (&b"%PDF-1.7\n\xe2\xe3"[..], "is a PDF document, not text"),
        (
            b"PK\x03\x04\x14\0word/document.xml",
            "is a Word document (.docx), not text",
        ),
        (b"PK\x03\x04\x14\0some/file", "is a ZIP archive, not text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is a PNG picture, not text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "is a JPEG picture, not text"),
        (b"\x1f\x8b\x08\0\0", "is gzip-compressed, not text"),
    ] {
        check("a.txt", bytes, what, None, "export it as .txt or .html");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_place() {
    check(
        "a.txt",
        b"Rivers\0\0\0\0flow",
        "is not text: it holds NUL bytes",
        Some("byte 6"),
        "export",
    );
    check(
        "a.txt",
        b"Rivers\x01\x02\x03flow",
        "is not text: it holds 23 % control characters",
        Some("byte 6"),
        "export",
    );
}

#[test]
fn damaged_utf8_is_refused_with_byte_and_line() {
    let mut bytes = "One line.\nIt’s a café — “quoted”.\n".as_bytes().to_vec();
    let at = bytes.len();
    bytes.extend(b"A bad \xe2\x80 byte.");
    check(
        "a.txt",
        &bytes,
        "is UTF-8 with 1 damaged byte sequence",
        Some(&format!("byte {}, line 3", at + 6)),
        "--encoding",
    );
}

#[test]
fn a_stated_encoding_that_does_not_fit_is_refused_with_its_place() {
    let folder = Folder::new().with("a.txt", b"Rivers \xff\xff flow");
    let stated = ReadSettings {
        encoding: Some(encoding_rs::GBK),
        ..settings()
    };
    let problem = &folder.read_by(&stated).problems[0];
    assert_eq!(problem.what, "is not valid GBK");
    assert_eq!(problem.place.as_deref(), Some("byte 7"));
}

#[test]
fn an_oversized_article_is_refused_unread_with_both_sizes() {
    let folder = Folder::new().with("a.txt", PROSE);
    let small = ReadSettings {
        max_article_bytes: 100,
        ..settings()
    };
    let problem = &folder.read_by(&small).problems[0];
    assert_eq!(
        problem.what,
        format!(
            "is {} bytes, more than the 100 bytes an article may have",
            PROSE.len()
        )
    );
    assert!(problem.remedy.contains("--max-article-mb"));
}

#[test]
fn one_line_of_fifty_megabytes_does_no_harm() {
    let line = "river ".repeat(50_000_000 / 6);
    let folder = Folder::new().with("a.txt", &line);
    assert!(
        folder.read().problems[0]
            .what
            .starts_with("is 47.7 MiB, more than the 16.0 MiB")
    );
    let large = ReadSettings {
        max_article_bytes: 64 << 20,
        ..settings()
    };
    assert_eq!(folder.read_by(&large).articles[0].text.len(), line.len());

    let folder = Folder::new().with(
        "a.jsonl",
        format!("{{\"text\":\"{line}\"}}\n{{\"text\":\"ok\"}}\n"),
    );
    let reading = folder.read_by(&ReadSettings {
        max_article_bytes: 1 << 20,
        ..settings()
    });
    assert_eq!(reading.articles[0].text, "ok");
    assert_eq!(reading.problems[0].place.as_deref(), Some("line 1"));
}

#[test]
fn a_page_nested_beyond_reason_is_refused() {
    let page = format!("<html><body>{}<p>{PROSE}</p>", "<div>".repeat(20_000));
    check(
        "a.html",
        page,
        "has elements nested too deep to be read",
        None,
        "save",
    );

    let page = format!("<html><body>{}<p>{PROSE}</p>", "<div>".repeat(900));
    assert!(only("a.html", page).text.ends_with(PROSE));
}

#[test]
fn a_page_without_an_article_is_refused() {
    let menu = "<html><body><ul><li><a href='/'>Home</a></li><li><a href='/a'>About</a></li></ul></body></html>";
    check(
        "a.html",
        menu,
        "has no article text",
        None,
        "save the article as .txt",
    );
    check(
        "b.html",
        "<html></html>",
        "has no article text",
        None,
        "save the article as .txt",
    );
}

#[test]
fn an_unknown_ending_matters_only_where_it_is_named() {
    let folder = Folder::new()
        .with("a.txt", PROSE)
        .with("b.docx", "x")
        .with("c.json", "{}");
    assert_eq!(folder.read().problems, []);
    let reading = source::read(&[folder.path("b.docx")], &settings()).unwrap();
    assert_eq!(reading.problems[0].what, "is not of a kind that is read");
    assert!(reading.problems[0].remedy.contains(".jsonl"));
}

#[test]
fn readme_licence_and_hidden_files_are_passed_over() {
    let folder = Folder::new()
        .with("a.txt", PROSE)
        .with("README.md", "x")
        .with("LICENSE", "x")
        .with(".notes.txt", "x")
        .with(".git/b.txt", "x");
    let reading = folder.read();
    assert_eq!((reading.articles.len(), reading.problems.len()), (1, 0));
}

#[test]
fn a_missing_path_or_an_empty_folder_ends_the_reading() {
    let folder = Folder::new().with("sub/b.docx", "x");
    let missing = source::read(&[folder.path("none")], &settings());
    assert!(matches!(missing, Err(SourceError::NotFound { path }) if path == folder.path("none")));
    let nothing = source::read(&[folder.path("sub")], &settings())
        .unwrap_err()
        .to_string();
    assert!(
        nothing.contains("sub") && nothing.contains(".xhtml"),
        "{nothing}"
    );
}

#[test]
fn doubts_are_warnings_and_the_article_stays() {
    let folder = Folder::new().with("a.txt", "Riv\u{fffd}rs flow.").with(
        "b.md",
        "---\ntitle: \"open\nlist: [a\n---\nRivers flow from the hills to the sea.",
    );
    let reading = folder.read_by(&ReadSettings {
        min_words: 5,
        ..settings()
    });
    assert_eq!(reading.articles.len(), 2);
    let found: Vec<_> = reading
        .problems
        .iter()
        .map(|p| (p.severity, p.doc_id.as_deref().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            (Severity::Warning, "a"),
            (Severity::Warning, "a"),
            (Severity::Warning, "b")
        ]
    );
    assert!(reading.problems[0].what.contains("U+FFFD"));
    assert_eq!(reading.problems[1].what, "is short: 3 words");
    assert!(reading.problems[2].what.contains("front matter"));
}

#[test]
fn one_bad_file_does_not_stop_the_others() {
    let folder = Folder::new()
        .with("a.txt", "")
        .with("b.txt", PROSE)
        .with("c.txt", b"%PDF");
    let reading = folder.read();
    assert_eq!((reading.articles.len(), reading.problems.len()), (1, 2));
}
