//! When an applicant counts as approved: a bar that a figure of the decision has to reach, as `--approve` writes it.
//!
//! `credit>=600` (a score), `credit.pd<=0.05` (its PD; `.margin` likewise), `credit=A,B` (bands), `NODE>0` (any column by its name).

use std::fmt;

use scorelet_core::bundle::Bundle;
use scorelet_core::policy::Outcome;

use crate::error::{HostError, Result};
use crate::input::nearest;

/// How a figure is compared.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    AtLeast(f64),
    Over(f64),
    AtMost(f64),
    Under(f64),
    /// One of these texts: bands.
    OneOf(Vec<String>),
}

/// A bar as it was written: what is compared, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    name: String,
    test: Test,
    text: String,
}

impl std::str::FromStr for Bar {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let at =
            text.find(['<', '>', '=']).ok_or("write it as credit>=600, credit.pd<=0.05 or credit=A,B")?;
        let (name, rest) = text.split_at(at);
        let name = name.trim().to_owned();
        if name.is_empty() {
            return Err("there is no name before the comparison".to_owned());
        }
        let number = |text: &str| match text.trim().parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => Err(format!("`{}` is not a number", text.trim())),
        };
        let test = if let Some(bar) = rest.strip_prefix(">=") {
            Test::AtLeast(number(bar)?)
        } else if let Some(bar) = rest.strip_prefix("<=") {
            Test::AtMost(number(bar)?)
        } else if let Some(bar) = rest.strip_prefix('>') {
            Test::Over(number(bar)?)
        } else if let Some(bar) = rest.strip_prefix('<') {
            Test::Under(number(bar)?)
        } else {
            let bands = rest.trim_start_matches('=').split(',').map(|band| band.trim().to_owned());
            let bands: Vec<String> = bands.filter(|band| !band.is_empty()).collect();
            if bands.is_empty() {
                return Err("there is no band after `=`".to_owned());
            }
            Test::OneOf(bands)
        };
        Ok(Self { name, test, text: text.trim().to_owned() })
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A bar in a bundle: the column that is compared, and the values that pass.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    /// Column of the score graph.
    pub column: u32,
    /// The bar as it was written.
    pub text: String,
    test: Passing,
}

#[derive(Clone, Debug, PartialEq)]
enum Passing {
    AtLeast(f64),
    Over(f64),
    AtMost(f64),
    Under(f64),
    OneOf(Vec<u32>),
}

impl Approval {
    /// Whether a value of the column passes; one that is absent (NaN) does not.
    pub fn passes(&self, value: f64) -> bool {
        match &self.test {
            Passing::AtLeast(bar) => value >= *bar,
            Passing::Over(bar) => value > *bar,
            Passing::AtMost(bar) => value <= *bar,
            Passing::Under(bar) => value < *bar,
            Passing::OneOf(indexes) => indexes.iter().any(|&index| f64::from(index) == value),
        }
    }

    /// The bar `text` on a column whose index is one of `indexes`.
    pub fn one_of(column: u32, indexes: Vec<u32>, text: String) -> Self {
        Self { column, text, test: Passing::OneOf(indexes) }
    }

    /// What the bundle's own policy approves; `None` if it decides no outcome.
    pub fn of_policy(bundle: &Bundle) -> Option<Self> {
        let column = bundle.policy.as_ref()?.outcome?;
        Some(Self::one_of(column, vec![Outcome::Approve as u32], "outcome=approve".to_owned()))
    }

    /// Finds what `bar` names in `bundle`, which `place` names in messages.
    ///
    /// # Errors
    /// [`HostError::Usage`]: a name, a figure or a band that the bundle does not have.
    pub fn of(bar: &Bar, bundle: &Bundle, place: &str) -> Result<Self> {
        let refuse = |what: String, mend: String| {
            Err(HostError::Usage { what: format!("--approve {bar}: {place}: {what}"), mend })
        };
        let (stem, figure) = bar.name.rsplit_once('.').unwrap_or((&bar.name, ""));
        let of_name = |name: &str| bundle.scores.iter().find(|score| score.name == name);
        let test = match &bar.test {
            Test::OneOf(bands) => {
                let Some(score) = of_name(&bar.name) else {
                    return refuse(format!("there is no score `{}`", bar.name), scores(bundle, &bar.name));
                };
                let Some(column) = score.band else {
                    let mend = format!("give a bar instead: {}>=600", bar.name);
                    return refuse(format!("the score `{}` has no bands", bar.name), mend);
                };
                let mut indexes = Vec::new();
                for band in bands {
                    match (0_u32..).zip(&score.bands).find(|(_, known)| known.name == *band) {
                        Some((index, _)) => indexes.push(index),
                        None => {
                            let names: Vec<&str> = score.bands.iter().map(|b| b.name.as_str()).collect();
                            let mend = format!("its bands are {}", names.join(", "));
                            return refuse(format!("`{}` has no band `{band}`", bar.name), mend);
                        }
                    }
                }
                return Ok(Self::one_of(column, indexes, bar.text.clone()));
            }
            Test::AtLeast(bar) => Passing::AtLeast(*bar),
            Test::Over(bar) => Passing::Over(*bar),
            Test::AtMost(bar) => Passing::AtMost(*bar),
            Test::Under(bar) => Passing::Under(*bar),
        };
        let found = match (of_name(&bar.name), of_name(stem), figure) {
            (Some(score), ..) => score.score,
            (None, Some(score), "score") => score.score,
            (None, Some(score), "pd") => score.pd,
            (None, Some(score), "margin") => score.margin,
            _ => column(bundle, &bar.name),
        };
        match found {
            Some(column) => Ok(Self { column, text: bar.text.clone(), test }),
            None if of_name(stem).is_some() => {
                let mend = format!("compare {stem}, {stem}.pd or {stem}.margin, whichever the bundle has");
                refuse(format!("there is no figure `{}`", bar.name), mend)
            }
            None => refuse(format!("there is no score or column `{}`", bar.name), scores(bundle, &bar.name)),
        }
    }
}

/// The column of the score graph of that name.
pub fn column(bundle: &Bundle, name: &str) -> Option<u32> {
    let columns = u32::try_from(bundle.graph.columns()).unwrap_or(u32::MAX);
    (0..columns).find(|&column| bundle.column_name(column) == name)
}

fn scores(bundle: &Bundle, name: &str) -> String {
    let names: Vec<&str> = bundle.scores.iter().map(|score| score.name.as_str()).collect();
    match nearest(name, names.iter().copied()) {
        Some(near) => format!("is it `{near}`?"),
        None => format!("its scores are {}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_read_and_nonsense_is_not() {
        let bar = |text: &str| text.parse::<Bar>().map(|bar| (bar.name, bar.test));
        assert_eq!(bar("credit>=600"), Ok(("credit".into(), Test::AtLeast(600.0))));
        assert_eq!(bar(" credit.pd <= 0.05"), Ok(("credit.pd".into(), Test::AtMost(0.05))));
        assert_eq!(bar("x>1e3"), Ok(("x".into(), Test::Over(1000.0))));
        assert_eq!(bar("x<-2"), Ok(("x".into(), Test::Under(-2.0))));
        assert_eq!(bar("c=A, B"), Ok(("c".into(), Test::OneOf(vec!["A".into(), "B".into()]))));
        for wrong in ["credit", ">=600", "credit>=", "credit>=NaN", "credit>=inf", "credit=", "credit=,", ""]
        {
            assert!(bar(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_absent_passes_no_bar() {
        for test in [Passing::AtLeast(0.0), Passing::Under(0.0), Passing::OneOf(vec![0])] {
            let approval = Approval { column: 0, text: String::new(), test };
            assert!(!approval.passes(f64::NAN));
        }
        let approval = Approval::one_of(0, vec![0, 2], String::new());
        assert!(approval.passes(2.0) && !approval.passes(1.0));
    }
}
