//! Many rows at once, by `COPY` in its binary format: the way in that costs the database least.

use sqlx::encode::IsNull;
use sqlx::postgres::PgArgumentBuffer;
use sqlx::{Encode, PgConnection, Postgres};

use crate::Result;

/// The signature, no flags, no extension (PostgreSQL, `COPY`, Binary Format).
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// In place of a number of columns.
const END: i16 = -1;
/// In place of a length.
const NULL: i32 = -1;

/// Rows of a statement `COPY … FROM STDIN (FORMAT binary)`.
pub(crate) struct CopyIn {
    buffer: PgArgumentBuffer,
    columns: i16,
}

impl CopyIn {
    pub(crate) fn of(columns: i16) -> Self {
        let mut buffer = PgArgumentBuffer::default();
        buffer.extend_from_slice(HEADER);
        Self { buffer, columns }
    }

    /// Its columns follow.
    pub(crate) fn row(&mut self) {
        self.buffer.extend_from_slice(&self.columns.to_be_bytes());
    }

    pub(crate) fn column<'v>(&mut self, value: impl Encode<'v, Postgres>) -> Result<()> {
        let start = self.buffer.len();
        self.buffer.extend_from_slice(&NULL.to_be_bytes());
        let written = value
            .encode(&mut self.buffer)
            .map_err(sqlx::Error::Encode)?;
        if matches!(written, IsNull::No) {
            let place = start..start + size_of_val(&NULL);
            let length = i32::try_from(self.buffer.len() - place.end);
            let length = length.map_err(|error| sqlx::Error::Encode(error.into()))?;
            self.buffer[place].copy_from_slice(&length.to_be_bytes());
        }
        Ok(())
    }

    pub(crate) async fn into(
        mut self,
        statement: &str,
        connection: &mut PgConnection,
    ) -> Result<()> {
        self.buffer.extend_from_slice(&END.to_be_bytes());
        let mut copy = connection.copy_in_raw(statement).await?;
        copy.send(self.buffer.as_slice()).await?;
        copy.finish().await?;
        Ok(())
    }
}
