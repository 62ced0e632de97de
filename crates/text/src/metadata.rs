//! What an article says of itself.

use litemap::LiteMap;

/// Facts about an article, each as the source gives it; absent where the source is silent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Headline.
    pub title: Option<String>,
    /// Author or author line, as printed.
    pub author: Option<String>,
    /// Publication, such as "English Edition of Qiushi Journal".
    pub source: Option<String>,
    /// When it was published or last updated: ISO 8601, `2013-11-07T16:28` or `2013-11-07`.
    pub published: Option<String>,
    /// Where it first appeared, such as "Qiushi Journal, Chinese edition, No.8, 2013".
    pub original_edition: Option<String>,
    /// Issue of the original edition, such as "No.8, 2013".
    pub original_issue: Option<String>,
    /// Volume of the edition read.
    pub volume: Option<String>,
    /// Number within the volume.
    pub number: Option<String>,
    /// Whole issue number, counted from the first issue.
    pub whole_issue: Option<String>,
    /// Months the issue covers, such as "October-December 2018".
    pub period: Option<String>,
    /// Language, ISO 639-1, where the source states it.
    pub language: Option<String>,
    /// Further columns or front matter, by name.
    pub extra: LiteMap<String, String>,
}
