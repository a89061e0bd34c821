//! README's table of a tenant's settings is the one in the code.

use std::path::Path;

use domain::settings::Settings;

const BEGIN: &str = "<!-- tenant-settings:begin -->\n";
const END: &str = "<!-- tenant-settings:end -->";

fn table() -> String {
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    let mut table = "| setting | default | meaning |\n|---|---|---|\n".to_owned();
    for setting in Settings::TABLE {
        let default = match &defaults[setting.name] {
            serde_json::Value::Null => "none".to_owned(),
            value => format!("`{}`", value.to_string().trim_matches('"')),
        };
        let (name, meaning, form) = (setting.name, setting.meaning, setting.form);
        table.push_str(&format!(
            "| `{name}` | {default} | {meaning} Expected: {form}. |\n"
        ));
    }
    table
}

/// With `UPDATE_GENERATED` set it writes the table instead of comparing it.
#[test]
fn readme_lists_every_setting_of_a_tenant_as_the_code_does() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        let text = [before, BEGIN, &table(), END, after].concat();
        return std::fs::write(&path, text).unwrap();
    }
    assert_eq!(
        found,
        table(),
        "repeat with UPDATE_GENERATED=1 to write the table: cargo test -p connections readme"
    );
}
