//! A search in one block of rows, word by word.

use super::block::Block;
use super::row::Hit;
use super::score::Score;
use super::word::Word;

/// Per-row buffers of a search; reused from block to block for their capacity.
#[derive(Debug, Clone, Default)]
pub(super) struct Scratch {
    /// Rows that match every word so far.
    left: Vec<u16>,
    word: Vec<Score>,
    query: Vec<Score>,
}

/// Appends the rows that match all `words`, numbered from `base`, in ascending order.
/// With `among`, which lies in this block, searches only those rows and starts from their scores.
pub(super) fn search(
    block: &Block,
    words: &mut [Word],
    among: Option<&[Hit]>,
    base: u32,
    scratch: &mut Scratch,
    found: &mut Vec<Hit>,
) {
    let Scratch { left, word, query } = scratch;
    left.clear();
    query.clear();
    query.resize(block.len(), Score::BEST);
    match among {
        None => left.extend(0..block.len() as u16),
        Some(hits) => {
            for hit in hits {
                let row = hit.row - base;
                left.push(row as u16);
                query[row as usize] = Score::from_value(hit.score);
            }
        }
    }
    for seeker in words {
        if left.is_empty() {
            return;
        }
        word.clear();
        word.resize(block.len(), Score::NONE);
        seeker.look(block, left, word);
        left.retain(|row| {
            let row = usize::from(*row);
            query[row] = query[row].and(word[row]);
            word[row] != Score::NONE
        });
    }
    found.extend(left.iter().map(|row| Hit {
        row: base + u32::from(*row),
        score: query[usize::from(*row)].value(),
    }));
}
