//! "Did you mean": the nearest allowed word.

/// The mend for a word that is not among `allowed`: the nearest one, and the whole list where it is short.
pub(in crate::author) fn mend<'a>(found: &str, allowed: impl IntoIterator<Item = &'a str>) -> String {
    let mut allowed: Vec<&str> = allowed.into_iter().collect();
    allowed.sort_unstable();
    allowed.dedup();
    let list = match allowed.as_slice() {
        [] => "there is none to choose from".to_owned(),
        [one] => format!("only `{one}` is allowed"),
        some if some.len() <= 16 => format!("allowed: {}", quoted(some)),
        some => format!("there are {}, from `{}` on", some.len(), some.first().unwrap_or(&"")),
    };
    match nearest(found, &allowed) {
        Some(word) => format!("did you mean `{word}`? ({list})"),
        None => list,
    }
}

/// Words in backticks, with commas.
pub(in crate::author) fn quoted<S: AsRef<str>>(words: &[S]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{}`", w.as_ref())).collect();
    quoted.join(", ")
}

/// The allowed word with the least edit distance, if it is near enough to be a slip: a third of the word's length.
fn nearest<'a>(found: &str, allowed: &[&'a str]) -> Option<&'a str> {
    let found = found.to_lowercase();
    let within = |word: &str| word.chars().count().max(found.chars().count()).div_ceil(3);
    allowed
        .iter()
        .map(|&word| (distance(&found, &word.to_lowercase()), word))
        .filter(|&(far, word)| far <= within(word))
        .min()
        .map(|(_, word)| word)
}

/// Optimal string alignment distance: insertions, deletions, changes, and swaps of neighbours count one each.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous = None;
    for (i, x) in a.chars().enumerate() {
        let mut row = vec![i + 1];
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX / 2);
            let mut best =
                (at(&last, j + 1) + 1).min(at(&row, j) + 1).min(at(&last, j) + usize::from(x != y));
            let swapped = j > 0 && previous == Some(y) && b.get(j - 1) == Some(&x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        previous = Some(x);
        before = core::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_near_and_other_words_are_not() {
        assert_eq!(distance("amuont", "amount"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("credit_amuont", &["credit_amount", "age"]), Some("credit_amount"));
        assert_eq!(nearest("Age", &["credit_amount", "age"]), Some("age"));
        assert_eq!(nearest("income", &["credit_amount", "age"]), None);
    }

    #[test]
    fn the_mend_lists_what_is_allowed() {
        assert_eq!(
            mend("boolan", ["number", "boolean"]),
            "did you mean `boolean`? (allowed: `boolean`, `number`)"
        );
        assert_eq!(mend("x", []), "there is none to choose from");
    }
}
