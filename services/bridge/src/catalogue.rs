//! `bridge explain`: the catalogue of codes, as the program carries it.

use std::process::ExitCode;

use domain::Code;

use crate::failure::Failure;
use crate::output;

pub(crate) fn explain(code: Option<&str>, json: bool) -> Result<ExitCode, Failure> {
    let codes = match code {
        None => Code::ALL.to_vec(),
        Some(text) => vec![text.parse().map_err(|error: domain::UnknownWord| {
            Failure::Usage(format!("{error}; `bridge explain` lists them all"))
        })?],
    };
    if json {
        let entries: Vec<_> = codes.iter().map(entry).collect();
        output::line(serde_json::Value::from(entries))?;
        return Ok(ExitCode::SUCCESS);
    }
    for code in codes {
        output::line(format_args!(
            "{} {}\n  cause   {}\n  remedy  {}",
            code.number(),
            code,
            code.cause(),
            code.remedy()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What happened, what the catalogue would have one do about it, and by which name to look it up.
pub(crate) fn advised(what: &str, code: Code) -> String {
    let (what, remedy, number) = (what.trim_end_matches('.'), code.remedy(), code.number());
    format!("{what}. {remedy} More: bridge explain {number}")
}

/// What the catalogue says of a code, for `--json`.
pub(crate) fn entry(code: &Code) -> serde_json::Value {
    serde_json::json!({
        "number": code.number(),
        "code": code,
        "cause": code.cause(),
        "remedy": code.remedy(),
        "needs_human": code.needs_human(),
    })
}
