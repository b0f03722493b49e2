//! One keystroke of the filter: the work between a key and the sorted list of matches.
//!
//! `substring` is the bare minimum to compare with: a plain scan of the same names for the same
//! letters, without folding, descriptions, JIDs, scores or order.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use groupdesk::console::fuzzy::{Fields, Index};
use std::hint::black_box;

const FIRST: [&str; 16] = [
    "Weekend",
    "School",
    "Jakarta",
    "Support",
    "Parents",
    "Garden",
    "Evening",
    "Família",
    "متطوعون",
    "東京",
    "Marketing",
    "Football",
    "Volunteer",
    "Alumni",
    "Сообщество",
    "Book",
];
const SECOND: [&str; 12] = [
    "Volunteers",
    "Volleyball",
    "Desk",
    "Line",
    "Club",
    "Team",
    "Announcements",
    "Neighbours",
    "القاهرة",
    "オフィス",
    "Runners",
    "Market",
];
const DESCRIPTION: [&str; 8] = [
    "Meet at the north gate at 8.",
    "Please read the rules before posting",
    "Questions go to the admins",
    "Updates every Friday evening",
    "No advertising, no politics",
    "Bring water and a hat",
    "For parents of class 4b",
    "Orders close on Thursday at noon",
];

struct Group {
    name: String,
    description: String,
    jid: String,
}

/// The same groups at every run: a small linear congruence picks the words.
fn groups(count: usize) -> Vec<Group> {
    let mut state = 42_u64;
    let mut pick = move |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(state >> 33).unwrap_or(0) % bound
    };
    (0..count)
        .map(|number| Group {
            name: format!(
                "{} {} {}",
                FIRST[pick(FIRST.len())],
                SECOND[pick(SECOND.len())],
                pick(count)
            ),
            description: format!(
                "{} {}",
                DESCRIPTION[pick(DESCRIPTION.len())],
                DESCRIPTION[pick(DESCRIPTION.len())]
            ),
            jid: format!("12036304{:010}@g.us", number * 7919),
        })
        .collect()
}

fn keystroke(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("filter");
    bench.sample_size(30);
    for count in [10_000, 100_000] {
        let groups = groups(count);
        let mut index = Index::new();
        index.rebuild(groups.iter().map(|group| Fields {
            name: &group.name,
            description: &group.description,
            jid: &group.jid,
        }));
        let mut hits = Vec::new();
        for query in ["v", "vo", "vol", "wkd vol", "gate", "متط", "12036304"] {
            let id = BenchmarkId::new(format!("fresh/{query}"), count);
            bench.bench_function(id, |bencher| {
                bencher.iter(|| {
                    // An empty query forgets what the last one left over.
                    index.search("", &mut hits);
                    index.search(black_box(query), &mut hits);
                    hits.len()
                });
            });
        }
        bench.bench_function(BenchmarkId::new("typed/vol", count), |bencher| {
            bencher.iter(|| {
                for query in ["v", "vo", "vol"] {
                    index.search(black_box(query), &mut hits);
                }
                index.search("", &mut hits);
            });
        });
        bench.bench_function(BenchmarkId::new("substring/vol", count), |bencher| {
            bencher.iter(|| {
                groups
                    .iter()
                    .filter(|group| group.name.contains(black_box("Vol")))
                    .count()
            });
        });
    }
    bench.finish();
}

criterion_group!(benches, keystroke);
criterion_main!(benches);
