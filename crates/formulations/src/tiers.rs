//! How hot a formulation is, by its article share.

/// The names of the six tiers of China Media Project's scale (沸 烫 热 暖 温 冷), the hottest first.
pub const TIERS: [&str; 6] = ["boiling", "scalding", "hot", "warm", "tepid", "cold"];

/// Least article shares of tiers.
#[derive(Clone, Debug, PartialEq)]
pub struct Tiers {
    /// Of each tier, in the order of [`TIERS`]; `None` where no cut point is known.
    cuts: [Option<f64>; TIERS.len()],
}

/// The two cut points that are known: 2,000 and 500 articles a year (Qian Gang 2017) as shares of the
/// articles of that year.
impl Default for Tiers {
    fn default() -> Self {
        let mut cuts = [None; TIERS.len()];
        cuts[0] = Some(0.0518);
        cuts[1] = Some(0.0129);
        Self { cuts }
    }
}

/// What is wrong with cut points.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TierError {
    /// No tier has such a name.
    #[error("there is no tier '{name}'; the tiers are {}", TIERS.join(", "))]
    Unknown {
        /// The name.
        name: String,
    },
    /// A cut point is no share.
    #[error(
        "the cut point of '{name}' is {cut}, and must be a share of articles, above 0 and at most 1"
    )]
    NoShare {
        /// The tier.
        name: &'static str,
        /// Its cut point.
        cut: f64,
    },
    /// A hotter tier begins at a lower share.
    #[error(
        "the cut point of '{name}' is {cut}, and must be below that of the next hotter tier, {hotter}"
    )]
    Order {
        /// The tier.
        name: &'static str,
        /// Its cut point.
        cut: f64,
        /// The cut point of the hotter tier.
        hotter: f64,
    },
}

impl Tiers {
    /// The default cut points with those given instead or besides.
    ///
    /// # Errors
    /// If a tier has another name, a cut point is no share, or they don't fall.
    pub fn with<'n>(given: impl IntoIterator<Item = (&'n str, f64)>) -> Result<Self, TierError> {
        let mut tiers = Self::default();
        for (name, cut) in given {
            let at = TIERS.iter().position(|tier| *tier == name);
            let at = at.ok_or_else(|| TierError::Unknown {
                name: name.to_owned(),
            })?;
            if !(cut > 0.0 && cut <= 1.0) {
                return Err(TierError::NoShare {
                    name: TIERS[at],
                    cut,
                });
            }
            tiers.cuts[at] = Some(cut);
        }
        let known: Vec<(&str, f64)> = tiers.cuts().collect();
        for pair in known.windows(2) {
            let ((_, hotter), (name, cut)) = (pair[0], pair[1]);
            if cut >= hotter {
                let name = TIERS
                    .iter()
                    .find(|tier| **tier == name)
                    .copied()
                    .unwrap_or_default();
                return Err(TierError::Order { name, cut, hotter });
            }
        }
        Ok(tiers)
    }

    /// The tiers that have a cut point, the hottest first, with it.
    pub fn cuts(&self) -> impl Iterator<Item = (&'static str, f64)> + '_ {
        let all = TIERS.into_iter().zip(self.cuts);
        all.filter_map(|(name, cut)| Some((name, cut?)))
    }

    /// The hottest tier whose cut point a share reaches; `None` below all that are known.
    pub fn of(&self, share: f64) -> Option<&'static str> {
        self.cuts()
            .find(|&(_, cut)| share >= cut)
            .map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Field guide F7: boiling from 2,000 and scalding from 500 articles a year, of about 38,700.
    #[test]
    fn the_two_known_cut_points_are_those_of_china_media_project() {
        let tiers = Tiers::default();
        let cuts: Vec<_> = tiers.cuts().collect();
        assert_eq!(cuts, [("boiling", 0.0518), ("scalding", 0.0129)]);
        let of = |articles: f64| tiers.of(articles / 38_700.0);
        // The published cut points have three digits: 2,005 and 500 articles.
        assert_eq!(of(2010.0), Some("boiling"));
        assert_eq!(of(2000.0), Some("scalding"));
        assert_eq!(of(500.0), Some("scalding"));
        assert_eq!(of(490.0), None);
        assert_eq!(
            (tiers.of(0.0518), tiers.of(0.0129)),
            (Some("boiling"), Some("scalding"))
        );
        assert_eq!(tiers.of(0.0), None);
    }

    #[test]
    fn lower_tiers_are_there_only_where_they_are_given() {
        let tiers = Tiers::with([("hot", 0.005), ("cold", 0.0001)]).expect("falling");
        assert_eq!(tiers.of(0.006), Some("hot"));
        assert_eq!(tiers.of(0.001), Some("cold"));
        assert_eq!(tiers.of(0.00005), None);
        let told = |given: (&str, f64)| Tiers::with([given]).expect_err("must fail").to_string();
        assert!(told(("lukewarm", 0.1)).contains("the tiers are boiling, scalding"));
        assert!(told(("hot", 0.02)).contains("below that of the next hotter tier, 0.0129"));
        assert!(told(("cold", 0.0)).contains("above 0 and at most 1"));
        assert!(told(("cold", f64::NAN)).contains("must be a share"));
    }
}
