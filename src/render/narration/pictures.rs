//! The pictures themselves, under the table of the images stage: `--preview`.

use std::io::Write;
use std::sync::atomic::Ordering;

use super::{Narrator, images};
use crate::deadline::INTERRUPTED;
use crate::phrase;
use crate::render::page::INDENT;
use crate::render::pictures::{self, Screen};
use crate::stages::images::shelf::{self, Lost, Shelf};
use crate::words::{Phrase, grouped};

/// `--preview`
#[derive(Debug, Clone)]
pub enum Preview {
    /// Pictures come on the shelf and are shown on the screen.
    Shown(Shelf, Screen),
    /// They cannot be shown, and this is why.
    Not(Phrase),
}

impl<W: Write + Send> Narrator<W> {
    /// Each picture of `site` (the page's URL) under its number and URL. Each is decoded, shown and let go before the next.
    pub(super) fn tell_pictures(&mut self, site: &str) {
        let (shelf, screen) = match &self.preview {
            None => return,
            Some(Preview::Not(why)) => {
                self.page.text(&self.words.say(why));
                return;
            }
            Some(Preview::Shown(shelf, screen)) => (shelf.take(), *screen),
        };
        for (number, copied) in shelf.pictures {
            // Decoding may take its time, and Ctrl-C says that nobody waits.
            if INTERRUPTED.load(Ordering::Relaxed) {
                return;
            }
            self.page.text(&format!("#{number}  {}", images::short(site, &copied.url)));
            let drawn = match copied.bytes {
                Ok(bytes) => pictures::show(&bytes, copied.format, screen, INDENT).map_err(|why| why.phrase()),
                Err(Lost::TooLarge) => Err(phrase!("images-preview-large", most = grouped(shelf::EACH as u64))),
                Err(Lost::NoRoom) => Err(phrase!("images-preview-room", most = grouped(shelf::ALL as u64))),
            };
            match drawn {
                Ok(bytes) => {
                    self.flush();
                    self.draw(|_, to| {
                        to.write_all(&bytes)?;
                        to.flush()
                    });
                }
                Err(why) => self.page.under(&self.words.say(&phrase!("images-preview-not", why = why))),
            }
        }
        if shelf.beyond > 0 {
            self.page.text(&self.words.say(&phrase!("images-preview-beyond", n = shelf.beyond, most = shelf::MOST)));
        }
        if !shelf.others.is_empty() {
            let n: u64 = shelf.others.values().sum();
            let formats: Vec<_> = shelf.others.keys().copied().collect();
            self.page.text(&self.words.say(&phrase!("images-preview-others", n = n, formats = formats.join(", "))));
        }
    }
}

#[cfg(test)]
mod tests;
