//! `tifa`: what articles are about, what they repeat, and what is near them.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this crate is the one that prints"
)]

mod args;
mod commands;
mod config;
mod show;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    commands::execute(args::Args::parse()).unwrap_or_else(|error| {
        eprintln!("tifa: {error:#}");
        ExitCode::from(2)
    })
}
