//! Generated bundle sources compile and give what they say; mutated ones end in mistakes whose places are in the file.

use std::collections::BTreeMap;
use std::fmt::Write;

use scorelet_core::author::source::compile;
use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::scorer::Scorer;
use scorelet_tests::mutate::mutate;
use scorelet_tests::random::Random;

/// A characteristic: edges with points, or points by category; then points of missing.
enum Bins {
    Numbers { edges: Vec<f64>, points: Vec<f64>, right: bool },
    Categories(Vec<f64>),
}

struct Card {
    base: f64,
    characteristics: Vec<(Bins, f64)>,
}

fn points(random: &mut Random) -> f64 {
    random.between(0, 2000) as f64 / 8.0 - 100.0
}

fn card(random: &mut Random) -> Card {
    let characteristics = (0..random.between(1, 6)).map(|_| {
        let bins = if random.one_in(3) {
            Bins::Categories((0..random.between(1, 9)).map(|_| points(random)).collect())
        } else {
            let mut edge = random.normal() * 100.0;
            let edges: Vec<f64> = (0..random.below(7))
                .map(|_| {
                    edge += random.unit() * 50.0 + 1e-3;
                    edge
                })
                .collect();
            let points = (0..=edges.len()).map(|_| points(random)).collect();
            Bins::Numbers { edges, points, right: random.one_in(3) }
        };
        (bins, points(random))
    });
    let characteristics = characteristics.collect();
    Card { base: points(random), characteristics }
}

/// The source, with its tables in a random order.
fn source(card: &Card, random: &mut Random) -> String {
    let mut tables = vec![format!("[nodes.card]\nkind = \"scorecard\"\nbase = {:?}\n", card.base)];
    let mut fields = String::from("[fields]\n");
    for (i, (bins, missing)) in card.characteristics.iter().enumerate() {
        let mut rows = String::new();
        let mut closed = "";
        match bins {
            Bins::Numbers { edges, points, right } => {
                writeln!(fields, "f{i} = \"number\"").unwrap();
                closed = if *right { "closed = \"right\"\n" } else { "" };
                for (j, p) in points.iter().enumerate() {
                    let from = j.checked_sub(1).map(|k| format!("from = {:?}, ", edges[k]));
                    let from = from.filter(|_| random.one_in(2)).unwrap_or_default();
                    let to = edges.get(j).map(|e| format!("to = {e:?}, ")).unwrap_or_default();
                    writeln!(rows, "  {{ {from}{to}points = {p:?} }},").unwrap();
                }
            }
            Bins::Categories(points) => {
                let names: Vec<String> = (0..points.len()).map(|j| format!("\"c{j}, 类\"")).collect();
                writeln!(fields, "f{i} = [{}]", names.join(", ")).unwrap();
                for (name, p) in names.iter().zip(points) {
                    writeln!(rows, "  {{ in = [{name}], points = {p:?} }},").unwrap();
                }
            }
        }
        writeln!(rows, "  {{ state = \"missing\", points = {missing:?} }},").unwrap();
        tables.push(format!("[nodes.card.characteristics.f{i}]\n{closed}bins = [\n{rows}]\n"));
    }
    tables.push(fields);
    tables.push("[bundle]\nname = \"generated\"\n".to_owned());
    for i in (1..tables.len()).rev() {
        tables.swap(i, random.below(i + 1));
    }
    tables.concat()
}

/// The total by the plainest reading of the source.
fn total(card: &Card, row: &[f64]) -> f64 {
    let points = card.characteristics.iter().zip(row).map(|((bins, missing), &x)| match bins {
        _ if x.is_nan() => *missing,
        Bins::Categories(points) => points[x as usize],
        Bins::Numbers { edges, points, right } => {
            points[edges.iter().filter(|&&e| if *right { x > e } else { x >= e }).count()]
        }
    });
    points.fold(card.base, |sum, p| sum + p)
}

fn row(card: &Card, random: &mut Random) -> Vec<f64> {
    let value = |bins: &Bins, random: &mut Random| match bins {
        _ if random.one_in(6) => f64::NAN,
        Bins::Categories(points) => random.below(points.len()) as f64,
        Bins::Numbers { edges, .. } if !edges.is_empty() && random.one_in(2) => *random.pick(edges),
        Bins::Numbers { .. } => random.normal() * 200.0,
    };
    card.characteristics.iter().map(|(bins, _)| value(bins, random)).collect()
}

#[test]
fn generated_scorecards_give_what_their_source_says() {
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let card = card(&mut random);
        let text = source(&card, &mut random);
        let files = BTreeMap::from([("bundle.toml".to_owned(), text.clone().into_bytes())]);
        let compiled = compile(&files).unwrap_or_else(|e| panic!("seed {seed}: {e:#?}\n{text}"));
        assert_eq!(compiled.warnings, [], "seed {seed}");
        let again = compile(&files).unwrap();
        assert_eq!(again.parts, compiled.parts, "seed {seed}: compiling is not a function of the source");
        let bytes = Bundle::encode(compiled.parts).unwrap();
        let mut scorer = Scorer::new(Bundle::open(&bytes, Trust::Anyone).unwrap());
        let column = scorer.bundle().scores[0].score.unwrap();
        for _ in 0..40 {
            let row = row(&card, &mut random);
            // The fields may stand in the file in their own order only: f0, f1, …
            let mut got = [0.0];
            scorer.score_columns(1, &row, &[column], &mut got).unwrap();
            assert_eq!(got[0], total(&card, &row), "seed {seed} {row:?}\n{text}");
        }
    }
}

#[test]
fn mistakes_of_mutated_sources_are_in_the_file() {
    let seeds: Vec<Vec<u8>> = ["sources/features.toml", "../host/src/cli/init/bundle.toml"]
        .iter()
        .map(|path| std::fs::read(scorelet_tests::data(path)).unwrap())
        .collect();
    let mut random = Random::new(7);
    for round in 0..1500 {
        let mut bytes = seeds[round % seeds.len()].clone();
        let other = seeds[(round + 1) % seeds.len()].clone();
        mutate(&mut random, &mut bytes, &other);
        let files = BTreeMap::from([("bundle.toml".to_owned(), bytes.clone())]);
        match compile(&files) {
            Ok(compiled) => {
                let encoded = Bundle::encode(compiled.parts).unwrap();
                Bundle::open(&encoded, Trust::Anyone).unwrap();
            }
            Err(mistakes) => {
                assert!(!mistakes.is_empty(), "refused without a mistake");
                let lines = bytes.split(|&b| b == b'\n').count();
                for m in mistakes {
                    assert!(m.line >= 1 && m.line <= lines, "{m:?}");
                    assert!(m.span.start <= m.span.end && m.span.end <= bytes.len(), "{m:?}");
                    assert!(!m.message.is_empty() && !m.mend.is_empty(), "{m:?}");
                }
            }
        }
    }
}
