//! Kernels for AMX: two by two tiles of 16 rows and 16 columns of bf16 pairs.
//!
//! The compiler has no stable intrinsics for tiles, so the instructions stand here as they are.

use std::arch::asm;
use std::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

use crate::PANEL;
use crate::avx512::Avx512;
use crate::lanes::Lanes;
use crate::tile::{Tile, finish};

/// Rows of a tile of the product; the left side is read to this height.
pub(crate) const ROWS: usize = 32;
/// Lines of a panel that one instruction takes: pairs of inputs.
const PAIRS: usize = 16;
/// Bytes from row to row of a tile that lies in lines.
const LINE: usize = 64;

/// Shapes of the eight tile registers, as `ldtilecfg` reads them.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    start_row: u8,
    reserved: [u8; 14],
    bytes_a_row: [u16; 16],
    rows: [u8; 16],
}

static SHAPES: Shapes = Shapes {
    palette: 1,
    start_row: 0,
    reserved: [0; 14],
    bytes_a_row: [64, 64, 64, 64, 64, 64, 64, 64, 0, 0, 0, 0, 0, 0, 0, 0],
    rows: [16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0],
};

/// Whether the processor has AMX with bf16 and the system lets this process use it.
pub(crate) fn is_granted() -> bool {
    const TILES: u32 = 1 << 24;
    const BRAIN_FLOATS: u32 = 1 << 22;
    const STATES: u64 = 0b11 << 17;
    if __cpuid(0).eax < 7 {
        return false;
    }
    let has = __cpuid_count(7, 0).edx;
    // SAFETY: AVX-512 was found before, so the system has switched on XSAVE.
    let enabled = || unsafe { xgetbv() } & STATES == STATES;
    has & (TILES | BRAIN_FLOATS) == TILES | BRAIN_FLOATS && enabled() && request()
}

#[target_feature(enable = "xsave")]
unsafe fn xgetbv() -> u64 {
    unsafe { _xgetbv(0) }
}

/// Asks Linux for the tiles' state, once for the process and its later threads.
#[cfg(target_os = "linux")]
fn request() -> bool {
    const ARCH_PRCTL: i64 = 158;
    const ARCH_REQ_XCOMP_PERM: u64 = 0x1023;
    const TILE_DATA: u64 = 18;
    let mut result = ARCH_PRCTL;
    // SAFETY: the call changes what this process may use, and touches no memory.
    unsafe {
        asm!(
            "syscall",
            inlateout("rax") result,
            in("rdi") ARCH_REQ_XCOMP_PERM,
            in("rsi") TILE_DATA,
            out("rcx") _,
            out("r11") _,
            options(nostack),
        );
    }
    result == 0
}

#[cfg(not(target_os = "linux"))]
fn request() -> bool {
    false
}

/// Gives this thread's tile registers their shapes.
pub(crate) fn enter() {
    // SAFETY: only a level with AMX names this function.
    unsafe {
        asm!("ldtilecfg [{}]", in(reg) &raw const SHAPES, options(nostack, readonly));
    }
}

/// Frees the tile registers, so that switching threads need not save them.
pub(crate) fn leave() {
    // SAFETY: as in `enter`.
    unsafe { asm!("tilerelease", options(nostack, nomem)) };
}

#[repr(align(64))]
struct Sums([[f32; PANEL]; 2 * ROWS]);

/// A tile of pairs of brain floats, `N` panels.
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")]
pub(crate) unsafe fn brain_floats<const N: usize>(tile: &Tile) {
    let mut sums = Sums([[0.0; PANEL]; 2 * ROWS]);
    unsafe {
        let lower = tile.a.add(ROWS / 2 * tile.a_row);
        let turns = tile.steps / PAIRS;
        let second = tile.b.add((N - 1) * tile.b_panel);
        if N == 2 {
            asm!(
                "tilezero tmm0",
                "tilezero tmm1",
                "tilezero tmm2",
                "tilezero tmm3",
                "2:",
                "tileloadd tmm4, [{upper} + {a_row}]",
                "tileloadd tmm6, [{first} + {line}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm7, [{second} + {line}]",
                "tdpbf16ps tmm1, tmm4, tmm7",
                "tileloadd tmm5, [{lower} + {a_row}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "tdpbf16ps tmm3, tmm5, tmm7",
                "add {upper}, 64",
                "add {lower}, 64",
                "add {first}, 1024",
                "add {second}, 1024",
                "dec {turns}",
                "jnz 2b",
                "tilestored [{sums} + {line}], tmm0",
                "add {sums}, 1024",
                "tilestored [{sums} + {line}], tmm2",
                "add {sums}, 1024",
                "tilestored [{sums} + {line}], tmm1",
                "add {sums}, 1024",
                "tilestored [{sums} + {line}], tmm3",
                upper = inout(reg) tile.a => _,
                lower = inout(reg) lower => _,
                first = inout(reg) tile.b => _,
                second = inout(reg) second => _,
                turns = inout(reg) turns => _,
                sums = inout(reg) sums.0.as_mut_ptr() => _,
                a_row = in(reg) tile.a_row,
                line = in(reg) LINE,
                options(nostack),
            );
        } else {
            asm!(
                "tilezero tmm0",
                "tilezero tmm2",
                "2:",
                "tileloadd tmm4, [{upper} + {a_row}]",
                "tileloadd tmm6, [{first} + {line}]",
                "tdpbf16ps tmm0, tmm4, tmm6",
                "tileloadd tmm5, [{lower} + {a_row}]",
                "tdpbf16ps tmm2, tmm5, tmm6",
                "add {upper}, 64",
                "add {lower}, 64",
                "add {first}, 1024",
                "dec {turns}",
                "jnz 2b",
                "tilestored [{sums} + {line}], tmm0",
                "add {sums}, 1024",
                "tilestored [{sums} + {line}], tmm2",
                upper = inout(reg) tile.a => _,
                lower = inout(reg) lower => _,
                first = inout(reg) tile.b => _,
                turns = inout(reg) turns => _,
                sums = inout(reg) sums.0.as_mut_ptr() => _,
                a_row = in(reg) tile.a_row,
                line = in(reg) LINE,
                options(nostack),
            );
        }
        for row in 0..tile.rows {
            for n in 0..N {
                let of_row = &sums.0[n * ROWS + row];
                finish(tile, row, n, Avx512::load(of_row.as_ptr()));
            }
        }
    }
}
