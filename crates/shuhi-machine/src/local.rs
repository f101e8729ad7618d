//! The disk of the machine at hand.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::disk::{Disk, DiskError, DiskFile, DiskLock, DiskResult};

/// Files under the paths given; only their owner may read what it makes.
#[derive(Clone, Copy, Debug)]
pub struct LocalDisk;

const OWNER_ONLY: u32 = 0o600;

impl Disk for LocalDisk {
    fn make_folder(&self, folder: &Path) -> DiskResult<()> {
        if folder.is_dir() {
            return Ok(());
        }
        let above = folder.parent().filter(|above| !above.as_os_str().is_empty());
        if let Some(above) = above {
            self.make_folder(above)?;
        }
        match fs::create_dir(folder) {
            Ok(()) => self.sync_folder(above.unwrap_or(Path::new("."))),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
            Err(error) => Err(explained(folder, error)),
        }
    }

    fn list(&self, folder: &Path) -> DiskResult<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder).map_err(|error| explained(folder, error))? {
            let entry = entry.map_err(|error| explained(folder, error))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn size(&self, path: &Path) -> DiskResult<u64> {
        fs::metadata(path).map(|data| data.len()).map_err(|error| explained(path, error))
    }

    fn open(&self, path: &Path, create: bool) -> DiskResult<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(create).truncate(false).mode(OWNER_ONLY);
        match options.open(path) {
            // An auditor may read what only the operator may write.
            Err(error)
                if !create && matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) =>
            {
                opened(path, File::open(path))
            }
            file => opened(path, file),
        }
    }

    fn create(&self, path: &Path) -> DiskResult<Box<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(OWNER_ONLY);
        opened(path, options.open(path))
    }

    fn rename(&self, from: &Path, to: &Path) -> DiskResult<()> {
        fs::rename(from, to).map_err(|error| explained(from, error))
    }

    fn remove(&self, path: &Path) -> DiskResult<()> {
        fs::remove_file(path).map_err(|error| explained(path, error))
    }

    fn sync_folder(&self, folder: &Path) -> DiskResult<()> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder).and_then(|file| file.sync_all()).map_err(|error| explained(folder, error))
    }

    fn sync_all(&self, files: &[Box<dyn DiskFile>], folders: &[&Path]) -> DiskResult<()> {
        let Some((last, others)) = folders.split_last() else {
            return files.iter().try_for_each(|file| file.sync());
        };
        std::thread::scope(|scope| {
            let files = files.iter().map(|file| scope.spawn(|| file.sync()));
            let folders = others.iter().map(|folder| scope.spawn(|| self.sync_folder(folder)));
            let waiting: Vec<_> = files.chain(folders).collect();
            let synced = self.sync_folder(last);
            let joined = waiting.into_iter().map(|thread| {
                thread.join().unwrap_or_else(|_| {
                    let error = io::Error::other("a thread that syncs ended early");
                    Err(DiskError::System { path: PathBuf::new(), error })
                })
            });
            joined.chain([synced]).collect()
        })
    }

    fn lock(&self, path: &Path) -> DiskResult<Box<dyn DiskLock>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(OWNER_ONLY);
        let file = options.open(path).map_err(|error| explained(path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(LocalLock { _file: file })),
            Err(TryLockError::WouldBlock) => Err(DiskError::Locked(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(explained(path, error)),
        }
    }
}

fn opened(path: &Path, file: io::Result<File>) -> DiskResult<Box<dyn DiskFile>> {
    let file = file.map_err(|error| explained(path, error))?;
    Ok(Box::new(LocalFile { path: path.to_owned(), file }))
}

fn explained(path: &Path, error: io::Error) -> DiskError {
    let path = path.to_owned();
    match error.kind() {
        ErrorKind::NotFound => DiskError::Missing(path),
        ErrorKind::AlreadyExists => DiskError::Exists(path),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => DiskError::Full(path),
        _ => DiskError::System { path, error },
    }
}

#[derive(Debug)]
struct LocalFile {
    path: PathBuf,
    file: File,
}

impl DiskFile for LocalFile {
    fn size(&self) -> DiskResult<u64> {
        self.file.metadata().map(|data| data.len()).map_err(|error| explained(&self.path, error))
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> DiskResult<()> {
        self.file.read_exact_at(bytes, offset).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => {
                DiskError::TooShort { path: self.path.clone(), end: offset.saturating_add(bytes.len() as u64) }
            }
            _ => explained(&self.path, error),
        })
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> DiskResult<()> {
        self.file.write_all_at(bytes, offset).map_err(|error| explained(&self.path, error))
    }

    fn set_size(&self, size: u64) -> DiskResult<()> {
        self.file.set_len(size).map_err(|error| explained(&self.path, error))
    }

    fn sync(&self) -> DiskResult<()> {
        self.file.sync_data().map_err(|error| explained(&self.path, error))
    }
}

/// Held as long as the file is open.
#[derive(Debug)]
struct LocalLock {
    _file: File,
}

impl DiskLock for LocalLock {}
