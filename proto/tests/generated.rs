//! Keeps `src/gen` equal to what the .proto files say. `UPDATE_GENERATED=1 cargo test -p proto --test generated`
//! writes it anew; without the variable a difference fails. No protoc: protox compiles the files.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use prost_types::FileDescriptorProto;

const PACKAGE: &str = "intrro.events.v1";

/// Their Debug would print people's data; src/redact.rs writes it by hand.
const PERSONAL: [&str; 7] = [
    ".intrro.events.v1.Candidate",
    ".intrro.events.v1.CandidateErasureRequested",
    ".intrro.events.v1.Contact",
    ".intrro.events.v1.IntroductionAccepted",
    ".intrro.events.v1.IntroductionStatusChanged",
    ".intrro.events.v1.Referrer",
    ".intrro.events.v1.Requester",
];

/// What only ever comes in: an enum value we do not know is refused there and read as the default everywhere else.
const INBOUND: [&str; 10] = [
    ".intrro.events.v1.Candidate",
    ".intrro.events.v1.CandidateErasureRequested",
    ".intrro.events.v1.CandidateProfileUpdated",
    ".intrro.events.v1.Contact",
    ".intrro.events.v1.IntroductionAccepted",
    ".intrro.events.v1.IntroductionStatusChanged",
    ".intrro.events.v1.JobsRefreshRequested",
    ".intrro.events.v1.Referrer",
    ".intrro.events.v1.Requester",
    ".intrro.events.v1.StatusRefreshRequested",
];

/// Whose consumers want every field there, defaults included.
const COMPLETE: [&str; 1] = [".intrro.events.v1.CandidateStatusChanged"];

#[test]
fn checked_in_code_is_what_the_proto_files_say() {
    let generated = generate();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gen");
    let update = std::env::var_os("UPDATE_GENERATED").is_some();
    for (name, text) in generated {
        let path = folder.join(name);
        if update {
            std::fs::write(&path, &text).unwrap();
        }
        let stored = std::fs::read_to_string(&path).unwrap();
        assert!(
            stored == text,
            "{name} is stale: run UPDATE_GENERATED=1 cargo test -p proto --test generated"
        );
    }
}

fn generate() -> BTreeMap<&'static str, String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("intrro/events/v1");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let compiled = protox::compile(&files, [&root]).unwrap();
    let mut config = prost_build::Config::new();
    config
        .compile_well_known_types()
        .extern_path(".google.protobuf", "crate::wkt")
        .skip_debug(PERSONAL);
    let module = |package: &str| prost_build::Module::from_protobuf_package_name(package);
    // Google's files take part only so that prost knows what it may derive; what it writes for them is dropped.
    let requests = compiled
        .file
        .iter()
        .cloned()
        .map(|file| (module(file.package()), file))
        .collect();
    let messages = config
        .generate(requests)
        .unwrap()
        .remove(&module(PACKAGE))
        .unwrap();

    let exact = serde_of(&compiled.file, &INBOUND, |builder| builder);
    let complete = serde_of(&compiled.file, &COMPLETE, |builder| {
        builder.emit_fields().ignore_unknown_enum_variants()
    });
    let rest = serde_of(&compiled.file, &[".intrro.events.v1"], |builder| {
        builder
            .exclude(INBOUND)
            .exclude(COMPLETE)
            .ignore_unknown_enum_variants()
    });
    BTreeMap::from([
        ("intrro.events.v1.rs", messages),
        (
            "intrro.events.v1.serde.rs",
            lenient(&(any_case(&exact) + &complete + &rest)),
        ),
    ])
}

fn serde_of(
    files: &[FileDescriptorProto],
    prefixes: &[&str],
    options: impl FnOnce(&mut pbjson_build::Builder) -> &mut pbjson_build::Builder,
) -> String {
    let mut builder = pbjson_build::Builder::new();
    for file in files {
        builder.register_file_descriptor(file.clone());
    }
    builder
        .extern_path(".google.protobuf", "crate::wkt")
        .ignore_unknown_fields();
    let mut written = options(&mut builder)
        .generate(prefixes, |_| Ok(Vec::new()))
        .unwrap();
    assert_eq!(written.len(), 1, "one package");
    String::from_utf8(written.remove(0).1).unwrap()
}

/// Lets the names of enum values be written in any case. They are in capitals, which pbjson asks for.
fn any_case(generated: &str) -> String {
    let names = "-> std::result::Result<Self::Value, E>
            where
                E: serde::de::Error,
            {
                match value {\n";
    assert!(generated.contains(names), "no enum comes in any more");
    let capitals = names.replace("match value", "match value.to_ascii_uppercase().as_str()");
    generated.replace(names, &capitals)
}

/// Sends the reading of every field through src/json.rs, where null, numbers for texts and texts for numbers are
/// understood. pbjson has no switch for these.
fn lenient(generated: &str) -> String {
    let plain = generated
        .replace(
            "map_.next_value()?",
            "map_.next_value::<crate::json::Lenient<_>>()?.0",
        )
        .replace(
            "Vec<::pbjson::private::NumberDeserialize<_>>",
            "crate::json::Integers<_>",
        )
        .replace(
            "::pbjson::private::NumberDeserialize<",
            "crate::json::Integer<",
        );
    let lines = plain
        .lines()
        .map(|line| match line.split_once("Some(map_.next_value::<") {
            Some((before, enumeration)) if line.contains("()? as i32)") => {
                let after =
                    enumeration.replacen(">()? as i32)", ">>()?.map(|value| value as i32)", 1);
                format!("{before}map_.next_value::<Option<{after}\n")
            }
            _ => format!("{line}\n"),
        });
    lines.collect()
}
