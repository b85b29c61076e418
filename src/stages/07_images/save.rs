//! Images kept in a folder: whole or not at all, nothing overwritten unasked, nothing outside the folder.
//!
//! A file is written under a temporary name in the same folder (`.jaunt-XXXXXX.part`, created exclusively, so that no link is
//! followed) and gets its own name when it is whole, in one step. A run that is killed leaves such a file at most; later runs
//! are not disturbed by it. `index.json` comes last, in the same way.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use ::url::Url;
use serde::Serialize;
use tempfile::{Builder, NamedTempFile, PersistError};

use super::names::{INDEX, Name, Names};

/// The folder and what was put into it.
#[derive(Debug)]
pub(crate) struct Saver {
    dir: PathBuf,
    clobber: bool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    names: Option<Names>,
    entries: Vec<Entry>,
}

/// A line of `index.json`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// As found in the page, in the order of the document.
    pub(crate) number: u32,
    /// What was asked for, credentials masked.
    pub(crate) url: String,
    /// What answered, when that is another URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answered_by: Option<String>,
    /// In the folder; null when it was not saved.
    pub(crate) file: Option<String>,
    /// Null without an answer.
    pub(crate) status: Option<u16>,
    /// What its bytes say it is; else the Content-Type.
    #[serde(rename = "type")]
    pub(crate) media_type: Option<String>,
    /// Of the content.
    pub(crate) bytes: Option<u64>,
    /// In pixels.
    pub(crate) width: Option<u32>,
    /// In pixels.
    pub(crate) height: Option<u32>,
    /// Why there is no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
}

#[derive(Serialize)]
struct Index<'i> {
    schema_version: u32,
    page: &'i str,
    /// False after Ctrl-C: there was more to fetch.
    complete: bool,
    images: &'i [Entry],
}

impl Saver {
    /// Touches nothing yet.
    pub(crate) fn new(dir: PathBuf, clobber: bool) -> Self {
        Self { dir, clobber, inner: Mutex::default() }
    }

    /// A name for what `url` brings; to be asked in document order.
    pub(crate) fn name(&self, url: &Url) -> Name {
        let mut inner = self.lock();
        let (dir, clobber) = (&self.dir, self.clobber);
        inner.names.get_or_insert_with(|| names_beside(dir, clobber)).take(url.path())
    }

    /// A file without its final name. The folder is made when it is missing.
    pub(crate) fn create(&self) -> io::Result<NamedTempFile> {
        let make = || {
            // Like any new file it gets what the umask leaves of rw-rw-rw-.
            let open = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
            Builder::new().prefix(".jaunt-").suffix(".part").make_in(&self.dir, open)
        };
        match make() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(&self.dir)?;
                make()
            }
            made => made,
        }
    }

    /// Gives `file` its name; `extension` when the URL gave none. The name that it got.
    pub(crate) fn keep(&self, mut file: NamedTempFile, name: &Name, extension: &str) -> io::Result<String> {
        let mut name = name.clone();
        for _ in 0..MOST_TRIES {
            let wanted = name.file(Some(extension));
            match self.persist(file, &self.dir.join(&wanted)) {
                Ok(()) => return Ok(wanted),
                Err(PersistError { error, file: back }) if is_taken(&error) => {
                    file = back;
                    let mut inner = self.lock();
                    let Some(names) = inner.names.as_mut() else { return Err(error) };
                    names.occupy(&wanted);
                    name = names.instead_of(&name);
                }
                Err(PersistError { error, .. }) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Notes what became of an image.
    pub(crate) fn enter(&self, entry: Entry) {
        self.lock().entries.push(entry);
    }

    /// Writes the index; the path that it got and how many files it names. None when there was nothing to fetch.
    pub(crate) fn index(&self, page: &str, complete: bool) -> Result<Option<(PathBuf, usize)>, (PathBuf, io::Error)> {
        let mut entries = std::mem::take(&mut self.lock().entries);
        let first = self.dir.join(INDEX);
        if entries.is_empty() {
            return Ok(None);
        }
        entries.sort_by_key(|e| e.number);
        let files = entries.iter().filter(|e| e.file.is_some()).count();
        let write = || -> io::Result<PathBuf> {
            let mut file = self.create()?;
            let index = Index { schema_version: 1, page, complete, images: &entries };
            let mut text = serde_json::to_vec_pretty(&index)?;
            text.push(b'\n');
            file.write_all(&text)?;
            for number in 1..=MOST_TRIES {
                let path = if number == 1 { first.clone() } else { self.dir.join(format!("index-{number}.json")) };
                match self.persist(file, &path) {
                    Ok(()) => return Ok(path),
                    Err(PersistError { error, file: back }) if is_taken(&error) => file = back,
                    Err(PersistError { error, .. }) => return Err(error),
                }
            }
            Err(io::ErrorKind::AlreadyExists.into())
        };
        write().map(|path| Some((path, files))).map_err(|error| (first.clone(), error))
    }

    /// Where a file of that name lies.
    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.dir.join(file)
    }

    fn persist(&self, file: NamedTempFile, path: &Path) -> Result<(), PersistError> {
        // rename() replaces a link itself and never what it points to.
        if self.clobber { file.persist(path) } else { file.persist_noclobber(path) }.map(drop)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many numbered names are tried when others write into the same folder meanwhile.
const MOST_TRIES: u32 = 1_000;

/// Names that are free beside what the folder holds already. With `--clobber` files make room, folders do not.
fn names_beside(dir: &Path, clobber: bool) -> Names {
    let mut names = Names::new();
    // A folder that is missing, or may not be read, has no names to avoid; creating a file in it will say so.
    let Ok(listing) = fs::read_dir(dir) else { return names };
    for entry in listing.flatten() {
        let replaceable = || entry.file_type().is_ok_and(|t| !t.is_dir());
        if clobber && replaceable() {
            continue;
        }
        if let Ok(name) = entry.file_name().into_string() {
            names.occupy(&name);
        }
    }
    names
}

/// Does somebody else have that name?
fn is_taken(error: &io::Error) -> bool {
    // With `--clobber` a folder cannot be replaced by a file.
    matches!(error.kind(), io::ErrorKind::AlreadyExists | io::ErrorKind::IsADirectory | io::ErrorKind::DirectoryNotEmpty)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn url(path: &str) -> Url {
        Url::parse("http://h/").unwrap().join(path).unwrap()
    }

    fn save(saver: &Saver, path: &str, content: &[u8]) -> io::Result<String> {
        let name = saver.name(&url(path));
        let mut file = saver.create()?;
        file.write_all(content)?;
        saver.keep(file, &name, "png")
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_missing_folder_is_made_and_files_are_like_any_other() {
        let top = tempfile::tempdir().unwrap();
        let dir = top.path().join("a/b");
        let saver = Saver::new(dir.clone(), false);
        assert_eq!(save(&saver, "/x.png", b"1").unwrap(), "x.png");
        assert_eq!(save(&saver, "/y", b"2").unwrap(), "y.png");
        assert_eq!(names(&dir), ["x.png", "y.png"]);
        let ordinary = dir.join("ordinary");
        fs::write(&ordinary, "").unwrap();
        assert_eq!(fs::metadata(dir.join("x.png")).unwrap().permissions(), fs::metadata(ordinary).unwrap().permissions());
    }

    #[test]
    fn nothing_is_overwritten_or_followed() {
        let top = tempfile::tempdir().unwrap();
        let outside = top.path().join("outside");
        fs::write(&outside, "precious").unwrap();
        let dir = top.path().join("dir");
        fs::create_dir(&dir).unwrap();
        fs::write(dir.join("old.png"), "old").unwrap();
        fs::create_dir(dir.join("folder.png")).unwrap();
        symlink(&outside, dir.join("link.png")).unwrap();
        symlink(top.path().join("nowhere"), dir.join("dangling.png")).unwrap();
        fs::write(dir.join(INDEX), "mine").unwrap();
        let saver = Saver::new(dir.clone(), false);
        for name in ["old", "folder", "link", "dangling", "OLD"] {
            let got = save(&saver, &format!("/{name}.png"), b"new").unwrap();
            assert!(got.starts_with(&format!("{name}-")), "{got}");
        }
        saver.enter(entry(1));
        let (index, _) = saver.index("http://h/", true).unwrap().unwrap();
        assert_eq!(index, dir.join("index-2.json"));
        assert_eq!(fs::read(&outside).unwrap(), b"precious");
        assert_eq!(fs::read(dir.join("old.png")).unwrap(), b"old");
        assert_eq!(fs::read(dir.join(INDEX)).unwrap(), b"mine");
        assert!(!top.path().join("nowhere").exists());
    }

    #[test]
    fn clobber_replaces_files_and_links_but_not_what_links_point_to() {
        let top = tempfile::tempdir().unwrap();
        let outside = top.path().join("outside");
        fs::write(&outside, "precious").unwrap();
        let dir = top.path().join("dir");
        fs::create_dir_all(dir.join("folder.png")).unwrap();
        fs::write(dir.join("old.png"), "old").unwrap();
        symlink(&outside, dir.join("link.png")).unwrap();
        let saver = Saver::new(dir.clone(), true);
        assert_eq!(save(&saver, "/old.png", b"new").unwrap(), "old.png");
        assert_eq!(save(&saver, "/link.png", b"new").unwrap(), "link.png");
        assert_eq!(save(&saver, "/folder.png", b"new").unwrap(), "folder-2.png");
        assert_eq!(fs::read(dir.join("old.png")).unwrap(), b"new");
        assert_eq!(fs::read(dir.join("link.png")).unwrap(), b"new");
        assert!(!fs::symlink_metadata(dir.join("link.png")).unwrap().is_symlink());
        assert_eq!(fs::read(&outside).unwrap(), b"precious");
    }

    #[test]
    fn a_name_taken_meanwhile_is_given_up() {
        let top = tempfile::tempdir().unwrap();
        let saver = Saver::new(top.path().to_owned(), false);
        let name = saver.name(&url("/x.png"));
        let file = saver.create().unwrap();
        symlink("/dev/full", top.path().join("x.png")).unwrap();
        assert_eq!(saver.keep(file, &name, "png").unwrap(), "x-2.png");
    }

    #[test]
    fn a_folder_that_cannot_be_is_an_error_and_a_linked_folder_is_none() {
        let top = tempfile::tempdir().unwrap();
        fs::write(top.path().join("file"), "").unwrap();
        let error = Saver::new(top.path().join("file/dir"), false).create().unwrap_err();
        assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::NOTDIR.raw_os_error()));
        symlink(top.path().join("nowhere"), top.path().join("dangling")).unwrap();
        assert!(Saver::new(top.path().join("dangling"), false).create().is_err());
        assert!(!top.path().join("nowhere").exists());
        fs::create_dir(top.path().join("real")).unwrap();
        symlink(top.path().join("real"), top.path().join("alias")).unwrap();
        assert_eq!(save(&Saver::new(top.path().join("alias"), false), "/x.png", b"1").unwrap(), "x.png");
    }

    #[test]
    fn what_is_not_kept_leaves_nothing() {
        let top = tempfile::tempdir().unwrap();
        let saver = Saver::new(top.path().to_owned(), false);
        let mut file = saver.create().unwrap();
        file.write_all(b"half").unwrap();
        assert_eq!(names(top.path()).len(), 1);
        assert!(names(top.path())[0].starts_with(".jaunt-") && names(top.path())[0].ends_with(".part"));
        drop(file);
        assert!(names(top.path()).is_empty());
    }

    fn entry(number: u32) -> Entry {
        Entry {
            number,
            url: format!("http://h/{number}.png"),
            answered_by: None,
            file: Some(format!("{number}.png")),
            status: Some(200),
            media_type: Some("image/png".to_owned()),
            bytes: Some(3),
            width: Some(1),
            height: Some(2),
            error: None,
        }
    }

    #[test]
    fn the_index_is_in_document_order() {
        let top = tempfile::tempdir().unwrap();
        let saver = Saver::new(top.path().to_owned(), false);
        assert!(saver.index("http://h/", true).unwrap().is_none());
        for number in [3, 1, 2] {
            saver.enter(entry(number));
        }
        let (path, files) = saver.index("http://h/", true).unwrap().unwrap();
        assert_eq!(files, 3);
        let index: serde_json::Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let numbers: Vec<_> = index["images"].as_array().unwrap().iter().map(|e| e["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!(index["images"][0]["type"], "image/png");
        assert_eq!(names(top.path()), [INDEX]);
    }
}
