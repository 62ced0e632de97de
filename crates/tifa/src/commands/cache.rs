//! `cache stats | clear`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;

use crate::args::CacheAction;
use crate::commands::count;

pub(crate) fn cache(action: &CacheAction, named: Option<PathBuf>) -> Result<ExitCode> {
    let path = named.map_or_else(cache::default_path, Ok)?;
    match action {
        CacheAction::Stats if !path.exists() => {
            say!("{}: no vectors yet", path.display());
        }
        CacheAction::Stats => {
            let stats = cache::Store::open(&path)?.stats()?;
            say!(
                "{}: {}, {:.1} MB",
                path.display(),
                vectors(stats.entries),
                stats.bytes_on_disk as f64 / 1e6
            );
            for space in stats.spaces {
                say!(
                    "{}: {} of {} dimensions",
                    space.label,
                    vectors(space.entries),
                    space.dimensions
                );
            }
        }
        CacheAction::Clear => {
            let cleared = cache::clear(&path)?;
            let removed = cleared
                .entries
                .map_or_else(|| "all that was there".to_owned(), vectors);
            say!(
                "{}: removed {removed}, {:.1} MB",
                path.display(),
                cleared.bytes as f64 / 1e6
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn vectors(entries: u64) -> String {
    count(usize::try_from(entries).unwrap_or(usize::MAX), "vector")
}
