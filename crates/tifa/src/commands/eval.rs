//! How well a model does on data with known answers.

mod sts;
mod themes;

pub(crate) use sts::sts;
pub(crate) use themes::themes;
