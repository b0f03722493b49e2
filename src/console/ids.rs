//! Names of what calls and replies are about.

/// One group as one session sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKey {
    pub session: String,
    pub jid: String,
}

/// Names an effect, so that its reply can be matched with it. Never used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);
