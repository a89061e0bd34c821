//! Metric families over typed labels: [`Grid`] has every child resolved, so that a hot path adds to an atomic without a
//! look-up; [`Sparse`] makes a child when it is first used, for gauges, where a zero would be a claim, and where not
//! every combination of labels occurs.

use std::fmt;
use std::marker::PhantomData;

use prometheus::core::{Collector, MetricVec, MetricVecBuilder};
use prometheus::{
    Counter, CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter,
    IntCounterVec, Opts, Registry,
};

use super::label::{Label, Values};

/// Name, kind and labels of one metric family: the catalogue that rules and dashboards are checked against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Name in the exposition, without the suffixes of a histogram.
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Names of its labels.
    pub labels: Vec<&'static str>,
    /// What it tells.
    pub help: &'static str,
}

/// Registers families and keeps the catalogue.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    pub(super) registry: Registry,
    pub(super) families: Vec<Family>,
}

/// What is said about a family in the table; bounds of buckets in seconds, for histograms only.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) bounds: &'static [f64],
}

/// A kind of metric.
pub(super) trait Metric: Clone + fmt::Debug + 'static {
    type Builder: MetricVecBuilder<M = Self> + 'static;
    const KIND: &'static str;
    fn family(about: About, labels: &[&str]) -> prometheus::Result<MetricVec<Self::Builder>>;
}

macro_rules! metric {
    ($metric:ty, $family:ty, $kind:literal) => {
        impl Metric for $metric {
            type Builder = <$family as FamilyOf>::Builder;
            const KIND: &'static str = $kind;
            fn family(about: About, labels: &[&str]) -> prometheus::Result<$family> {
                <$family>::new(Opts::new(about.name, about.help), labels)
            }
        }
    };
}

/// Names the builder inside one of the library's type aliases.
pub(super) trait FamilyOf {
    type Builder;
}

impl<T: MetricVecBuilder> FamilyOf for MetricVec<T> {
    type Builder = T;
}

metric!(IntCounter, IntCounterVec, "counter");
metric!(Counter, CounterVec, "counter");
metric!(Gauge, GaugeVec, "gauge");

impl Metric for Histogram {
    type Builder = <HistogramVec as FamilyOf>::Builder;
    const KIND: &'static str = "histogram";
    fn family(about: About, labels: &[&str]) -> prometheus::Result<HistogramVec> {
        let options = HistogramOpts::new(about.name, about.help).buckets(about.bounds.to_vec());
        HistogramVec::new(options, labels)
    }
}

/// A family whose children appear when they are first used.
pub(super) struct Sparse<M: Metric, A, B = ()> {
    family: MetricVec<M::Builder>,
    labels: PhantomData<fn(A, B)>,
}

impl<M: Metric, A: Values, B: Values> Sparse<M, A, B> {
    pub(super) fn register(catalogue: &mut Catalogue, about: About) -> prometheus::Result<Self> {
        Ok(Self {
            family: register::<M>(catalogue, about, [A::NAMES, B::NAMES].concat())?,
            labels: PhantomData,
        })
    }

    /// The child of one combination.
    pub(super) fn at(&self, a: A, b: B) -> M {
        self.family
            .with_label_values(&[a.values(), b.values()].concat())
    }
}

/// A family with one child per combination of labels, from the start.
pub(super) struct Grid<M, A, B = (), C = ()> {
    children: Vec<M>,
    about: About,
    labels: PhantomData<fn(A, B, C)>,
}

impl<M: Metric, A: Label, B: Label, C: Label> Grid<M, A, B, C> {
    pub(super) fn register(catalogue: &mut Catalogue, about: About) -> prometheus::Result<Self> {
        let family = register::<M>(catalogue, about, [A::NAMES, B::NAMES, C::NAMES].concat())?;
        let mut children = Vec::with_capacity(A::ALL.len() * B::ALL.len() * C::ALL.len());
        for a in A::ALL {
            for b in B::ALL {
                for c in C::ALL {
                    let labels = [a.values(), b.values(), c.values()].concat();
                    children.push(family.get_metric_with_label_values(&labels)?);
                }
            }
        }
        Ok(Self {
            children,
            about,
            labels: PhantomData,
        })
    }

    /// The child of one combination.
    pub(super) fn at(&self, a: A, b: B, c: C) -> &M {
        &self.children[(a.position() * B::ALL.len() + b.position()) * C::ALL.len() + c.position()]
    }
}

impl<A: Label> Grid<Histogram, A> {
    /// The sample that counts a value, as the exposition calls it: its labels by name, and the bound behind them.
    pub(super) fn bucket(&self, a: A, value: f64) -> String {
        let labels = A::NAMES.iter().zip(a.values());
        let mut labels: Vec<_> = labels
            .map(|(name, value)| format!("{name}=\"{value}\","))
            .collect();
        labels.sort_unstable();
        let bound = self.about.bounds.iter().find(|bound| value <= **bound);
        let bound = bound.map_or_else(|| "+Inf".to_owned(), f64::to_string);
        let (name, labels) = (self.about.name, labels.concat());
        format!("{name}_bucket{{{labels}le=\"{bound}\"}}")
    }
}

fn register<M: Metric>(
    catalogue: &mut Catalogue,
    about: About,
    labels: Vec<&'static str>,
) -> prometheus::Result<MetricVec<M::Builder>>
where
    MetricVec<M::Builder>: Collector,
{
    let family = M::family(about, &labels)?;
    catalogue.registry.register(Box::new(family.clone()))?;
    catalogue.families.push(Family {
        name: about.name,
        kind: M::KIND,
        labels,
        help: about.help,
    });
    Ok(family)
}
