//! Texts to categories by rules: the first that holds decides.
//!
//! Every rule has its place in an index, so that a text costs by its length, not by the number of rules.

use crate::names::Names;
use crate::schema::{Rule, RuleTest};

/// The simple lowercase of a letter of ASCII, Latin-1, Latin Extended-A, Greek, Cyrillic and fullwidth Latin (Unicode's
/// `UnicodeData.txt`, field 13); every other character stays as it is.
pub fn lowercase(c: char) -> char {
    let code = c as u32;
    let even = || code & !1 | 1;
    let odd = || code + (code & 1);
    let lower = match code {
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a1 | 0x3a3..=0x3ab => code + 32,
        0x410..=0x42f | 0xff21..=0xff3a => code + 32,
        0x130 => 0x69,
        0x178 => 0xff,
        0x100..=0x12f | 0x132..=0x137 | 0x14a..=0x177 => even(),
        0x139..=0x148 | 0x179..=0x17e | 0x4c1..=0x4ce => odd(),
        0x386 => 0x3ac,
        0x388..=0x38a => code + 37,
        0x38c => 0x3cc,
        0x38e | 0x38f => code + 63,
        0x400..=0x40f => code + 80,
        0x460..=0x481 | 0x48a..=0x4bf | 0x4d0..=0x52f => even(),
        0x4c0 => 0x4cf,
        _ => code,
    };
    char::from_u32(lower).unwrap_or(c)
}

/// Appends the lowercase of a text.
fn lower(text: &str, out: &mut String) {
    out.clear();
    out.extend(text.chars().map(lowercase));
}

/// Whether a character is of a word: an ASCII letter or digit, or one from U+00C0 on but for general punctuation
/// (U+2000 to U+206F), CJK punctuation (U+3000 to U+303F) and fullwidth punctuation (U+FF00 to U+FF0F).
pub fn is_word(c: char) -> bool {
    match c {
        '\u{2000}'..='\u{206f}' | '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ff0f}' => false,
        _ => c.is_ascii_alphanumeric() || c >= '\u{c0}',
    }
}

/// Whether a character is a word by itself: Han, kana, Hangul, which stand without spaces between words.
fn is_alone(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && is_word(c)
}

/// Whether a word can end between two characters, or begin.
fn is_border(before: Option<char>, after: Option<char>) -> bool {
    let inner = |c: Option<char>| c.is_some_and(|c| is_word(c) && !is_alone(c));
    !(inner(before) && inner(after))
}

/// Whether a rule's pattern is one that its test can find: a word begins and ends as words do; cases are folded.
pub(crate) fn is_pattern(rule: &Rule) -> bool {
    let pattern = &rule.pattern;
    let ends =
        || pattern.chars().next().is_some_and(is_word) && pattern.chars().next_back().is_some_and(is_word);
    let folded = || pattern.chars().all(|c| lowercase(c) == c);
    match rule.test {
        RuleTest::Prefix => folded(),
        RuleTest::Word => ends() && folded(),
        RuleTest::Code => !pattern.is_empty(),
    }
}

/// Patterns with the rules that they are of.
#[derive(Clone, Debug, Default)]
struct Patterns {
    names: Names,
    rules: Vec<u32>,
}

impl Patterns {
    fn new<'a>(rules: impl Iterator<Item = (u32, &'a str)> + Clone) -> Self {
        Self {
            names: Names::new(rules.clone().map(|(_, key)| key)),
            rules: rules.map(|(rule, _)| rule).collect(),
        }
    }

    /// The rules of a key, ascending.
    fn of(&self, key: &str) -> impl Iterator<Item = u32> {
        self.names.each(key).filter_map(|at| self.rules.get(at).copied())
    }
}

/// The rules of one column about one text.
#[derive(Clone, Debug)]
struct About {
    text: u32,
    codes: Patterns,
    prefixes: Patterns,
    /// Lengths in bytes that prefixes have.
    lengths: Vec<usize>,
    /// By the first word of what they look for.
    words: Patterns,
}

impl About {
    fn new(rules: &[Rule], text: u32) -> Self {
        let own = |test| {
            let mine = move |&(_, rule): &(u32, &Rule)| rule.text == text && rule.test == test;
            (0..).zip(rules).filter(mine)
        };

        let mut lengths: Vec<usize> = own(RuleTest::Prefix).map(|(_, rule)| rule.pattern.len()).collect();
        lengths.sort_unstable();
        lengths.dedup();
        Self {
            text,
            codes: Patterns::new(own(RuleTest::Code).map(|(index, rule)| (index, rule.pattern.as_str()))),
            prefixes: Patterns::new(
                own(RuleTest::Prefix).map(|(index, rule)| (index, rule.pattern.as_str())),
            ),
            lengths,
            words: Patterns::new(
                own(RuleTest::Word)
                    .map(|(index, rule)| (index, words(&rule.pattern).next().map_or("", |(_, word)| word))),
            ),
        }
    }

    /// The first rule that holds.
    fn first(&self, rules: &[Rule], text: &str, lower: &str) -> Option<u32> {
        let code = self.codes.of(text).next();
        let prefix = |&length: &usize| self.prefixes.of(lower.get(..length)?).next();
        let mut best = self.lengths.iter().filter_map(prefix).chain(code).min();
        for (start, word) in words(lower) {
            let from = lower.get(start..).unwrap_or_default();
            let holds = |rule: &u32| {
                let pattern = rules.get(*rule as usize).map_or("", |rule| rule.pattern.as_str());
                let rest = from.strip_prefix(pattern);
                rest.is_some_and(|rest| is_border(pattern.chars().next_back(), rest.chars().next()))
            };
            let found =
                self.words.of(word).take_while(|rule| best.is_none_or(|best| *rule < best)).find(holds);
            best = found.or(best);
        }
        best
    }
}

/// The words of a text, with the bytes that they begin at.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    core::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.char_indices().find(|&(_, c)| is_word(c))?.0;
        let mut inside = text.get(start..)?.char_indices().peekable();
        let mut before = inside.next().map(|(_, c)| c);
        let end = loop {
            match inside.next() {
                Some((length, c)) if !is_word(c) || is_border(before, Some(c)) => break start + length,
                Some((_, c)) => before = Some(c),
                None => break text.len(),
            }
        };
        at = end;
        Some((start, text.get(start..end)?))
    })
}

/// The rules of one column, ready to be followed.
#[derive(Clone, Debug)]
pub(crate) struct RuleBook {
    about: Vec<About>,
}

/// What the rules make of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// This category.
    Category(u32),
    /// None of the rules holds.
    Nothing,
    /// All texts that the rules look at are missing.
    Missing,
}

impl RuleBook {
    pub(crate) fn new(rules: &[Rule]) -> Self {
        let mut texts: Vec<u32> = rules.iter().map(|rule| rule.text).collect();
        texts.sort_unstable();
        texts.dedup();
        Self { about: texts.into_iter().map(|text| About::new(rules, text)).collect() }
    }

    /// Follows the rules that it was made of. `text` gives a text, in lowercase too.
    pub(crate) fn follow<'a>(
        &self,
        rules: &[Rule],
        text: impl Fn(u32) -> Option<(&'a str, &'a str)>,
    ) -> Found {
        let (mut best, mut there) = (None, false);
        for about in &self.about {
            let Some((text, lower)) = text(about.text) else { continue };
            there = true;
            best = about.first(rules, text, lower).into_iter().chain(best).min();
        }
        match best.and_then(|rule: u32| rules.get(rule as usize)) {
            Some(rule) => Found::Category(rule.category),
            None if there => Found::Nothing,
            None => Found::Missing,
        }
    }
}

/// A text of an event, kept while the event is read; the memory is used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    there: bool,
    raw: String,
    lower: String,
}

impl Text {
    pub(crate) fn clear(&mut self) {
        self.there = false;
    }

    pub(crate) fn set(&mut self, text: &str) {
        self.there = true;
        self.raw.clear();
        self.raw.push_str(text);
        lower(text, &mut self.lower);
    }

    /// The text, and in lowercase.
    pub(crate) fn get(&self) -> Option<(&str, &str)> {
        self.there.then_some((&self.raw, &self.lower))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every character that it changes gets the lowercase that std has; every other one of its blocks has none.
    #[test]
    fn lowercase_is_that_of_unicode() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let full: Vec<char> = c.to_lowercase().collect();
            let block = matches!(c as u32, 0..=0x17f | 0x386..=0x3ab | 0x400..=0x52f | 0xff00..=0xff5e);
            if c == '\u{130}' {
                assert_eq!(lowercase(c), 'i');
            } else if block || lowercase(c) != c {
                assert_eq!(full, [lowercase(c)], "{c:?}");
            }
        }
    }

    fn rule(test: RuleTest, pattern: &str) -> Rule {
        Rule { text: 0, test, pattern: pattern.to_owned(), category: 0 }
    }

    fn holds(test: RuleTest, pattern: &str, text: &str) -> bool {
        let rules = [rule(test, pattern)];
        assert!(is_pattern(&rules[0]), "{pattern}");
        let mut kept = Text::default();
        kept.set(text);
        RuleBook::new(&rules).follow(&rules, |_| kept.get()) == Found::Category(0)
    }

    #[test]
    fn words_prefixes_and_codes() {
        use RuleTest::{Code, Prefix, Word};
        assert!(holds(Word, "rent", "Monthly RENT, May"));
        assert!(holds(Word, "rent", "rent"));
        assert!(!holds(Word, "rent", "current account"));
        assert!(!holds(Word, "rent", "rent2"));
        assert!(holds(Word, "amazon prime", "AMAZON PRIME*1234"));
        assert!(!holds(Word, "amazon prime", "amazon  prime"));
        assert!(holds(Word, "ae", "ae ae-x"));
        assert!(holds(Word, "\u{e4}rzte", "Die \u{c4}RZTE"));
        assert!(holds(Word, "\u{5de5}\u{8d44}", "\u{4ee3}\u{53d1}\u{5de5}\u{8d44}\u{5165}\u{8d26}"));
        assert!(holds(Word, "pos", "\u{5de5}POS\u{8d44}"));
        assert!(holds(Prefix, "gehalt", "Gehalt 05/24"));
        assert!(!holds(Prefix, "gehalt", " Gehalt"));
        assert!(holds(Prefix, "", ""));
        assert!(holds(Code, "5411", "5411"));
        assert!(!holds(Code, "5411", "54110"));
        assert!(!holds(Code, "ab", "AB"));
        for (test, pattern) in
            [(Word, ""), (Word, " a"), (Word, "a."), (Word, "A"), (Prefix, "A"), (Code, "")]
        {
            assert!(!is_pattern(&rule(test, pattern)), "{pattern}");
        }
    }

    /// A rule by itself, written as its documentation says it.
    fn naive(rule: &Rule, text: &str) -> bool {
        let lower: Vec<char> = text.chars().map(lowercase).collect();
        let pattern: Vec<char> = rule.pattern.chars().collect();
        match rule.test {
            RuleTest::Code => text == rule.pattern,
            RuleTest::Prefix => lower.starts_with(&pattern),
            RuleTest::Word => (0..lower.len()).any(|at| {
                let end = at + pattern.len();
                lower[at..].starts_with(&pattern)
                    && is_border(at.checked_sub(1).map(|i| lower[i]), Some(lower[at]))
                    && is_border(Some(lower[end - 1]), lower.get(end).copied())
            }),
        }
    }

    proptest! {
        #[test]
        fn the_index_finds_what_each_rule_says(
            texts in prop::collection::vec(prop::option::weighted(0.9, "[aAb \u{c4}\u{e4}\u{5de5}.]{0,8}"), 2),
            patterns in prop::collection::vec((0..2u32, 0..3u8, "[ab \u{e4}\u{5de5}.]{0,3}"), 0..12),
        ) {
            let rules: Vec<Rule> = (0..).zip(patterns).map(|(category, (text, test, pattern))| {
                let test = [RuleTest::Prefix, RuleTest::Word, RuleTest::Code][usize::from(test)];
                Rule { text, test, pattern, category }
            }).filter(is_pattern).collect();
            let kept: Vec<Text> = texts.iter().map(|text| {
                let mut kept = Text::default();
                if let Some(text) = text { kept.set(text) }
                kept
            }).collect();
            let found = RuleBook::new(&rules).follow(&rules, |text| kept[text as usize].get());
            let of = |rule: &&Rule| texts[rule.text as usize].as_deref();
            let expected = match rules.iter().find(|rule| of(rule).is_some_and(|text| naive(rule, text))) {
                Some(rule) => Found::Category(rule.category),
                None if rules.iter().any(|rule| of(&rule).is_some()) => Found::Nothing,
                None => Found::Missing,
            };
            prop_assert_eq!(found, expected);
        }
    }
}
