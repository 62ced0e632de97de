use text::BlockKind::{self, Caption, Heading, Paragraph, Title};

use crate::folder::{PROSE, only};

fn cut(article: &source::Article) -> Vec<(BlockKind, &str)> {
    let blocks = article.blocks.as_ref().unwrap();
    blocks
        .iter()
        .map(|block| (block.kind, block.span.of(&article.text)))
        .collect()
}

/// Reads a page, cleans it and completes its metadata.
fn completed(article: &source::Article) -> (text::Cleaned, text::Metadata) {
    let cleaned = text::clean::clean(&article.text, article.blocks.as_ref().unwrap(), None);
    let mut metadata = article.metadata.clone();
    source::complete(&mut metadata, &cleaned, &article.text);
    (cleaned, metadata)
}

#[test]
fn a_journal_page_with_a_heading_is_read_in_its_order() {
    let page = format!(
        r#"<html lang="en"><head><meta charset="utf-8"><title>Keeping Rivers Clean - Journal</title>
        <link rel="canonical" href="http://english.qstheory.cn/2018-12/21/c_1.htm"></head><body>
        <div class="menu"><a href="/">Home</a> | <a href="/p">Politics</a></div>
        <div class="wrap"><div class="main">
        <h1>Keeping Rivers&nbsp;Clean</h1>
        <div class="info">By: A. Writer<span>From:English Edition of QiuShi Journal October-December 2018|Vol.10,No.4,Issue No.37 | </span><span>Updated: 2018-Dec-21 17:37</span></div>
        <div>text size: <a>T</a> | <a>T</a></div>
        <div class="text"><p>　　{PROSE}</p><p><strong>I. Upper course</strong></p>
        <p>{PROSE}<br><br>{PROSE}</p><script>var x = 1;</script>
        <figure><img src="a.jpg"><figcaption>Children at the weir</figcaption></figure></div>
        </div><div class="side"><ul><li><a href="/1">Another article</a></li></ul></div></div>
        <div class="foot">About us | Contact us</div></body></html>"#
    );
    let article = only("a.html", page);
    let byline = "By: A. WriterFrom:English Edition of QiuShi Journal October-December 2018|Vol.10,No.4,Issue No.37 | Updated: 2018-Dec-21 17:37";
    assert_eq!(
        cut(&article),
        [
            (Title, "Keeping Rivers Clean"),
            (Paragraph, byline),
            (Paragraph, "text size: T | T"),
            (Paragraph, PROSE),
            (Heading, "I. Upper course"),
            (Paragraph, PROSE),
            (Paragraph, PROSE),
            (Caption, "Children at the weir"),
        ]
    );
    let (cleaned, metadata) = completed(&article);
    assert_eq!(cleaned.body.len(), 4);
    assert_eq!(metadata.title.as_deref(), Some("Keeping Rivers Clean"));
    assert_eq!(metadata.author.as_deref(), Some("A. Writer"));
    assert_eq!(metadata.whole_issue.as_deref(), Some("37"));
    assert_eq!(metadata.published.as_deref(), Some("2018-12-21T17:37"));
    assert_eq!(metadata.language.as_deref(), Some("en"));
}

#[test]
fn a_journal_page_of_tables_finds_its_title_above_the_byline() {
    let page = format!(
        "<html><body><table><tr><td>Home &gt; Politics</td></tr><tr><td><table>
        <tr><td class=t>Keeping Rivers Clean</td></tr>
        <tr><td>From: English Edition of Qiushi Journal</td><td>Updated: 2012-05-03 09:10</td></tr>
        <tr><td>text size: T | T</td></tr>
        <tr><td>{PROSE}<br>&nbsp;&nbsp;{PROSE}<br><br>(Originally appeared in Qiushi Journal, Chinese edition, No.3, 2012)</td></tr>
        </table></td></tr></table></body></html>"
    );
    let article = only("a.htm", page);
    let found = cut(&article);
    assert_eq!(found[0], (Title, "Keeping Rivers Clean"));
    assert_eq!(
        found[1].1,
        "From: English Edition of Qiushi Journal Updated: 2012-05-03 09:10"
    );
    let (cleaned, metadata) = completed(&article);
    let body: Vec<_> = cleaned
        .body
        .iter()
        .map(|b| b.span.of(&article.text))
        .collect();
    assert_eq!(body, [PROSE, PROSE]);
    assert_eq!(metadata.published.as_deref(), Some("2012-05-03T09:10"));
    assert_eq!(metadata.original_issue.as_deref(), Some("No.3, 2012"));
}

#[test]
fn any_other_page_gives_what_reads_like_its_article() {
    let page = format!(
        r#"<html lang="en-GB"><head><title>Clean rivers for all | The Daily Paper</title>
        <meta property="og:title" content="Clean rivers for all"><meta name="author" content="B. Writer">
        <meta property="og:site_name" content="The Daily Paper">
        <script type="application/ld+json">{{"@type":"NewsArticle","headline":"x","datePublished":"2013-11-07T16:28:00Z"}}</script>
        </head><body><nav><a href="/">Home</a><a href="/w">World</a></nav>
        <article><h1>Clean rivers for all</h1><p>{PROSE}</p><h2>Downstream</h2><p>{PROSE}</p>
        <p><b>Why it pays</b></p><blockquote>Said an old fisherman, with some pride in it.</blockquote><p>{PROSE}</p></article>
        <aside>Read more</aside><footer>Copyright</footer></body></html>"#
    );
    let article = only("a.html", page);
    assert_eq!(
        cut(&article),
        [
            (Title, "Clean rivers for all"),
            (Paragraph, PROSE),
            (Heading, "Downstream"),
            (Paragraph, PROSE),
            (Heading, "Why it pays"),
            (Paragraph, "Said an old fisherman, with some pride in it."),
            (Paragraph, PROSE),
        ]
    );
    let metadata = &article.metadata;
    assert_eq!(metadata.title.as_deref(), Some("Clean rivers for all"));
    assert_eq!(metadata.author.as_deref(), Some("B. Writer"));
    assert_eq!(metadata.source.as_deref(), Some("The Daily Paper"));
    assert_eq!(metadata.published.as_deref(), Some("2013-11-07T16:28:00Z"));
    assert_eq!(metadata.language.as_deref(), Some("en"));
}

#[test]
fn a_plain_layout_is_completed_from_its_lines() {
    let text = format!(
        "Keeping Rivers Clean\n\nFrom: English Edition of Qiushi Journal Updated: 2011-09-19 08:47\ntext size: T | T\n\n{PROSE}\n\n{PROSE} Again.\n\n(Originally appeared in Qiushi Journal, Chinese edition, No.8, 2011)\n\nAuthor: Head of a river office\n"
    );
    let article = only("a.txt", text);
    let cleaned = text::clean::clean(&article.text, &text::block::lines(&article.text), None);
    let mut metadata = article.metadata.clone();
    source::complete(&mut metadata, &cleaned, &article.text);
    assert_eq!(metadata.title.as_deref(), Some("Keeping Rivers Clean"));
    assert_eq!(
        metadata.source.as_deref(),
        Some("English Edition of Qiushi Journal")
    );
    assert_eq!(metadata.published.as_deref(), Some("2011-09-19T08:47"));
    assert_eq!(metadata.author.as_deref(), Some("Head of a river office"));
    assert_eq!(
        metadata.original_edition.as_deref(),
        Some("Qiushi Journal, Chinese edition, No.8, 2011")
    );
}
