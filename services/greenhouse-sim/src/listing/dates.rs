//! Date filters in both spellings: `updated_at=gte|2024-01-01T00:00:00Z|lt|…` and `updated_at[gte]=…`.

use crate::stamp::Stamp;

/// The moments between which a date must lie, both included: Greenhouse's exclusive bounds become inclusive ones a
/// millisecond further in, the finest step there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: Stamp,
    pub(crate) to: Stamp,
}

impl Range {
    pub(crate) fn contains(self, moment: Stamp) -> bool {
        self.from <= moment && moment <= self.to
    }
}

const OPERATORS: [&str; 4] = ["gte", "lte", "gt", "lt"];

/// A date filter being read; each operator may come once, and only one spelling may be used.
#[derive(Default)]
pub(crate) struct Bounds {
    given: Vec<(&'static str, Stamp)>,
    pipes: bool,
    brackets: bool,
}

impl Bounds {
    /// Reads `gte|…|lte|…`.
    pub(crate) fn pipes(&mut self, text: &str) -> Result<(), String> {
        if self.pipes || self.brackets {
            return Err("is given more than once".to_owned());
        }
        self.pipes = true;
        let parts: Vec<&str> = text.split('|').collect();
        if parts.len() < 2 || !parts.len().is_multiple_of(2) {
            return Err("must look like gte|2024-01-01T00:00:00Z".to_owned());
        }
        parts
            .chunks_exact(2)
            .try_for_each(|pair| self.bound(pair[0], pair[1]))
    }

    /// Reads one `[gte]=…`.
    pub(crate) fn bracket(&mut self, operator: &str, text: &str) -> Result<(), String> {
        if self.pipes {
            return Err("is given in two spellings".to_owned());
        }
        self.brackets = true;
        self.bound(operator, text)
    }

    pub(crate) fn range(&self) -> Range {
        let lower = self
            .given
            .iter()
            .filter(|(operator, _)| operator.starts_with('g'));
        let upper = self
            .given
            .iter()
            .filter(|(operator, _)| operator.starts_with('l'));
        let from = lower
            .map(|(operator, at)| at.minus_millis(if *operator == "gt" { -1 } else { 0 }))
            .max();
        let to = upper
            .map(|(operator, at)| at.minus_millis(i64::from(*operator == "lt")))
            .min();
        Range {
            from: from.unwrap_or(Stamp::from_millis(i64::MIN)),
            to: to.unwrap_or(Stamp::from_millis(i64::MAX)),
        }
    }

    fn bound(&mut self, operator: &str, text: &str) -> Result<(), String> {
        let operator = OPERATORS.into_iter().find(|known| *known == operator);
        let operator = operator.ok_or("knows only gte, lte, gt and lt")?;
        if self.given.iter().any(|(known, _)| *known == operator) {
            return Err(format!("has {operator} twice"));
        }
        let moment = Stamp::parse(text).ok_or_else(|| format!("`{text}` is not a date-time"))?;
        self.given.push((operator, moment));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Stamp {
        Stamp::from_millis(millis)
    }

    #[test]
    fn exclusive_bounds_move_in_by_a_millisecond() {
        let mut bounds = Bounds::default();
        bounds
            .pipes("gt|1970-01-01T00:00:01Z|lt|1970-01-01T00:00:02Z")
            .unwrap();
        assert_eq!(
            bounds.range(),
            Range {
                from: at(1001),
                to: at(1999)
            }
        );
    }

    #[test]
    fn both_spellings_mean_the_same_but_do_not_mix() {
        let mut brackets = Bounds::default();
        brackets.bracket("gte", "1970-01-01T00:00:01Z").unwrap();
        brackets
            .bracket("lte", "1970-01-01T00:00:02+00:00")
            .unwrap();
        assert_eq!(
            brackets.range(),
            Range {
                from: at(1000),
                to: at(2000)
            }
        );
        assert!(brackets.pipes("gte|1970-01-01T00:00:01Z").is_err());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "1970-01-01T00:00:01Z",
            "eq|1970-01-01T00:00:01Z",
            "gte|1970-01-01",
            "gte|x|",
            "gte",
        ] {
            assert!(Bounds::default().pipes(text).is_err(), "{text}");
        }
    }
}
