//! Lines of a stream, each within a limit; of a longer one only the beginning is kept.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, BufReader};

const BUFFER: usize = 64 * 1024;
/// What is kept of a line that is too long.
const BEGINNING: usize = 1024;

pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    limit: usize,
}

pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    TooLong(&'a [u8]),
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(stream: R, limit: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER, stream),
            line: Vec::new(),
            limit,
        }
    }

    /// `None` at the end. A last line without a line break is not a message: it was cut off.
    pub(super) async fn next(&mut self) -> std::io::Result<Option<Line<'_>>> {
        self.line.clear();
        // One long answer must not keep its memory for ever.
        self.line.shrink_to(BUFFER);
        let mut is_too_long = false;
        loop {
            let Some((used, is_end)) = append(&mut self.reader, &mut self.line).await? else {
                return Ok(None);
            };
            self.reader.consume(used);
            if self.line.len() > self.limit {
                is_too_long = true;
                self.line.truncate(BEGINNING);
            }
            if is_end {
                break;
            }
        }
        Ok(Some(if is_too_long {
            Line::TooLong(&self.line[..self.line.len().min(BEGINNING)])
        } else {
            Line::Whole(&self.line)
        }))
    }
}

/// How many bytes were used, and whether they end the line; `None` at the end of the stream.
async fn append(
    reader: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
) -> std::io::Result<Option<(usize, bool)>> {
    let available = reader.fill_buf().await?;
    if available.is_empty() {
        return Ok(None);
    }
    let (piece, used, is_end) = match memchr::memchr(b'\n', available) {
        Some(end) => (&available[..end], end + 1, true),
        None => (available, available.len(), false),
    };
    line.extend_from_slice(piece);
    Ok(Some((used, is_end)))
}
