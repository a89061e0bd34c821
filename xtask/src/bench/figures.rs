//! Numbers of a scenario over its runs.

use serde_json::{Value, json};

/// One number of one run.
#[derive(Clone, Debug)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) unit: &'static str,
    /// What the project aims at, as a person would write it; empty where there is no aim.
    pub(super) aim: &'static str,
    /// `None`: could not be measured, as the CPU of a server that is not ours.
    pub(super) value: Option<f64>,
}

impl Figure {
    pub(super) fn new(
        name: &'static str,
        unit: &'static str,
        value: impl Into<Option<f64>>,
    ) -> Self {
        Self {
            name,
            unit,
            aim: "",
            value: value.into(),
        }
    }

    pub(super) fn aim(self, aim: &'static str) -> Self {
        Self { aim, ..self }
    }
}

/// Everything measured under one title: per run the same figures in the same order.
pub(super) struct Scenario {
    pub(super) title: String,
    pub(super) runs: Vec<Vec<Figure>>,
}

impl Scenario {
    /// One row per figure.
    pub(super) fn rows(&self) -> Vec<Value> {
        let first = self.runs.first().map(Vec::as_slice).unwrap_or_default();
        let row = |(index, figure): (usize, &Figure)| {
            let values: Vec<Option<f64>> = self.runs.iter().map(|run| run[index].value).collect();
            json!({
                "figure": figure.name, "unit": figure.unit, "aim": figure.aim,
                "median": median(&values).map(rounded),
                "runs": values.iter().map(|value| value.map(rounded)).collect::<Vec<_>>(),
            })
        };
        first.iter().enumerate().map(row).collect()
    }
}

/// The middle one, the mean of the two in the middle for an even number.
fn median(values: &[Option<f64>]) -> Option<f64> {
    let mut known: Vec<f64> = values.iter().copied().flatten().collect();
    known.sort_by(f64::total_cmp);
    let middle = known.len() / 2;
    match known.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(known[middle]),
        _ => Some(f64::midpoint(known[middle - 1], known[middle])),
    }
}

/// The value below which `share` of the sorted values lie, by nearest rank.
pub(super) fn percentile(sorted: &[f64], share: f64) -> Option<f64> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.max(1) - 1).copied()
}

/// Four significant digits: more would only be noise.
fn rounded(value: f64) -> f64 {
    if value == 0.0 {
        return 0.0;
    }
    let digits = 3 - value.abs().log10().floor() as i32;
    let scale = 10f64.powi(digits.max(0));
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_ignore_what_could_not_be_measured() {
        assert_eq!(median(&[Some(3.0), Some(1.0), Some(2.0)]), Some(2.0));
        assert_eq!(median(&[Some(3.0), None, Some(1.0)]), Some(2.0));
        assert_eq!(median(&[None]), None);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(50.0));
        assert_eq!(percentile(&values, 0.99), Some(99.0));
        assert_eq!(percentile(&[], 0.5), None);
    }

    #[test]
    fn digits_that_mean_nothing_are_not_shown() {
        assert_eq!(rounded(1_034.567), 1_035.0);
        assert_eq!(rounded(0.412_345), 0.4123);
        assert_eq!(rounded(0.0), 0.0);
    }
}
