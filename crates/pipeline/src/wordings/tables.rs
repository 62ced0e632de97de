//! Formulations into their tables.

use formulations::{Change, Family, Lattice, Origin, Share, Tiers, Timeline, Usage, Variant};
use report::tables::{
    BurstRow, FormulationChangeRow, FormulationHitRow, FormulationNearRow, FormulationPeriodRow,
    FormulationRow, LatticeRow,
};
use report::{Decimal, OutputFolder, ReportError, Table};

use super::Found;
use crate::lexical::Output;
use crate::pieces::Piece;

/// The date of a document; empty where it is not known.
fn date(timeline: &Timeline, document: usize) -> &str {
    timeline.dates[document].as_deref().unwrap_or("")
}

fn tier(tiers: &Tiers, share: &Share) -> &'static str {
    tiers.of(share.share).unwrap_or("")
}

/// A row for each family, and behind it one for each of its wordings.
pub(super) fn formulations(
    output: &Output,
    pieces: &[Piece],
    found: &Found,
    tiers: &Tiers,
) -> Result<(), ReportError> {
    let mut writer = Writer {
        table: output.table::<FormulationRow<'_>>()?,
        sizes: (0..found.corpus.documents())
            .map(|document| found.corpus.document(document).len() as u64)
            .collect(),
        pieces,
        found,
        tiers,
    };
    for (family, usage) in found.families.iter().zip(&found.usage) {
        writer.push(family, None, &usage.whole)?;
        for (variant, usage) in usage.variants.iter().enumerate() {
            writer.push(family, Some(variant), usage)?;
        }
    }
    writer.table.finish()
}

struct Writer<'a> {
    table: Table,
    /// Words of each article.
    sizes: Vec<u64>,
    pieces: &'a [Piece],
    found: &'a Found,
    tiers: &'a Tiers,
}

impl Writer<'_> {
    fn push(
        &mut self,
        family: &Family,
        variant: Option<usize>,
        usage: &Usage,
    ) -> Result<(), ReportError> {
        let timeline = &self.found.timeline;
        let Some(share) = usage.share(timeline) else {
            return Ok(());
        };
        let seen = usage.seen(timeline);
        let (first, last) = (seen.map(|seen| seen.0), seen.map(|seen| seen.1));
        let known =
            |document: Option<usize>| document.map_or("", |document| date(timeline, document));
        let name =
            |document: Option<usize>| document.map_or("", |document| self.pieces[document].id());
        let one: Option<&Variant> = variant.map(|variant| &family.variants[variant]);
        let mined = one.and_then(Variant::mined);
        let origin = &one.unwrap_or(&family.variants[0]).origin;
        self.table.push(&FormulationRow {
            family: &family.name,
            variant: one.map_or("", |one| &one.text),
            hits: usage.hits,
            articles: share.articles,
            article_share: share.share.into(),
            share_low: share.low.into(),
            share_high: share.high.into(),
            first_seen: known(first),
            last_seen: known(last),
            first_doc_id: name(first),
            last_doc_id: name(last),
            tier: tier(self.tiers, &share),
            relation: &variant.map_or_else(String::new, |variant| family.relation(variant)),
            origin: if *origin == Origin::Ledger {
                "ledger"
            } else {
                "mined"
            },
            words: one.map(|one| one.wording.folded.len()),
            dp: usage.dp(&self.sizes).map(Decimal),
            lambda: mined.map(|mined| Decimal(mined.lambda)),
            z: mined.map(|mined| Decimal(mined.z)),
            fixedness: mined.map(|mined| Decimal(mined.fixedness)),
        })
    }
}

/// Every occurrence, by family, wording and place.
pub(super) fn hits(
    folder: &OutputFolder,
    pieces: &[Piece],
    found: &Found,
) -> Result<(), ReportError> {
    let mut sorted: Vec<_> = found.hits.iter().collect();
    sorted.sort_by_key(|hit| (hit.family, hit.variant, hit.occurrence));
    let mut table = folder.table::<FormulationHitRow<'_>>()?;
    for hit in sorted {
        let family = &found.families[hit.family];
        let piece = &pieces[hit.occurrence.document];
        let span = found.corpus.span(hit.occurrence);
        table.push(&FormulationHitRow {
            family: &family.name,
            variant: &family.variants[hit.variant].text,
            doc_id: piece.id(),
            sentence: hit.occurrence.sentence + 1,
            start: span.start,
            end: span.end,
            text: piece.cut(span),
        })?;
    }
    table.finish()
}

/// Passages that are nearly a wording of the ledger, in reading order.
pub(super) fn near(
    folder: &OutputFolder,
    pieces: &[Piece],
    found: &Found,
) -> Result<(), ReportError> {
    let mut table = folder.table::<FormulationNearRow<'_>>()?;
    for near in &found.near {
        let family = &found.families[near.family];
        let piece = &pieces[near.occurrence.document];
        let span = found.corpus.span(near.occurrence);
        let text = piece.cut(span);
        table.push(&FormulationNearRow {
            family: &family.name,
            variant: &family.variants[near.variant].text,
            relation: &near.relation(&found.families, text),
            doc_id: piece.id(),
            sentence: near.occurrence.sentence + 1,
            start: span.start,
            end: span.end,
            text,
        })?;
    }
    table.finish()
}

/// Shares by period, of families and of wordings that occur.
pub(super) fn periods(
    folder: &OutputFolder,
    found: &Found,
    tiers: &Tiers,
) -> Result<(), ReportError> {
    let timeline = &found.timeline;
    let mut table = folder.table::<FormulationPeriodRow<'_>>()?;
    for (family, usage) in found.families.iter().zip(&found.usage) {
        if usage.whole.hits == 0 {
            continue;
        }
        let of_variants: Vec<Vec<Option<Share>>> = usage
            .variants
            .iter()
            .map(|usage| usage.by_period(timeline))
            .collect();
        let leads = |share: &Share, period: usize| {
            let all = of_variants.iter().filter_map(|shares| shares[period]);
            let most = all.clone().map(|share| share.articles).max().unwrap_or(0);
            let leading = all.filter(|share| share.articles == most).count();
            match (share.articles == most && most > 0, leading) {
                (false, _) => "",
                (true, 1) => "alone",
                (true, _) => "tied",
            }
        };
        let mut push = |variant: &str, shares: &[Option<Share>], is_whole: bool| {
            for (period, share) in shares.iter().enumerate() {
                let Some(share) = share else { continue };
                table.push(&FormulationPeriodRow {
                    family: &family.name,
                    variant,
                    period: &timeline.names[period],
                    articles: share.articles,
                    of_articles: share.of,
                    share: share.share.into(),
                    low: share.low.into(),
                    high: share.high.into(),
                    tier: tier(tiers, share),
                    leads: if is_whole { "" } else { leads(share, period) },
                })?;
            }
            Ok::<_, ReportError>(())
        };
        push("", &usage.whole.by_period(timeline), true)?;
        for ((variant, usage), shares) in family
            .variants
            .iter()
            .zip(&usage.variants)
            .zip(&of_variants)
        {
            if usage.hits > 0 {
                push(&variant.text, shares, false)?;
            }
        }
    }
    table.finish()
}

/// Pairs of wordings.
pub(super) fn changes(folder: &OutputFolder, found: &Found) -> Result<(), ReportError> {
    let mut table = folder.table::<FormulationChangeRow<'_>>()?;
    for change in &found.changes {
        table.push(&change_row(found, change))?;
    }
    table.finish()
}

fn change_row<'a>(found: &'a Found, change: &Change) -> FormulationChangeRow<'a> {
    let family = &found.families[change.family];
    FormulationChangeRow {
        family: &family.name,
        old_variant: &family.variants[change.old].text,
        new_variant: &family.variants[change.new].text,
        since: change
            .since
            .map_or("", |period| &found.timeline.names[period]),
        old_before: change.before.old,
        new_before: change.before.new,
        old_after: change.after.old,
        new_after: change.after.new,
        both: change.both,
        old_last_seen: date(&found.timeline, change.old_last),
        new_first_seen: date(&found.timeline, change.new_first),
        fisher_p: change.fisher_p.map(Decimal),
        p: change.p.map(Decimal),
        q_bh: change.q.map(Decimal),
        verdict: change.verdict.name(),
    }
}

/// Bursts of families and wordings.
pub(super) fn bursts(folder: &OutputFolder, found: &Found) -> Result<(), ReportError> {
    let mut table = folder.table::<BurstRow<'_>>()?;
    for (family, usage) in found.families.iter().zip(&found.usage) {
        let whole = std::iter::once(("", &usage.whole));
        let names = family.variants.iter().map(|variant| variant.text.as_str());
        for (variant, usage) in whole.chain(names.zip(&usage.variants)) {
            let shares = usage.by_period(&found.timeline);
            let sum = |of: fn(&Share) -> usize| shares.iter().flatten().map(of).sum();
            let Some(all) = Share::new(sum(|share| share.articles), sum(|share| share.of)) else {
                continue;
            };
            for burst in formulations::bursts(&shares) {
                table.push(&BurstRow {
                    family: &family.name,
                    variant,
                    first_period: &found.timeline.names[burst.first],
                    last_period: &found.timeline.names[burst.last],
                    articles: burst.share.articles,
                    of_articles: burst.share.of,
                    share: burst.share.share.into(),
                    whole_share: all.share.into(),
                    weight: burst.weight.into(),
                })?;
            }
        }
    }
    table.finish()
}

/// The lattices of families that occur, as a table and drawn.
pub(super) fn lattices(folder: &OutputFolder, found: &Found) -> Result<(), ReportError> {
    let mut table = folder.table::<LatticeRow<'_>>()?;
    let mut drawn = Vec::new();
    for (family, usage) in found.families.iter().zip(&found.usage) {
        if usage.whole.hits == 0 {
            continue;
        }
        let lattice = Lattice::of(family, usage);
        for (at, words) in lattice.columns.iter().enumerate() {
            for (word, count) in words {
                table.push(&LatticeRow {
                    family: &family.name,
                    position: at + 1,
                    word,
                    count: *count,
                })?;
            }
        }
        drawn.push(format!("{}\n\n{lattice}", family.name));
    }
    folder.text("lattice.txt", &drawn.join("\n"))?;
    table.finish()
}
