//! What the streams are connected to, and what that and the environment decide: colours and width, for each stream by itself.

use std::ffi::OsString;
use std::io::IsTerminal as _;

use super::args::ColorWhen;

/// What a decision needs to know about the world around the process; a test makes its own.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Is standard output a terminal?
    pub stdout_terminal: bool,
    /// Is standard error a terminal?
    pub stderr_terminal: bool,
    /// Columns of the terminal on standard error, as it says.
    pub columns: Option<usize>,
    /// The variables that matter here.
    pub variables: Variables,
}

/// Environment variables, as they are set.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// `NO_COLOR` (no-color.org): any text but the empty one means no colours.
    pub no_color: Option<OsString>,
    /// `CLICOLOR_FORCE`: colours even in a pipe, unless 0 or empty.
    pub clicolor_force: Option<OsString>,
    /// `CLICOLOR`: 0 means no colours.
    pub clicolor: Option<OsString>,
    /// `TERM`: `dumb` means no colours.
    pub term: Option<OsString>,
    /// `COLUMNS`: wins over what the terminal says; a shell sets it, but exports it only when told to.
    pub columns: Option<OsString>,
}

impl Around {
    /// As it is. Nothing is asked of a terminal that nobody writes to (`narrated`).
    pub fn look(narrated: bool) -> Self {
        let stderr_terminal = narrated && std::io::stderr().is_terminal();
        let variable = |name: &str| if narrated { std::env::var_os(name) } else { None };
        Self {
            stdout_terminal: std::io::stdout().is_terminal(),
            stderr_terminal,
            columns: if stderr_terminal { asked_columns() } else { None },
            variables: Variables {
                no_color: variable("NO_COLOR"),
                clicolor_force: variable("CLICOLOR_FORCE"),
                clicolor: variable("CLICOLOR"),
                term: variable("TERM"),
                columns: variable("COLUMNS"),
            },
        }
    }

    /// Does a stream get colours? `--color` > NO_COLOR > CLICOLOR_FORCE > CLICOLOR=0 > a terminal that is not dumb.
    pub fn colours(&self, when: ColorWhen, terminal: bool) -> bool {
        let is = |variable: &Option<OsString>, text: &str| variable.as_ref().is_some_and(|v| v == text);
        let set = |variable: &Option<OsString>| variable.as_ref().is_some_and(|v| !v.is_empty());
        let v = &self.variables;
        match when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto if set(&v.no_color) => false,
            ColorWhen::Auto if set(&v.clicolor_force) && !is(&v.clicolor_force, "0") => true,
            ColorWhen::Auto if is(&v.clicolor, "0") => false,
            ColorWhen::Auto => terminal && !is(&v.term, "dumb"),
        }
    }

    /// Columns that the narration may use; `None` where nothing limits a line.
    pub fn width(&self) -> Option<usize> {
        let typed = self.variables.columns.as_ref().and_then(|c| c.to_str()).and_then(|c| c.parse().ok());
        // Under 20 columns nothing can be told; whoever asks for that means something else.
        typed.or(self.columns.filter(|_| self.stderr_terminal)).filter(|&columns: &usize| columns >= 20)
    }
}

/// What the terminal on standard error says of itself. A serial line may say 0: then nothing is known, and 80 is what most have.
fn asked_columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stderr()).ok()?;
    Some(if size.ws_col == 0 { 80 } else { usize::from(size.ws_col) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(set: &[(&str, &str)]) -> Around {
        let get = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v));
        Around {
            variables: Variables {
                no_color: get("NO_COLOR"),
                clicolor_force: get("CLICOLOR_FORCE"),
                clicolor: get("CLICOLOR"),
                term: get("TERM"),
                columns: get("COLUMNS"),
            },
            ..Around::default()
        }
    }

    #[test]
    fn colours_follow_the_option_then_the_environment_then_the_terminal() {
        type Case = (&'static [(&'static str, &'static str)], ColorWhen, bool, bool);
        let cases: &[Case] = &[
            (&[], ColorWhen::Auto, true, true),
            (&[], ColorWhen::Auto, false, false),
            (&[("TERM", "dumb")], ColorWhen::Auto, true, false),
            (&[("NO_COLOR", "1")], ColorWhen::Auto, true, false),
            (&[("NO_COLOR", "")], ColorWhen::Auto, true, true),
            (&[("CLICOLOR_FORCE", "1")], ColorWhen::Auto, false, true),
            (&[("CLICOLOR_FORCE", "0")], ColorWhen::Auto, false, false),
            (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], ColorWhen::Auto, false, true),
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], ColorWhen::Auto, true, false),
            (&[("CLICOLOR", "0")], ColorWhen::Auto, true, false),
            (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], ColorWhen::Auto, true, true),
            (&[("NO_COLOR", "1")], ColorWhen::Always, false, true),
            (&[("CLICOLOR_FORCE", "1")], ColorWhen::Never, true, false),
        ];
        for (variables, when, terminal, expected) in cases {
            assert_eq!(around(variables).colours(*when, *terminal), *expected, "{variables:?} {when:?} {terminal}");
        }
    }

    #[test]
    fn a_pipe_has_no_width_unless_columns_says_one() {
        assert_eq!(around(&[]).width(), None);
        assert_eq!(around(&[("COLUMNS", "60")]).width(), Some(60));
        assert_eq!(around(&[("COLUMNS", "0")]).width(), None);
        assert_eq!(around(&[("COLUMNS", "many")]).width(), None);
        let terminal = Around { stderr_terminal: true, columns: Some(100), ..around(&[]) };
        assert_eq!(terminal.width(), Some(100));
    }
}
