//! Which instructions there are.

use crate::check;

/// A set of instructions; each holds those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Any processor.
    Portable,
    /// AVX2 and FMA.
    Avx2,
    /// AVX-512 F, BW, DQ, VL and VNNI.
    Avx512,
    /// AMX tiles with bf16, which Linux grants to a process on request.
    Amx,
}

impl Level {
    /// The best of this processor that computes what it should.
    pub fn best() -> Self {
        static BEST: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
        *BEST.get_or_init(|| {
            let levels = [Self::Amx, Self::Avx512, Self::Avx2];
            let detected = detect();
            levels
                .into_iter()
                .find(|&level| level <= detected && check::is_right(level))
                .unwrap_or(Self::Portable)
        })
    }

    /// All that this processor has.
    pub fn available() -> Vec<Self> {
        [Self::Portable, Self::Avx2, Self::Avx512, Self::Amx]
            .into_iter()
            .filter(|&level| level <= Self::best())
            .collect()
    }

    /// Whether it multiplies brain floats as they are; others compute with floats of their values.
    pub fn has_brain_floats(self) -> bool {
        match self {
            Self::Amx => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => crate::avx512::has_brain_floats(),
            _ => false,
        }
    }

    /// Name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
            Self::Amx => "amx",
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Level {
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    let avx512 = avx2
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512vnni");
    match (avx2, avx512) {
        (_, true) if crate::amx::is_granted() => Level::Amx,
        (_, true) => Level::Avx512,
        (true, false) => Level::Avx2,
        (false, false) => Level::Portable,
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn detect() -> Level {
    Level::Portable
}
