//! Variables that are called like a setting and that no setting reads: most likely one that is misspelt.
//!
//! They are told and not refused. Kubernetes gives every pod variables of its own where a Service is called `bridge`, and
//! what a newer version reads must not keep an older one from starting when it is rolled back to.

use std::fmt;

use domain::Code;

use super::variables::reference;

const PREFIX: &str = "BRIDGE_";
/// Read by commands (`--url`), so no setting of a process.
const OF_COMMANDS: &[&str] = &["BRIDGE_URL"];
/// From here on (`strsim::jaro`, 0 to 1) clap takes a word for a misspelt one as well.
const ALIKE: f64 = 0.7;

/// A variable that nothing reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// The setting whose name is most like it, where one is.
    pub nearest: Option<String>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is set, and no setting reads it", self.name)?;
        match &self.nearest {
            Some(nearest) => write!(f, ": is {nearest} meant?"),
            None => write!(f, "."),
        }
    }
}

/// One line in the log for each.
pub fn warn_of(unknown: &[Unknown]) {
    for one in unknown {
        tracing::warn!(code = Code::SettingUnknown.as_str(), "{one}");
    }
}

/// Those among `names` that nothing reads, in alphabetical order.
pub(super) fn among<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Unknown> {
    let mut names: Vec<&str> = names.filter(|name| name.starts_with(PREFIX)).collect();
    names.sort_unstable();
    let (known, services) = (known(), services(&names));
    names.retain(|name| {
        !known.iter().any(|known| known == name)
            && !OF_COMMANDS.contains(name)
            && !services.iter().any(|service| tells_of(service, name))
    });
    let unknown = names.into_iter().map(|name| Unknown {
        name: name.to_owned(),
        nearest: nearest(name, &known),
    });
    unknown.collect()
}

/// Every name that is read, those of secrets' files included.
fn known() -> Vec<String> {
    let names = |variable: &super::Variable| {
        let file = variable.secret.then(|| format!("{}_FILE", variable.name));
        [Some(variable.name.to_owned()), file]
    };
    reference().iter().flat_map(names).flatten().collect()
}

fn nearest(name: &str, known: &[String]) -> Option<String> {
    // What all of them begin with makes none of them more alike.
    let own = |name: &str| name.strip_prefix(PREFIX).map(str::to_owned);
    let likeness = |known: &String| Some(strsim::jaro(&own(name)?, &own(known)?));
    let rated = known
        .iter()
        .filter_map(|known| Some((likeness(known)?, known)));
    let best = rated.max_by(|(one, _), (other, _)| one.total_cmp(other));
    best.filter(|(likeness, _)| *likeness >= ALIKE)
        .map(|(_, known)| known.clone())
}

/// The Services that Kubernetes tells each pod of; a whole group of variables belongs to each (Kubernetes documentation,
/// Service, Environment variables).
fn services<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let hosts = names.iter().map(|name| name.strip_suffix("_SERVICE_HOST"));
    hosts.flatten().collect()
}

/// Such as `BRIDGE_SERVICE_PORT_HTTP`, `BRIDGE_PORT` and `BRIDGE_PORT_8080_TCP_ADDR` of the Service `BRIDGE`.
fn tells_of(service: &str, name: &str) -> bool {
    name.strip_prefix(service).is_some_and(|rest| {
        rest == "_PORT" || rest.starts_with("_PORT_") || rest.starts_with("_SERVICE_")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(names: &[&str]) -> Vec<String> {
        let unknown = among(names.iter().copied());
        unknown.iter().map(Unknown::to_string).collect()
    }

    #[test]
    fn a_misspelt_variable_is_told_with_the_one_that_is_meant() {
        for (misspelt, meant) in [
            ("BRIDGE_AMPQ_URL", "BRIDGE_AMQP_URL"),
            ("BRIDGE_SETTLE_SECS", "BRIDGE_SETTLE_SECONDS"),
            ("BRIDGE_PUBLIC_URI", "BRIDGE_PUBLIC_URL"),
            ("BRIDGE_LOGFORMAT", "BRIDGE_LOG_FORMAT"),
            ("BRIDGE_ADMIN_TOKEN_FILES", "BRIDGE_ADMIN_TOKEN_FILE"),
            ("BRIDGE_HTTP_ADDR_FILE", "BRIDGE_HTTP_ADDR"),
        ] {
            let expected = format!("{misspelt} is set, and no setting reads it: is {meant} meant?");
            assert_eq!(told(&[misspelt]), [expected]);
        }
    }

    #[test]
    fn one_that_is_like_no_setting_is_told_all_the_same() {
        let told = told(&["BRIDGE_ZZ"]);
        assert_eq!(told, ["BRIDGE_ZZ is set, and no setting reads it."]);
    }

    #[test]
    fn what_is_read_is_not_told() {
        let known = known();
        assert!(among(known.iter().map(String::as_str)).is_empty());
        assert_eq!(told(&["BRIDGE_URL", "PATH"]), [""; 0]);
    }

    #[test]
    fn what_kubernetes_sets_for_a_service_is_not_told_and_nothing_else_is_taken_for_it() {
        let of_kubernetes = [
            "BRIDGE_PORT",
            "BRIDGE_PORT_8080_TCP_ADDR",
            "BRIDGE_SERVICE_HOST",
            "BRIDGE_SERVICE_PORT_HTTP",
        ];
        assert_eq!(told(&of_kubernetes), [""; 0]);
        assert_eq!(told(&["BRIDGE_HTTP_PORT", "BRIDGE_SERVICE_HOST"]).len(), 1);
    }
}
