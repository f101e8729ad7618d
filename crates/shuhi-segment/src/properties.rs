//! How Parquet is written and read here. The only place that makes writer properties: bloom filters cannot be turned
//! on, as `parquet` writes them in plaintext even into encrypted files.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::encryption::decrypt::FileDecryptionProperties;
use parquet::encryption::encrypt::FileEncryptionProperties;
use parquet::errors::Result;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterVersion};
use parquet::schema::types::ColumnPath;

use crate::SegmentId;

/// How many rows there are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    /// The rows of a page; all columns of a main file have the same pages.
    pub page: usize,
    /// The rows of a row group, a multiple of those of a page.
    pub group: usize,
}

/// Of a main file.
pub(crate) const MAIN: Sizes = Sizes { page: 2048, group: 2048 * 512 };
/// Of a sidecar.
pub(crate) const SIDECAR: Sizes = Sizes { page: 1024, group: 1024 * 512 };
const ZSTD_LEVEL: i32 = 1;

/// What a file of a segment is sealed with.
pub(crate) struct Seal<'a> {
    pub id: &'a SegmentId,
    /// The column of a sidecar, empty for the main file.
    pub column: &'a str,
    pub key: &'a [u8; 32],
}

impl Seal<'_> {
    /// Bound to every part of the file and stored nowhere: the id, and the column of a sidecar.
    fn aad(&self) -> Vec<u8> {
        [&self.id.0, self.column.as_bytes()].concat()
    }

    /// How to write a file.
    pub(crate) fn to_write(
        &self,
        schema: &Schema,
        page_rows: usize,
        indexed: &[String],
        compressed: &[String],
    ) -> Result<WriterProperties> {
        let encryption = FileEncryptionProperties::builder(self.key.to_vec())
            .with_aad_prefix(self.aad())
            .with_aad_prefix_storage(false)
            .build()?;
        let mut builder = WriterProperties::builder()
            .set_writer_version(WriterVersion::PARQUET_2_0)
            .set_created_by("shuhi".to_owned())
            .set_bloom_filter_enabled(false)
            .set_dictionary_enabled(false)
            .set_compression(Compression::UNCOMPRESSED)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_data_page_row_count_limit(page_rows)
            .set_write_batch_size(page_rows)
            .set_data_page_size_limit(usize::MAX)
            .set_max_row_group_row_count(None)
            .with_file_encryption_properties(encryption);
        for field in schema.fields() {
            let path = column_path(field);
            builder = builder.set_column_encoding(path.clone(), encoding(field));
            if compressed.contains(field.name()) {
                let zstd = Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?);
                builder = builder.set_column_compression(path.clone(), zstd);
            }
            if indexed.contains(field.name()) {
                builder = builder.set_column_statistics_enabled(path, EnabledStatistics::Page);
            }
        }
        Ok(builder.build())
    }

    /// How to read a file.
    pub(crate) fn to_read(&self) -> Result<ArrowReaderOptions> {
        let decryption = FileDecryptionProperties::builder(self.key.to_vec()).with_aad_prefix(self.aad()).build()?;
        Ok(ArrowReaderOptions::new()
            .with_page_index_policy(PageIndexPolicy::Required)
            .with_file_decryption_properties(decryption))
    }
}

fn column_path(field: &Arc<Field>) -> ColumnPath {
    match field.data_type() {
        DataType::List(item) => ColumnPath::new(vec![field.name().clone(), "list".to_owned(), item.name().clone()]),
        _ => ColumnPath::new(vec![field.name().clone()]),
    }
}

fn encoding(field: &Arc<Field>) -> Encoding {
    if *field.data_type() == DataType::Utf8 { Encoding::DELTA_BYTE_ARRAY } else { Encoding::DELTA_BINARY_PACKED }
}
