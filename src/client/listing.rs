//! Listings, deserialized row by row, so that an unreadable row does not affect the others.

use super::call::Client;
use super::encode::encode;
use super::error::ClientError;
use crate::api::lenient;
use reqwest::Method;
use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use std::collections::HashSet;
use std::fmt;

/// Pages of one listing; a gateway that has more is turning in circles.
const PAGES_MAX: usize = 10_000;
/// Size limit of all pages of a listing, as a multiple of the largest answer.
const LISTING_BODIES: usize = 4;

/// Rows of one listing: a row of ten bytes may take five hundred in memory.
const ROWS_MAX: usize = 300_000;

/// A page as it came.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    #[serde(borrow, default)]
    data: Rows<'a>,
    #[serde(default, deserialize_with = "lenient::id_or_empty")]
    next_cursor: String,
}

/// The rows of a page, at most [`ROWS_MAX`]; `null` is an empty list.
#[derive(Default)]
struct Rows<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for Rows<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bounded;
        impl<'de> Visitor<'de> for Bounded {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {ROWS_MAX} rows")
            }

            fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = seq.next_element()? {
                    if rows.len() == ROWS_MAX {
                        return Err(A::Error::invalid_length(ROWS_MAX + 1, &self));
                    }
                    rows.push(row);
                }
                Ok(rows)
            }
        }
        deserializer.deserialize_any(Bounded).map(Self)
    }
}

/// Rows of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// The number of unreadable rows.
    pub unreadable: usize,
    /// The cursor of the next page; empty when there is none.
    pub next_cursor: String,
}

impl Client {
    /// One page of a listing.
    pub(super) async fn read_page<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Listing<T>, ClientError> {
        self.measured_page(path).await.map(|(page, _)| page)
    }

    /// Every page of a listing; `path` may hold a query.
    pub(super) async fn read_all<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<Listing<T>, ClientError> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let (mut all, mut bytes) = self.measured_page(path).await?;
        let mut cursors = HashSet::new();
        while !all.next_cursor.is_empty() {
            let next = format!("{path}{separator}cursor={}", encode(&all.next_cursor));
            let endless = !cursors.insert(std::mem::take(&mut all.next_cursor))
                || cursors.len() >= PAGES_MAX
                || bytes > LISTING_BODIES * self.limits.body
                || all.rows.len() + all.unreadable > ROWS_MAX;
            if endless {
                return Err(ClientError::NotTheContract {
                    status: 200,
                    text: "its listing does not end".to_owned(),
                });
            }
            let (page, length) = self.measured_page(&next).await?;
            bytes += length;
            all.rows.extend(page.rows);
            all.unreadable += page.unreadable;
            all.next_cursor = page.next_cursor;
        }
        Ok(all)
    }

    /// One page, and how many bytes it had.
    async fn measured_page<T: DeserializeOwned>(
        &self,
        path: &str,
    ) -> Result<(Listing<T>, usize), ClientError> {
        let limit = self.limits.stored;
        let answer = self.send(Method::GET, path, None::<&()>, limit).await?;
        let page: Page<'_> = answer.json()?;
        let received = page.data.0.len();
        let rows: Vec<T> = page
            .data
            .0
            .into_iter()
            .filter_map(|row| serde_json::from_str(row.get()).ok())
            .collect();
        let page = Listing {
            unreadable: received - rows.len(),
            rows,
            next_cursor: page.next_cursor,
        };
        Ok((page, answer.len()))
    }
}
