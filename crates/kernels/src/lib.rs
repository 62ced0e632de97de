//! The encoder's arithmetic: packed linear layers, attention over one sequence, and row functions,
//! each for the best instructions of the processor.
//!
//! **Every number depends on its own row alone.** An output is one chain of fused multiply-adds
//! over the inputs in their order, whatever the number of rows, the tile it falls into or the width
//! of the registers. So a result has the same bits alone and among others, and for 32-bit floats
//! and 16-bit integers also on every processor. Nothing here starts a thread.

#![allow(
    unsafe_code,
    reason = "SIMD needs raw pointers; this crate exists to keep them in one place"
)]
#![allow(
    clippy::inline_always,
    reason = "what is generic over lanes must be compiled inside the function that has the instructions"
)]
#![allow(
    clippy::cast_ptr_alignment,
    reason = "loads from rows are unaligned ones; lines are aligned by their type"
)]

#[cfg(target_arch = "x86_64")]
mod amx;
mod attention;
#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod check;
mod lanes;
mod level;
mod line;
mod linear;
mod pack;
mod portable;
mod rows;
mod tile;

pub use attention::{Attention, Head, Heads, Side};
pub use level::Level;
pub use linear::{Left, Operand, Output};
pub use pack::{Format, Linear, Part};
pub use rows::{Activation, layer_norm};

/// Columns of a panel: the least common width of all tiles.
pub const PANEL: usize = 16;

/// The next multiple of [`PANEL`].
pub fn padded(columns: usize) -> usize {
    columns.next_multiple_of(PANEL)
}
