//! `tifa`: what articles are about, what they repeat, and what is near them.

#![allow(clippy::print_stderr, reason = "this crate is the one that prints")]

/// Prints a line to standard output. A reader that has heard enough, such as `head`, is no error.
macro_rules! say {
    ($($part:tt)*) => {{
        let _ = std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{}\n", format_args!($($part)*)));
    }};
}

mod args;
mod commands;
mod config;
mod show;

use std::process::ExitCode;

use clap::Parser;

#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    commands::execute(args::Args::parse()).unwrap_or_else(|error| {
        eprintln!("tifa: {error:#}");
        ExitCode::from(2)
    })
}
