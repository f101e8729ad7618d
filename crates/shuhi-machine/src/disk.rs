//! A disk: files, folders, and what it takes until they are durable.

use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

/// What a disk answers.
pub type DiskResult<T> = Result<T, DiskError>;

/// Why the disk did not do it.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// There is nothing at this path.
    #[error("`{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// Something is at this path already.
    #[error("`{}` exists already", .0.display())]
    Exists(PathBuf),
    /// Another process holds the lock.
    #[error("`{}` is in use by another process", .0.display())]
    Locked(PathBuf),
    /// No room is left.
    #[error("no space is left on the disk that holds `{}`", .0.display())]
    Full(PathBuf),
    /// The file is longer than what is sensible there.
    #[error("`{}` has more than {limit_bytes} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// How long it may be.
        limit_bytes: u64,
    },
    /// The file ends before the bytes that were asked for.
    #[error("`{}` ends before byte {end}", path.display())]
    TooShort {
        /// The file.
        path: PathBuf,
        /// The end of the range that was asked for.
        end: u64,
    },
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
    /// The simulated machine has crashed; only the simulator sees this.
    #[error("the machine has crashed")]
    Crashed,
    /// Anything else the operating system said.
    #[error("`{}`: {error}", path.display())]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        error: io::Error,
    },
}

impl DiskError {
    /// Whether nothing is there.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing(_))
    }
}

/// Keeps files in folders. What was written is durable only after [`DiskFile::sync`]; that a name exists, or no longer
/// exists, only after [`Disk::sync_folder`].
pub trait Disk: Send + Sync + Debug {
    /// Makes a folder and those above it, durably; nothing happens where it exists.
    fn make_folder(&self, folder: &Path) -> DiskResult<()>;
    /// The names in a folder, sorted.
    fn list(&self, folder: &Path) -> DiskResult<Vec<String>>;
    /// The length of a file in bytes.
    fn size(&self, path: &Path) -> DiskResult<u64>;
    /// Opens a file to read and write; `create` makes it where it is missing.
    fn open(&self, path: &Path, create: bool) -> DiskResult<Box<dyn DiskFile>>;
    /// Makes a file that must not exist yet.
    fn create(&self, path: &Path) -> DiskResult<Box<dyn DiskFile>>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> DiskResult<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> DiskResult<()>;
    /// Makes creations, renamings and removals in a folder durable.
    fn sync_folder(&self, folder: &Path) -> DiskResult<()>;
    /// Makes what was written to several files, and what was changed in several folders, durable together: on return all
    /// of it is. A real disk waits for them at the same time, so that they share its journal's commits and flushes.
    ///
    /// # Errors
    ///
    /// What the first of them says; others may then be durable.
    fn sync_all(&self, files: &[Box<dyn DiskFile>], folders: &[&Path]) -> DiskResult<()> {
        files.iter().try_for_each(|file| file.sync())?;
        folders.iter().try_for_each(|folder| self.sync_folder(folder))
    }
    /// Takes the lock that a path stands for, without waiting; it ends with the value or the process.
    ///
    /// # Errors
    ///
    /// [`DiskError::Locked`] where another process has it.
    fn lock(&self, path: &Path) -> DiskResult<Box<dyn DiskLock>>;
}

/// An open file.
pub trait DiskFile: Send + Sync + Debug {
    /// The length in bytes.
    fn size(&self) -> DiskResult<u64>;
    /// Fills `bytes` from `offset`.
    ///
    /// # Errors
    ///
    /// [`DiskError::TooShort`] where the file ends before.
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> DiskResult<()>;
    /// Writes `bytes` at `offset`, making the file longer where needed.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> DiskResult<()>;
    /// Cuts or extends the file.
    fn set_size(&self, size: u64) -> DiskResult<()>;
    /// Makes all that was written durable.
    fn sync(&self) -> DiskResult<()>;
}

/// A lock that is held.
pub trait DiskLock: Send + Sync + Debug {}

impl dyn Disk + '_ {
    /// All bytes of a file of at most `limit_bytes`.
    ///
    /// # Errors
    ///
    /// When it is missing, longer, or cannot be read.
    pub fn read(&self, path: &Path, limit_bytes: u64) -> DiskResult<Vec<u8>> {
        let file = self.open(path, false)?;
        let size = file.size()?;
        let length = usize::try_from(size).ok().filter(|_| size <= limit_bytes);
        let Some(length) = length else { return Err(DiskError::TooLarge { path: path.to_owned(), limit_bytes }) };
        let mut bytes = vec![0; length];
        file.read_at(0, &mut bytes)?;
        Ok(bytes)
    }
}

/// All bytes of a file of at most `limit_bytes`, `None` where there is no such file.
///
/// # Errors
///
/// When it is longer or cannot be read.
pub fn read_optional(disk: &dyn Disk, path: &Path, limit_bytes: u64) -> DiskResult<Option<Vec<u8>>> {
    match disk.read(path, limit_bytes) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a new file so that after a crash it is there whole or not at all.
///
/// # Errors
///
/// [`DiskError::Exists`] where the path is taken, and what the disk says.
pub fn write_durably(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> DiskResult<()> {
    if disk.size(path).is_ok() {
        return Err(DiskError::Exists(path.to_owned()));
    }
    replace_durably(disk, path, bytes)
}

/// Writes a file so that after a crash the old or the new one is there, whole.
///
/// # Errors
///
/// What the disk says.
pub fn replace_durably(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> DiskResult<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    let file = disk.open(&fresh, true)?;
    file.set_size(0)?;
    file.write_at(0, bytes)?;
    file.sync()?;
    drop(file);
    disk.rename(&fresh, path)?;
    disk.sync_folder(path.parent().unwrap_or(Path::new(".")))
}
