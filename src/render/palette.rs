//! The few colours, chosen once for each stream. Nothing is said by colour alone.

use owo_colors::Style;

/// A style for each role that a piece of text can have.
#[derive(Debug, Clone, Copy, Default)]
pub struct Palette {
    /// Number and name of a stage.
    pub stage: Style,
    /// What a stage came to.
    pub headline: Style,
    /// Names of facts, notes, times.
    pub faint: Style,
    /// What was sent.
    pub sent: Style,
    /// What was received.
    pub received: Style,
    /// System calls.
    pub call: Style,
    /// Warnings and oddities.
    pub warning: Style,
    /// Failures.
    pub failure: Style,
    on: bool,
}

impl Palette {
    /// Text as it is.
    pub fn plain() -> Self {
        Self::default()
    }

    /// The sixteen basic colours only: every terminal has them, in the shades that its owner chose.
    pub fn colour() -> Self {
        Self {
            stage: Style::new().bold().cyan(),
            headline: Style::new().bold(),
            faint: Style::new().dimmed(),
            sent: Style::new().blue(),
            received: Style::new().green(),
            call: Style::new().magenta(),
            warning: Style::new().yellow(),
            failure: Style::new().bold().red(),
            on: true,
        }
    }

    /// `text` in `style`.
    pub fn paint(&self, style: Style, text: &str) -> String {
        if self.on && !text.is_empty() { style.style(text).to_string() } else { text.to_owned() }
    }
}
