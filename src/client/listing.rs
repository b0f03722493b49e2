//! Listings: row by row, so that one that cannot be read takes no other with it.

use super::{Client, ClientError, encode};
use crate::api::List;
use reqwest::Method;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// Pages of one listing; a gateway that has more is turning in circles.
const PAGES_MAX: usize = 10_000;
/// All pages of one listing together may be as large as so many of the largest answers.
const LISTING_BODIES: usize = 4;

/// Rows of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing<T> {
    pub rows: Vec<T>,
    /// How many more rows there are that cannot be read.
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
                || bytes > LISTING_BODIES * self.limits.body;
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
        let page: List<&RawValue> = answer.json()?;
        let told = page.data.len();
        let rows: Vec<T> = page
            .data
            .into_iter()
            .filter_map(|row| serde_json::from_str(row.get()).ok())
            .collect();
        let page = Listing {
            unreadable: told - rows.len(),
            rows,
            next_cursor: page.next_cursor,
        };
        Ok((page, answer.len()))
    }
}
