//! README's table of settings is the one in the code.

use boot::settings::reference_table;

use crate::{path, text};

const BEGIN: &str = "<!-- settings:begin -->\n";
const END: &str = "<!-- settings:end -->";

/// With `UPDATE_GENERATED` set it writes the table instead of comparing it.
#[test]
fn readme_lists_every_setting_as_the_code_does() {
    let readme = text("README.md");
    let (before, rest) = readme.split_once(BEGIN).unwrap();
    let (table, after) = rest.split_once(END).unwrap();
    let expected = reference_table();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        return std::fs::write(
            path("README.md"),
            [before, BEGIN, &expected, END, after].concat(),
        )
        .unwrap();
    }
    assert_eq!(
        table, expected,
        "repeat with UPDATE_GENERATED=1 to write the table: cargo test -p boot --test deploy readme"
    );
}
