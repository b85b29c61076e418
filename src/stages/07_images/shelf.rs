//! `--preview`: copies of pictures on their way from the lanes to whoever shows them.
//!
//! Bytes of bodies never ride in events, so this is a channel of its own: the plan holds one end, the narration the other, and
//! without `--preview` there is none. What it holds is bounded, whatever a page asks for: the first [`MOST`] pictures by number,
//! [`EACH`] bytes of each, [`ALL`] bytes together with those that are still arriving.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::pixels::Format;

/// Pictures of a page that are kept, those with the lowest numbers.
pub const MOST: usize = 12;

/// Bytes of the largest picture that is kept.
pub const EACH: usize = 2 * 1024 * 1024;

/// Bytes of all copies at a time, the unfinished ones too.
pub const ALL: usize = 32 * 1024 * 1024;

/// Where copies of pictures are put and taken from; a clone is the same shelf.
#[derive(Clone, Default)]
pub struct Shelf(Arc<Inner>);

#[derive(Default)]
struct Inner {
    bytes: AtomicUsize,
    held: Mutex<Shelved>,
}

/// What a page brought.
#[derive(Default)]
pub struct Shelved {
    /// By the number in the table.
    pub pictures: BTreeMap<u32, Copied>,
    /// Pictures beyond [`MOST`].
    pub beyond: u64,
    /// Pictures of formats that are not shown ([`is_shown`]): how many of each.
    pub others: BTreeMap<&'static str, u64>,
}

/// A picture that came.
#[derive(Debug, PartialEq, Eq)]
pub struct Copied {
    /// What answered, credentials masked.
    pub url: String,
    /// By its first bytes.
    pub format: Format,
    /// Its bytes, or why there are none.
    pub bytes: Result<Vec<u8>, Lost>,
}

/// Why there is no copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Larger than [`EACH`].
    TooLarge,
    /// [`ALL`] was in use.
    NoRoom,
}

/// Is a picture of this format decoded and shown?
pub fn is_shown(format: Format) -> bool {
    match format {
        Format::Png | Format::Jpeg | Format::Gif | Format::Webp | Format::Bmp | Format::Ico => true,
        Format::Avif | Format::Heif | Format::Svg | Format::Tiff | Format::Jxl => false,
    }
}

impl Shelf {
    /// Takes everything off the shelf.
    pub fn take(&self) -> Shelved {
        let taken = std::mem::take(&mut *self.held());
        let bytes: usize = taken.pictures.values().map(Copied::len).sum();
        self.0.bytes.fetch_sub(bytes, Ordering::Relaxed);
        taken
    }

    /// A copy of picture `number` begins.
    pub(super) fn copying(&self, number: u32) -> Copying {
        Copying { shelf: self.clone(), number, wanted: true, bytes: Ok(Vec::new()) }
    }

    /// A whole picture at once, as a lane brings it piece by piece.
    #[cfg(test)]
    pub(crate) fn bring(&self, number: u32, url: &str, content: &[u8], format: Format) {
        let mut copying = self.copying(number);
        copying.begin();
        for part in content.chunks(1_000_000) {
            copying.extend(part);
        }
        copying.place(url.to_owned(), format);
    }

    /// Is there a place for picture `number`, and will there be one?
    fn wants(&self, number: u32) -> bool {
        let held = self.held();
        held.pictures.len() < MOST || held.pictures.last_key_value().is_some_and(|(&last, _)| number < last)
    }

    fn put(&self, number: u32, copied: Copied) {
        let mut held = self.held();
        held.pictures.insert(number, copied);
        if held.pictures.len() > MOST
            && let Some((_, last)) = held.pictures.pop_last()
        {
            self.0.bytes.fetch_sub(last.len(), Ordering::Relaxed);
            held.beyond += 1;
        }
    }

    fn held(&self) -> MutexGuard<'_, Shelved> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for Shelf {
    /// The same shelf, not the same pictures.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shelf {}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("bytes", &self.0.bytes.load(Ordering::Relaxed)).finish_non_exhaustive()
    }
}

impl Copied {
    fn len(&self) -> usize {
        self.bytes.as_ref().map_or(0, Vec::len)
    }
}

/// A picture that is arriving. Dropped, it leaves nothing behind.
pub(super) struct Copying {
    shelf: Shelf,
    number: u32,
    wanted: bool,
    bytes: Result<Vec<u8>, Lost>,
}

impl Copying {
    /// The content begins, perhaps once more: nothing of an earlier exchange counts.
    pub(super) fn begin(&mut self) {
        self.lose(Ok(Vec::new()));
        self.wanted = self.shelf.wants(self.number);
    }

    /// The next bytes.
    pub(super) fn extend(&mut self, content: &[u8]) {
        let Ok(bytes) = &mut self.bytes else { return };
        if !self.wanted {
            return;
        }
        if bytes.len() + content.len() > EACH {
            self.lose(Err(Lost::TooLarge));
            return;
        }
        let all = &self.shelf.0.bytes;
        if all.fetch_add(content.len(), Ordering::Relaxed) + content.len() > ALL {
            all.fetch_sub(content.len(), Ordering::Relaxed);
            self.lose(Err(Lost::NoRoom));
            return;
        }
        bytes.extend_from_slice(content);
    }

    /// Everything has come, and it is a picture.
    pub(super) fn place(mut self, url: String, format: Format) {
        if !is_shown(format) {
            *self.shelf.held().others.entry(format.extension()).or_default() += 1;
        } else if !self.wanted {
            self.shelf.held().beyond += 1;
        } else {
            // The bytes stay counted: they are the shelf's now.
            let bytes = std::mem::replace(&mut self.bytes, Ok(Vec::new()));
            self.shelf.put(self.number, Copied { url, format, bytes });
        }
    }

    fn lose(&mut self, instead: Result<Vec<u8>, Lost>) {
        if let Ok(bytes) = std::mem::replace(&mut self.bytes, instead) {
            self.shelf.0.bytes.fetch_sub(bytes.len(), Ordering::Relaxed);
        }
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        self.lose(Ok(Vec::new()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(shelf: &Shelf) -> usize {
        shelf.0.bytes.load(Ordering::Relaxed)
    }

    #[test]
    fn the_lowest_numbers_stay_in_whatever_order_they_come() {
        let shelf = Shelf::default();
        for number in (1..=30).rev() {
            shelf.bring(number, "/", b"12345", Format::Png);
        }
        assert_eq!(bytes(&shelf), MOST * 5);
        let taken = shelf.take();
        assert_eq!(taken.pictures.keys().copied().collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        assert_eq!((taken.beyond, bytes(&shelf)), (18, 0));
        for number in 1..=30 {
            shelf.bring(number, "/", b"12345", Format::Png);
        }
        assert_eq!((bytes(&shelf), shelf.take().beyond), (MOST * 5, 18));
    }

    #[test]
    fn a_large_picture_is_let_go_and_told() {
        let shelf = Shelf::default();
        shelf.bring(1, "/", &vec![0; EACH], Format::Png);
        shelf.bring(2, "/", &vec![0; EACH + 1], Format::Png);
        assert_eq!(bytes(&shelf), EACH);
        let taken = shelf.take();
        assert_eq!(taken.pictures[&1].len(), EACH);
        assert_eq!(taken.pictures[&2].bytes, Err(Lost::TooLarge));
    }

    #[test]
    fn what_is_still_arriving_counts_too() {
        let shelf = Shelf::default();
        let part = vec![0; EACH];
        let mut arriving: Vec<_> = (1..=40).map(|number| shelf.copying(number)).collect();
        for copying in &mut arriving {
            copying.begin();
            copying.extend(&part);
        }
        assert_eq!(bytes(&shelf), ALL);
        assert_eq!(arriving[39].bytes, Err(Lost::NoRoom));
        drop(arriving);
        assert_eq!(bytes(&shelf), 0);
    }

    #[test]
    fn an_exchange_that_is_made_again_begins_anew() {
        let shelf = Shelf::default();
        let mut copying = shelf.copying(1);
        for part in [&b"half a"[..], b"whole"] {
            copying.begin();
            copying.extend(part);
        }
        copying.place("/".to_owned(), Format::Gif);
        assert_eq!(bytes(&shelf), 5);
        assert_eq!(shelf.take().pictures[&1].bytes, Ok(b"whole".to_vec()));
    }

    #[test]
    fn formats_that_are_not_shown_are_counted() {
        let shelf = Shelf::default();
        for number in 1..=20 {
            shelf.bring(number, "/", b"<svg>", Format::Svg);
        }
        assert_eq!(bytes(&shelf), 0);
        let taken = shelf.take();
        assert_eq!((taken.pictures.len(), taken.beyond, taken.others["svg"]), (0, 0, 20));
    }
}
