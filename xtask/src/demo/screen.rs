//! What the demo looks like: headings, marks and colours, colours only on a terminal.

use std::io::IsTerminal;

pub(super) struct Screen {
    colours: bool,
}

impl Screen {
    pub(super) fn new() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            colours: std::io::stdout().is_terminal() && !plain,
        }
    }

    pub(super) fn title(&self, text: &str) {
        println!("\n{}", self.paint("1;36", text));
    }

    pub(super) fn line(&self, text: &str) {
        println!("  {text}");
    }

    pub(super) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(super) fn good(&self, text: &str) -> String {
        self.paint("32", text)
    }

    pub(super) fn bad(&self, text: &str) -> String {
        self.paint("31", text)
    }

    /// A tick or a cross.
    pub(super) fn mark(&self, well: bool) -> String {
        if well {
            self.good("✓")
        } else {
            self.bad("✗")
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.colours {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}
