//! One keystroke of the filter: the work between a key and the sorted list of matches.
//!
//! - `key`: the last key of a query typed letter by letter;
//! - `pasted`: the whole query at once, nothing known from before;
//! - `bare`: to compare with, a plain `contains` over the same names: no folding, descriptions,
//!   JIDs, scores or order;
//! - `nucleo`: the last key with `nucleo-matcher` over the same fields, which are converted beforehand; like
//!   ours it looks only at the last key's matches, and sorts them.
//!
//! Ends with a table of shortest times, as multiples of `bare` and of those for a tenth of the groups.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use groupdesk::console::fuzzy::{Fields, Hit, Index};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};
use std::hint::black_box;
use std::time::{Duration, Instant};

const COUNTS: [usize; 2] = [10_000, 100_000];
const QUERIES: [&str; 14] = [
    "v",
    "e",
    "1",
    "vo",
    "er",
    "vol",
    "ate",
    "gate",
    "wkd vol",
    "weekvol",
    "the north gate",
    "meet at the north gate at 8.",
    "متط",
    "12036304",
];
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

fn fields(group: &Group) -> Fields<'_> {
    Fields {
        name: &group.name,
        description: &group.description,
        jid: &group.jid,
        number: "6281234567890",
        note: "",
        account: 0,
    }
}

fn index(groups: &[Group]) -> Index {
    let mut index = Index::new();
    index.rebuild(groups.iter().map(fields));
    index
}

/// The index of a desk with twenty accounts and a note on every hundredth group.
fn with_accounts_and_notes(groups: &[Group]) -> Index {
    let mut index = Index::new();
    let names: Vec<String> = (0..20).map(|at| format!("Volunteer desk {at}")).collect();
    index.set_accounts(names.iter().map(String::as_str));
    let rows = groups.iter().enumerate();
    index.rebuild(rows.map(|(at, group)| Fields {
        account: u16::try_from(at % 20).unwrap_or_default(),
        note: if at % 100 == 0 {
            "#vip ask the volunteers at the north gate first"
        } else {
            ""
        },
        ..fields(group)
    }));
    index
}

fn bare(groups: &[Group]) -> usize {
    groups
        .iter()
        .filter(|group| group.name.contains(black_box("Vol")))
        .count()
}

fn pasted(index: &mut Index, query: &str, hits: &mut Vec<Hit>) {
    // An empty query forgets what the last one left over.
    index.search("", hits);
    index.search(black_box(query), hits);
}

fn keystroke(criterion: &mut Criterion) {
    let mut bench = criterion.benchmark_group("filter");
    bench.sample_size(30);
    for count in COUNTS {
        let groups = groups(count);
        let mut index = index(&groups);
        let mut hits = Vec::new();
        for query in QUERIES {
            // Every search but the first finds the words before the last known, as when typing.
            bench.bench_function(BenchmarkId::new(format!("key/{query}"), count), |bencher| {
                bencher.iter(|| index.search(black_box(query), &mut hits));
            });
        }
        for query in ["vol", "the north gate"] {
            bench.bench_function(
                BenchmarkId::new(format!("pasted/{query}"), count),
                |bencher| bencher.iter(|| pasted(&mut index, query, &mut hits)),
            );
        }
        bench.bench_function(BenchmarkId::new("bare", count), |bencher| {
            bencher.iter(|| bare(&groups));
        });
        bench.bench_function(BenchmarkId::new("set", count), |bencher| {
            let middle = count / 2;
            bencher.iter(|| index.set(middle, fields(&groups[middle])));
        });
        bench.bench_function(BenchmarkId::new("rebuild", count), |bencher| {
            bencher.iter(|| index.rebuild(groups.iter().map(fields)));
        });
    }
    bench.finish();
}

/// The shortest of many runs: other work on the machine only ever makes one longer.
fn shortest(mut run: impl FnMut()) -> Duration {
    let once = || {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    std::iter::repeat_with(once)
        .take(40)
        .min()
        .unwrap_or_default()
}

/// The longest of a query's keystrokes, and the whole query at once.
fn times(index: &mut Index, query: &str) -> [Duration; 2] {
    let mut hits = Vec::new();
    index.search("", &mut hits);
    let longest = query
        .char_indices()
        .map(|(start, letter)| &query[..start + letter.len_utf8()])
        .map(|typed| shortest(|| index.search(black_box(typed), &mut hits)))
        .max()
        .unwrap_or_default();
    [longest, shortest(|| pasted(index, query, &mut hits))]
}

/// The peer: one text per group, a query's words may be anywhere in it.
struct Nucleo {
    matcher: Matcher,
    texts: Vec<Utf32String>,
}

impl Nucleo {
    fn new(groups: &[Group]) -> Self {
        let text = |group: &Group| {
            let Fields {
                name,
                description,
                jid,
                number,
                ..
            } = fields(group);
            Utf32String::from(format!("{name}\n{description}\n{jid}\n{number}"))
        };
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            texts: groups.iter().map(text).collect(),
        }
    }

    /// The matches among `rows`, best first.
    fn search(&mut self, query: &str, rows: &[u32]) -> Vec<(u32, u32)> {
        let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
        let mut hits: Vec<(u32, u32)> = rows
            .iter()
            .filter_map(|&row| {
                let text = self.texts[row as usize].slice(..);
                Some((pattern.score(text, &mut self.matcher)?, row))
            })
            .collect();
        hits.sort_unstable_by_key(|&(score, row)| (std::cmp::Reverse(score), row));
        hits
    }

    /// The longest of a query's keystrokes.
    fn longest_key(&mut self, query: &str) -> Duration {
        let mut rows: Vec<u32> = (0..).take(self.texts.len()).collect();
        let mut longest = Duration::ZERO;
        for (start, letter) in query.char_indices() {
            let typed = &query[..start + letter.len_utf8()];
            longest = longest.max(shortest(|| {
                black_box(self.search(black_box(typed), &rows));
            }));
            rows = self
                .search(typed, &rows)
                .into_iter()
                .map(|hit| hit.1)
                .collect();
        }
        longest
    }
}

#[allow(clippy::print_stdout)]
fn table(_: &mut Criterion) {
    let [few, many] = COUNTS.map(groups);
    let (mut index_few, mut index_many) = (index(&few), index(&many));
    let (mut full_few, mut full_many) = (
        with_accounts_and_notes(&few),
        with_accounts_and_notes(&many),
    );
    let bare_few = shortest(|| {
        black_box(bare(&few));
    });
    let bare_many = shortest(|| {
        black_box(bare(&many));
    });
    println!(
        "\nShortest times for {} and {} groups",
        COUNTS[0], COUNTS[1]
    );
    println!("query                          what          few ms  many ms  growth  of bare");
    let line = |query: &str, what: &str, few: Duration, many: Duration| {
        println!(
            "{query:30} {what:12} {:7.3}  {:7.3}  {:6.1}  {:7.2}",
            few.as_secs_f64() * 1e3,
            many.as_secs_f64() * 1e3,
            many.as_secs_f64() / few.as_secs_f64(),
            many.as_secs_f64() / bare_many.as_secs_f64(),
        );
    };
    line("", "bare", bare_few, bare_many);
    let (mut nucleo_few, mut nucleo_many) = (Nucleo::new(&few), Nucleo::new(&many));
    for query in QUERIES {
        let [key_few, pasted_few] = times(&mut index_few, query);
        let [key_many, pasted_many] = times(&mut index_many, query);
        line(query, "longest key", key_few, key_many);
        line(query, "pasted", pasted_few, pasted_many);
        let [full_few, _] = times(&mut full_few, query);
        let [full_many, _] = times(&mut full_many, query);
        line(query, "all fields", full_few, full_many);
        let [few, many] = [&mut nucleo_few, &mut nucleo_many].map(|it| it.longest_key(query));
        line(query, "nucleo", few, many);
    }
}

criterion_group!(benches, keystroke, table);
criterion_main!(benches);
