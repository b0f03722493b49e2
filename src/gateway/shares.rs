//! Limits in total and per holder, for connections, requests in flight and bytes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A bounded amount of something. One holder (a caller, an address) gets a part of it at most.
pub(super) struct Shares {
    total: usize,
    each: usize,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    all: usize,
    by: HashMap<Arc<str>, usize>,
}

/// Why there is no more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The holder has its share.
    Share,
    /// All of it is held.
    Total,
}

impl Shares {
    /// 0 is no bound.
    pub(super) fn new(total: usize, each: usize) -> Arc<Self> {
        let bound = |most| if most == 0 { usize::MAX } else { most };
        Arc::new(Self {
            total: bound(total),
            each: bound(each),
            held: Mutex::default(),
        })
    }

    /// Takes an amount until the [`Share`] is dropped. A holder that holds nothing may take one
    /// amount larger than its share, which could not be served otherwise.
    ///
    /// # Errors
    /// Nothing was taken.
    pub(super) fn take(self: &Arc<Self>, holder: &str, amount: usize) -> Result<Share, Full> {
        let mut held = self.held();
        let (key, before) = match held.by.get_key_value(holder) {
            Some((key, before)) => (Arc::clone(key), *before),
            None => (Arc::from(holder), 0),
        };
        self.fits(held.all, before, amount)?;
        held.all += amount;
        held.by.insert(Arc::clone(&key), before + amount);
        drop(held);
        Ok(Share {
            shares: Arc::clone(self),
            holder: key,
            amount,
        })
    }

    fn fits(&self, all: usize, before: usize, amount: usize) -> Result<(), Full> {
        let fits = |held: usize, most| held == 0 || amount <= usize::saturating_sub(most, held);
        if !fits(before, self.each) {
            return Err(Full::Share);
        }
        if !fits(all, self.total) {
            return Err(Full::Total);
        }
        Ok(())
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An amount that is held until this is dropped.
pub(crate) struct Share {
    shares: Arc<Shares>,
    holder: Arc<str>,
    amount: usize,
}

impl Share {
    /// Takes more.
    ///
    /// # Errors
    /// Nothing more was taken.
    pub(crate) fn grow(&mut self, amount: usize) -> Result<(), Full> {
        let mut held = self.shares.held();
        let before = held.by.get(&self.holder).copied().unwrap_or_default();
        self.shares.fits(held.all, before, amount)?;
        held.all += amount;
        held.by.insert(Arc::clone(&self.holder), before + amount);
        self.amount += amount;
        Ok(())
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut held = self.shares.held();
        held.all -= self.amount;
        if let Some(amount) = held.by.get_mut(&self.holder) {
            *amount -= self.amount;
            if *amount == 0 {
                held.by.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_limited_per_holder_and_in_total() {
        let shares = Shares::new(10, 4);
        let mut one = shares.take("one", 3).unwrap();
        assert_eq!(shares.take("one", 2).err(), Some(Full::Share));
        one.grow(1).unwrap();
        assert_eq!(one.grow(1), Err(Full::Share));
        let two = shares.take("two", 4).unwrap();
        assert_eq!(shares.take("three", 3).err(), Some(Full::Total));
        let three = shares.take("three", 2).unwrap();
        drop(two);
        shares.take("two", 4).unwrap();
        drop((one, three));
        assert!(shares.held().by.is_empty());
        assert_eq!(shares.held().all, 0);
    }

    #[test]
    fn an_amount_larger_than_a_share_is_taken_alone() {
        let shares = Shares::new(10, 4);
        let large = shares.take("one", 20).unwrap();
        assert_eq!(shares.take("one", 1).err(), Some(Full::Share));
        assert_eq!(shares.take("two", 1).err(), Some(Full::Total));
        drop(large);
        shares.take("one", 1).unwrap();
    }

    #[test]
    fn zero_means_no_limit() {
        let shares = Shares::new(0, 0);
        let held: Vec<_> = (0..1000).map(|_| shares.take("one", 1 << 40)).collect();
        assert!(held.iter().all(Result::is_ok));
    }
}
