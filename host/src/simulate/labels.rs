//! A column of texts as groups: segments and declared attributes.

use std::collections::{BTreeMap, BTreeSet};

/// Groups of a segment at most; further values are one group together.
pub(super) const MOST_GROUPS: usize = 12;
/// Groups that a column of many different numbers is cut into.
const QUANTILES: usize = 5;
/// The group of those without a value.
pub(super) const MISSING: &str = "(missing)";
/// The group of all values that are too many to be told one by one.
pub(super) const OTHERS: &str = "(others)";

/// Which group each applicant is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// The column's name.
    pub name: String,
    /// Names of the groups, in the order in which they are shown.
    pub groups: Vec<String>,
    /// The group of each applicant.
    pub of: Vec<u32>,
}

impl Labels {
    /// Groups by value, each value a group, in the order of the texts.
    pub fn exact(name: &str, texts: &[String]) -> Self {
        let shown: Vec<&str> = texts.iter().map(|text| label(text)).collect();
        let mut groups: Vec<&str> = shown.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        // What is missing stands last.
        groups.sort_by_key(|&group| group == MISSING);
        Self::by(name, &shown, groups.into_iter().map(str::to_owned).collect())
    }

    /// Groups of a segment: by value; many different numbers are cut at their quintiles, of many different texts the most
    /// frequent are told and the rest is one group.
    pub fn segment(name: &str, texts: &[String]) -> Self {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for text in texts {
            *counts.entry(label(text)).or_default() += 1;
        }
        if counts.len() <= MOST_GROUPS {
            let mut labels = Self::exact(name, texts);
            labels.sort_numbers();
            return labels;
        }
        let numbers: Vec<Option<f64>> = texts.iter().map(|text| number(text)).collect();
        if texts.iter().zip(&numbers).all(|(text, number)| number.is_some() || label(text) == MISSING) {
            return Self::quintiles(name, &numbers);
        }
        let mut frequent: Vec<(&str, u64)> = counts.into_iter().collect();
        frequent.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        frequent.truncate(MOST_GROUPS - 1);
        let mut groups: Vec<String> = frequent.into_iter().map(|(text, _)| text.to_owned()).collect();
        groups.push(OTHERS.to_owned());
        let shown: Vec<&str> = texts.iter().map(|text| label(text)).collect();
        let shown: Vec<&str> = shown
            .into_iter()
            .map(|text| if groups.iter().any(|g| g == text) { text } else { OTHERS })
            .collect();
        Self::by(name, &shown, groups)
    }

    fn by(name: &str, texts: &[&str], groups: Vec<String>) -> Self {
        let index: BTreeMap<&str, u32> = groups.iter().map(String::as_str).zip(0..).collect();
        let of = texts.iter().map(|text| index.get(text).copied().unwrap_or_default()).collect();
        Self { name: name.to_owned(), groups, of }
    }

    /// Groups that are numbers stand in the order of the numbers.
    fn sort_numbers(&mut self) {
        let value = |group: &str| number(group).unwrap_or(f64::INFINITY);
        if self.groups.iter().any(|group| number(group).is_none() && group != MISSING) {
            return;
        }
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.sort_by(|&i, &j| value(&self.groups[i]).total_cmp(&value(&self.groups[j])));
        let mut place = vec![0; order.len()];
        (0..).zip(&order).for_each(|(new, &old)| place[old] = new);
        self.groups = order.iter().map(|&old| self.groups[old].clone()).collect();
        self.of.iter_mut().for_each(|group| *group = place[*group as usize]);
    }

    /// Five groups of about the same size: each begins where a fifth of the values is below.
    fn quintiles(name: &str, numbers: &[Option<f64>]) -> Self {
        let mut sorted: Vec<f64> = numbers.iter().copied().flatten().collect();
        sorted.sort_by(f64::total_cmp);
        let mut starts: Vec<f64> =
            (0..QUANTILES).filter_map(|q| sorted.get(q * sorted.len() / QUANTILES).copied()).collect();
        starts.dedup();
        let group = |value: f64| starts.partition_point(|start| *start <= value).max(1) - 1;
        let mut ends = vec![f64::NAN; starts.len()];
        // Sorted, so the last one of a group is its greatest.
        sorted.iter().for_each(|&value| ends[group(value)] = value);
        let mut groups: Vec<String> =
            starts.iter().zip(&ends).map(|(start, end)| format!("{start} to {end}")).collect();
        let missing = u32::try_from(groups.len()).unwrap_or(u32::MAX);
        if numbers.contains(&None) {
            groups.push(MISSING.to_owned());
        }
        let of =
            numbers.iter().map(|n| n.map_or(missing, |value| u32::try_from(group(value)).unwrap_or(missing)));
        Self { name: name.to_owned(), of: of.collect(), groups }
    }
}

fn label(text: &str) -> &str {
    if text.trim().is_empty() { MISSING } else { text.trim() }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn few_values_are_groups_of_their_own() {
        let labels = Labels::segment("x", &texts(&["10", "9", "", "10"]));
        assert_eq!(labels.groups, ["9", "10", MISSING]);
        assert_eq!(labels.of, [1, 0, 2, 1]);
        let labels = Labels::exact("x", &texts(&["b", " ", "a", "b "]));
        assert_eq!(labels.groups, ["a", "b", MISSING]);
        assert_eq!(labels.of, [1, 2, 0, 1]);
    }

    #[test]
    fn many_numbers_are_cut_at_quintiles() {
        let many: Vec<String> = (0..100).rev().map(|n| n.to_string()).chain([String::new()]).collect();
        let labels = Labels::segment("x", &many);
        assert_eq!(labels.groups[0], "0 to 19");
        assert_eq!(labels.groups[4], "80 to 99");
        assert_eq!(labels.groups[5], MISSING);
        assert_eq!((labels.of[0], labels.of[99], labels.of[100]), (4, 0, 5));
    }

    #[test]
    fn many_texts_have_a_group_of_others() {
        let many: Vec<String> =
            (0..20).map(|n| format!("v{n}")).chain([texts(&["z", "z"])].into_iter().flatten()).collect();
        let labels = Labels::segment("x", &many);
        assert_eq!(labels.groups.len(), MOST_GROUPS);
        assert_eq!((labels.groups[0].as_str(), labels.groups[11].as_str()), ("z", OTHERS));
        assert_eq!(labels.of.iter().filter(|&&group| group == 11).count(), 10);
    }
}
