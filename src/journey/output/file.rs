//! A file that appears under its name when it is whole, and not before.
//!
//! The content is written to a temporary name beside the file and renamed at the end, so an old file survives whatever goes wrong.
//! When it does go wrong, what came is kept as `FILE.part` (`FILE.part.2`, … where that exists), except on a full disk.
//! With `-C` the file is the user's own first part: what comes is added at its end, and it stays whatever goes wrong; where there is no
//! FILE, `FILE.part` is that first part, and becomes FILE when it is whole.
//! Devices, pipes and sockets, whatever lies under /dev and /proc, and files in folders where nothing new may be made are written directly.
//!
//! Unlike curl: curl writes under the final name from the first byte.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use super::{takes_splice, write_all};
use crate::plan::ContinueAt;
use crate::stages::response::SinkError;

/// `-o FILE`, `-O`.
pub(super) struct FileSink {
    path: PathBuf,
    create_dirs: bool,
    open: Option<Open>,
    bytes: u64,
    /// The disk is full: what came would only keep it so.
    full: bool,
}

enum Open {
    /// Under a temporary name; `target` is what it becomes.
    Beside { file: File, temp: TempPath, target: PathBuf, replaces: bool },
    /// `-C`: what is there stays, and what comes is added at its end; `becomes` is its name when it is whole.
    Tail { file: File, path: PathBuf, before: u64, becomes: Option<PathBuf> },
    /// What it is written to is already there and stays.
    Direct { file: File, splice: bool },
}

/// What became of content.
pub(super) enum Ended {
    /// It has its name; the bytes of the file, and whether an older one was replaced.
    Saved { path: String, bytes: u64, replaced: bool },
    /// It is not whole; what it was meant for, where it is kept, how much came.
    Left { path: String, part: Option<String>, bytes: u64 },
    /// It stands behind what was there before.
    Appended { path: String, before: u64, bytes: u64 },
}

/// Parts of one name that are kept.
const PARTS: u32 = 99;
/// Links to links that are followed.
const LINKS: u32 = 40;

impl FileSink {
    pub(super) fn new(path: PathBuf, create_dirs: bool) -> Self {
        Self { path, create_dirs, open: None, bytes: 0, full: false }
    }

    /// `-C`: finds and opens what is to be continued; makes nothing, changes nothing. The first byte to ask for.
    ///
    /// `part`: may that be the `FILE.part` of a fetch that failed?
    pub(super) fn continue_at(&mut self, asked: ContinueAt, part: bool) -> Result<u64, SinkError> {
        self.find(asked, part).map_err(|e| self.error(e))
    }

    /// The file that is continued.
    pub(super) fn continues(&self) -> Option<String> {
        match &self.open {
            Some(Open::Tail { path, .. }) => Some(path.display().to_string()),
            Some(Open::Beside { .. } | Open::Direct { .. }) | None => None,
        }
    }

    fn find(&mut self, asked: ContinueAt, part: bool) -> io::Result<u64> {
        let nowhere = match asked {
            ContinueAt::End => 0,
            ContinueAt::Byte(n) => n,
        };
        match fs::metadata(&self.path) {
            Ok(meta) if meta.is_dir() => Err(rustix::io::Errno::ISDIR.into()),
            Ok(meta) if !meta.is_file() => Ok(nowhere),
            Ok(meta) => {
                if asked == ContinueAt::Byte(0) || (asked == ContinueAt::End && meta.len() == 0) {
                    return Ok(0);
                }
                self.tail(self.path.clone(), None).map(|before| if asked == ContinueAt::End { before } else { nowhere })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let target = link_target(&self.path)?;
                let mut name = target.clone().into_os_string();
                name.push(".part");
                match fs::symlink_metadata(&name) {
                    // A link is nothing that jaunt has left.
                    Ok(meta)
                        if part && meta.is_file() && (asked == ContinueAt::End || nowhere == meta.len()) && meta.len() > 0 =>
                    {
                        self.tail(name.into(), Some(target))
                    }
                    Ok(_) | Err(_) => Ok(nowhere),
                }
            }
            Err(error) => Err(error),
        }
    }

    fn tail(&mut self, path: PathBuf, becomes: Option<PathBuf>) -> io::Result<u64> {
        let file = OpenOptions::new().append(true).open(&path)?;
        let before = file.metadata()?.len();
        self.open = Some(Open::Tail { file, path, before, becomes });
        Ok(before)
    }

    /// Opens what is opened directly, so that bytes can be spliced to it; makes nothing.
    pub(super) fn begin(&mut self) -> Result<(), SinkError> {
        let special = |path: &Path| fs::metadata(path).is_ok_and(|m| is_special(path, m.file_type()));
        if self.open.is_none() && special(&self.path) {
            self.open()?;
        }
        Ok(())
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), SinkError> {
        if bytes.is_empty() {
            return Ok(());
        }
        let written = write_all(self.open()?, bytes);
        match written {
            Ok(()) => {
                self.bytes += bytes.len() as u64;
                Ok(())
            }
            Err(error) => {
                self.full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
                Err(self.error(error))
            }
        }
    }

    pub(super) fn splice_to(&self) -> Option<BorrowedFd<'_>> {
        match &self.open {
            Some(Open::Direct { file, splice: true }) => Some(file.as_fd()),
            _ => None,
        }
    }

    pub(super) fn spliced(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// The content is whole: it gets its name.
    pub(super) fn commit(&mut self) -> Result<Ended, SinkError> {
        self.open()?;
        let replaced = match self.open.take() {
            Some(Open::Beside { file, temp, target, replaces }) => {
                drop(file);
                temp.persist(&target).map_err(|e| self.error(e.error))?;
                replaces
            }
            Some(Open::Tail { file, path, before, becomes }) => {
                drop(file);
                let bytes = std::mem::take(&mut self.bytes);
                let Some(target) = becomes else {
                    return Ok(Ended::Appended { path: self.shown(), before, bytes });
                };
                fs::rename(&path, &target).map_err(|e| self.error(e))?;
                return Ok(Ended::Saved { path: self.shown(), bytes: before + bytes, replaced: false });
            }
            Some(Open::Direct { .. }) | None => false,
        };
        Ok(Ended::Saved { path: self.shown(), bytes: std::mem::take(&mut self.bytes), replaced })
    }

    /// The content is not whole; nothing is told when nothing came.
    pub(super) fn abandon(&mut self) -> Option<Ended> {
        let open = self.open.take()?;
        let bytes = std::mem::take(&mut self.bytes);
        if bytes == 0 && !matches!(open, Open::Tail { .. }) {
            return None;
        }
        let left = |part| Some(Ended::Left { path: self.shown(), part, bytes });
        let (file, mut temp, target) = match open {
            Open::Beside { file, temp, target, .. } => (file, temp, target),
            // A file that could only be written in place holds what came; a device keeps nothing.
            Open::Direct { .. } => return left(None),
            Open::Tail { file, path, before, becomes } => {
                // A write that failed may have added some of its bytes.
                let bytes = file.metadata().map_or(bytes, |m| m.len().saturating_sub(before));
                let shown = path.display().to_string();
                // It stays what is continued: the request may be sent again on a new connection.
                self.open = Some(Open::Tail { file, path, before: before + bytes, becomes });
                return (bytes > 0).then_some(Ended::Appended { path: shown, before, bytes });
            }
        };
        drop(file);
        if self.full {
            return left(None);
        }
        for n in 1..=PARTS {
            let mut name = target.clone().into_os_string();
            name.push(if n == 1 { ".part".to_owned() } else { format!(".part.{n}") });
            match temp.persist_noclobber(&name) {
                Ok(()) => return left(Some(PathBuf::from(name).display().to_string())),
                Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => temp = error.path,
                Err(_) => break,
            }
        }
        left(None)
    }

    pub(super) fn error(&self, error: io::Error) -> SinkError {
        SinkError { path: self.shown(), error }
    }

    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    fn open(&mut self) -> Result<&File, SinkError> {
        if self.open.is_none() {
            self.open = Some(open(&self.path, self.create_dirs).map_err(|e| self.error(e))?);
        }
        match self.open.as_ref() {
            Some(Open::Beside { file, .. } | Open::Direct { file, .. } | Open::Tail { file, .. }) => Ok(file),
            None => Err(self.error(io::ErrorKind::NotFound.into())),
        }
    }
}

fn open(path: &Path, create_dirs: bool) -> io::Result<Open> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Err(rustix::io::Errno::ISDIR.into()),
        Ok(meta) if is_special(path, meta.file_type()) => {
            // No O_CREAT and no O_TRUNC: it is there, and has no length.
            let file = OpenOptions::new().write(true).truncate(meta.is_file()).open(path)?;
            let splice = takes_splice(&file);
            Ok(Open::Direct { file, splice })
        }
        Ok(meta) => {
            // May it be written at all? A rename alone would not ask.
            drop(OpenOptions::new().write(true).open(path)?);
            let target = fs::canonicalize(path)?;
            match beside(&target, true) {
                Ok(open) => {
                    if let Open::Beside { file, .. } = &open {
                        file.set_permissions(fs::Permissions::from_mode(meta.permissions().mode() & 0o7777))?;
                    }
                    Ok(open)
                }
                // The folder takes nothing new; the file itself may be written.
                Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem) => {
                    let file = OpenOptions::new().write(true).truncate(true).open(path)?;
                    Ok(Open::Direct { file, splice: false })
                }
                Err(error) => Err(error),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let target = link_target(path)?;
            if let (true, Some(folder)) = (create_dirs, target.parent()) {
                fs::create_dir_all(folder)?;
            }
            beside(&target, false)
        }
        Err(error) => Err(error),
    }
}

fn beside(target: &Path, replaces: bool) -> io::Result<Open> {
    // A name that is too long, or none, must fail now and not when all the content is there.
    let name = target.file_name().ok_or(rustix::io::Errno::ISDIR)?;
    if name.len() > 255 {
        return Err(rustix::io::Errno::NAMETOOLONG.into());
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let (file, temp) = tempfile::Builder::new()
        .prefix(".jaunt-")
        .suffix(".part")
        .permissions(fs::Permissions::from_mode(0o666)) // the umask takes its part away
        .tempfile_in(folder)
        .map_err(bare)?
        .into_parts();
    Ok(Open::Beside { file, temp, target: target.to_owned(), replaces })
}

/// tempfile adds its own words about the path to an error; what the system said is enough.
fn bare(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::NotFound => rustix::io::Errno::NOENT.into(),
        io::ErrorKind::PermissionDenied => rustix::io::Errno::ACCESS.into(),
        io::ErrorKind::NotADirectory => rustix::io::Errno::NOTDIR.into(),
        io::ErrorKind::ReadOnlyFilesystem => rustix::io::Errno::ROFS.into(),
        io::ErrorKind::StorageFull => rustix::io::Errno::NOSPC.into(),
        _ => error,
    }
}

/// Where a link that names nothing yet would make its file.
fn link_target(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        match fs::read_link(&path) {
            Ok(next) => path = path.parent().map_or_else(|| next.clone(), |folder| folder.join(&next)),
            Err(_) => return Ok(path),
        }
    }
    Err(rustix::io::Errno::LOOP.into())
}

fn is_special(path: &Path, kind: fs::FileType) -> bool {
    let by_type = kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket();
    // /dev/stdout may lead to a regular file that others have open.
    by_type || path.starts_with("/dev") || path.starts_with("/proc")
}
