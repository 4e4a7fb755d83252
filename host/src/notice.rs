//! Adverse action notices: why an application was not approved, in the applicant's language.
//!
//! What such a notice holds follows Regulation B (12 CFR 1002.9) and section 615(a) of the Fair Credit Reporting Act (15 U.S.C.
//! 1681m(a)); `docs/adverse-action.md` says which part answers which paragraph. A notice is not written for a decision that was approved,
//! that is not as it was made, or that gives no specific reason.

mod behind;
mod letter;
pub mod reasons;

use scorelet_core::author::cut::bounds;
use scorelet_core::bundle::{Bundle, ScoreOutput};
use scorelet_core::decision::Decision;
use scorelet_core::notice::{Notice, Passage};
use scorelet_core::policy::Outcome;
use scorelet_core::reason::counterfactual::Search;
use scorelet_core::reason::text_for;
use scorelet_core::schema::Localized;
use serde_json::Value;

use crate::approval::Approval;
use crate::error::{HostError, Result};
use crate::value;

pub use letter::{Letter, Part};

/// What only the lender knows. What is not given stays in the letter as a place to fill in.
#[derive(Clone, Debug, Default)]
pub struct Blanks {
    /// Name and address of the lender.
    pub lender: Option<String>,
    /// Name of the applicant.
    pub applicant: Option<String>,
    /// The consumer reporting agency whose report was used: name, address, telephone. Without one the letter says nothing of any.
    pub bureau: Option<String>,
    /// The authority that supervises the lender.
    pub agency: Option<String>,
    /// Date of the letter, `YYYY-MM-DD`.
    pub date: String,
    /// Date on which the score was made.
    pub scored_on: String,
}

/// Who says that the application was not approved.
#[derive(Clone, Debug, Default)]
pub struct Declined {
    /// The bar that the decision had to reach, if its bundle decides no outcome.
    pub bar: Option<Approval>,
    /// A person declined it, after it was referred or could not be decided.
    pub by_person: bool,
}

/// The applicant's record, with what its smallest change came to.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Values of the fields.
    pub values: Option<Vec<f64>>,
    /// The search for the smallest change that would have been approved.
    pub change: Option<Search>,
}

/// Reads a decision of `bundle` from its JSON, and checks that it is as it was made: its bundle and its result digest.
///
/// # Errors
/// [`HostError::Input`] with `place`: no decision, one of another bundle, or one that was changed.
pub fn decision(json: &Value, bundle: &Bundle, place: &str) -> Result<Decision> {
    let refuse = |what: String, mend: &str| {
        Err(HostError::Input { place: place.to_owned(), what, mend: mend.to_owned() })
    };
    let named = json.get("bundle").and_then(Value::as_str).unwrap_or_default();
    let own = bundle.digest.to_string();
    let whole = bundle.cut.as_ref().map(|cut| cut.whole.to_string());
    if named.is_empty() {
        return refuse(
            "this is no decision: it names no bundle".to_owned(),
            "give what `scorelet score --format json --reasons` wrote",
        );
    }
    if named != own && Some(named) != whole.as_deref() {
        return refuse(
            format!("the decision was made by another bundle: {named}"),
            "give the bundle that made it, in the version that made it",
        );
    }
    let decision =
        Decision::from_json(json, bundle).map_err(|error| HostError::core(error, place.to_owned()))?;
    let (found, told) =
        (decision.digest().to_string(), json.get("digest").and_then(Value::as_str).unwrap_or_default());
    if found != told {
        return refuse(
            format!("the decision is not as it was made: its result digest is {found}, and it says {told}"),
            "take the decision from where it was stored; nothing of it may be changed",
        );
    }
    Ok(decision)
}

/// Writes the notice of a decision.
///
/// # Errors
/// [`HostError::Input`] with `place`: an application that was approved or not decided, no reasons, none that is specific, a score whose
/// range is not known. [`HostError::Usage`] if nothing says whether it was approved.
pub fn write(
    bundle: &Bundle,
    decision: &Decision,
    declined: &Declined,
    blanks: &Blanks,
    beside: &Beside,
    language: &str,
    place: &str,
) -> Result<(Letter, reasons::Named)> {
    let notice = Notice::of(bundle).map_err(|error| HostError::core(error, bundle.meta.name.clone()))?;
    check_declined(bundle, decision, declined, place)?;
    let refuse = |what: String, mend: &str| {
        Err(HostError::Input { place: place.to_owned(), what, mend: mend.to_owned() })
    };
    let told = told(bundle, &notice, decision);
    let named = match reasons::of(bundle, &notice, decision, told.unwrap_or(usize::MAX)) {
        Ok(named) => named,
        Err(rule) => {
            let what = format!("the rule `{rule}` decided, and gives no reason code");
            return refuse(what, "give the rule `reasons` in the bundle source: a notice must be specific");
        }
    };
    if named.principal.is_empty() {
        let codes: Vec<&str> = named
            .unspecific
            .iter()
            .filter_map(|&g| Some(bundle.groups.get(g as usize)?.code.as_str()))
            .collect();
        if !codes.is_empty() {
            let what = format!(
                "its only reasons say no more than that a policy or a score was not met: {}",
                codes.join(", ")
            );
            return refuse(
                what,
                "name what lay behind it: 12 CFR 1002.9(b)(2) does not take this for a reason",
            );
        }
        let mend = "score with --reasons, with a bundle whose score gives reason codes";
        return refuse("the decision gives no reason, so there is nothing to tell".to_owned(), mend);
    }
    let score = told.and_then(|at| Some((bundle.scores.get(at)?, decision.scores.get(at)?.score?)));
    let range = match score {
        Some((output, value)) => match range(bundle, &notice, output) {
            Some((lowest, highest)) if (lowest..=highest).contains(&value) => Some((lowest, highest)),
            Some((lowest, highest)) => {
                let what = format!("the score {value} is not within its range, {lowest} to {highest}");
                return refuse(what, "correct `range` in [notice] of the bundle source");
            }
            None => {
                let what = format!("the range of the score `{}` is not known", output.name);
                return refuse(what, "write it as `range = [300, 850]` in [notice] of the bundle source");
            }
        },
        None => None,
    };
    let writer = Writer { bundle, notice: &notice, blanks, language, score: score.map(|s| s.1), range };
    Ok((writer.letter(decision, &named, beside), named))
}

fn check_declined(bundle: &Bundle, decision: &Decision, declined: &Declined, place: &str) -> Result<()> {
    let approved = |how: String| {
        Err(HostError::Input {
            place: place.to_owned(),
            what: format!("the application was approved ({how}): there is no adverse action to notify of"),
            mend: "write notices for applications that were not approved".to_owned(),
        })
    };
    let outcome = bundle.policy.as_ref().filter(|policy| policy.outcome.is_some());
    if outcome.is_some() {
        return match decision.policy.as_ref().and_then(|policy| policy.outcome) {
            Some(Outcome::Approve) => approved("outcome approve".to_owned()),
            Some(Outcome::Decline) => Ok(()),
            _ if declined.by_person => Ok(()),
            other => Err(HostError::Input {
                place: place.to_owned(),
                what: match other {
                    Some(_) => "the application was referred: nobody has decided yet".to_owned(),
                    None => "the outcome could not be told: nobody has decided yet".to_owned(),
                },
                mend: "once a person has declined it, say so: --declined".to_owned(),
            }),
        };
    }
    match &declined.bar {
        Some(bar) => match figure(bundle, decision, bar.column) {
            Some(value) if bar.passes(value) => approved(bar.text.clone()),
            Some(_) => Ok(()),
            None => Err(HostError::Usage {
                what: format!("--approve {}: a decision does not hold that figure", bar.text),
                mend: "compare a score, its .pd, its .margin or its bands".to_owned(),
            }),
        },
        None if declined.by_person => Ok(()),
        None => Err(HostError::Usage {
            what: "the bundle decides no outcome, so it is not known whether the application was approved"
                .to_owned(),
            mend: "give the bar that it had to reach, such as --approve 'credit>=600', or --declined"
                .to_owned(),
        }),
    }
}

/// A figure that a decision holds, by its column; NaN if it is absent.
fn figure(bundle: &Bundle, decision: &Decision, column: u32) -> Option<f64> {
    let mut scores = bundle.scores.iter().zip(&decision.scores);
    scores.find_map(|(output, result)| {
        let figures = [(output.score, result.score), (output.pd, result.pd), (output.margin, result.margin)];
        let band = (output.band, result.band.map(f64::from));
        let mut all = figures.into_iter().chain([band]);
        all.find(|(own, _)| *own == Some(column)).map(|(_, value)| value.unwrap_or(f64::NAN))
    })
}

/// The score that is told: the notice's, else the first with reasons, else the first.
fn told(bundle: &Bundle, notice: &Notice, decision: &Decision) -> Option<usize> {
    let with_reasons = |at: &usize| decision.scores.get(*at).is_some_and(|result| result.reasons.is_some());
    notice.score.map(|score| score as usize).or_else(|| (0..bundle.scores.len()).find(with_reasons))
}

/// Lowest and highest score there is: declared, else by the points, coefficients and leaves of the bundle.
fn range(bundle: &Bundle, notice: &Notice, score: &ScoreOutput) -> Option<(f64, f64)> {
    let computed = || score.score.map(|column| bounds(bundle, column));
    notice
        .range
        .or_else(computed)
        .filter(|(lowest, highest)| lowest.is_finite() && highest.is_finite() && lowest < highest)
}

/// A figure in a letter: whole, or with two decimals at most.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.2}") }
}

struct Writer<'a> {
    bundle: &'a Bundle,
    notice: &'a Notice,
    blanks: &'a Blanks,
    language: &'a str,
    score: Option<f64>,
    range: Option<(f64, f64)>,
}

impl Writer<'_> {
    fn chinese(&self) -> bool {
        self.language.to_ascii_lowercase().starts_with("zh")
    }

    fn own<'t>(&self, texts: &'t [Localized]) -> Option<&'t str> {
        text_for(texts, self.language)
    }

    /// A passage with its blanks filled in.
    fn passage(&self, passage: Passage) -> String {
        let written = self.notice.passages.iter().find(|(own, _)| *own == passage);
        let text = written.and_then(|(_, texts)| self.own(texts)).unwrap_or(passage.built_in(self.chinese()));
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        // Once over the text: what is filled in is never filled in again.
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            match after.split_once('}').and_then(|(name, tail)| Some((self.blank(name)?, tail))) {
                Some((value, tail)) => {
                    out.push_str(&value);
                    rest = tail;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out + rest
    }

    fn blank(&self, name: &str) -> Option<String> {
        let given = |value: &Option<String>, english: &str, chinese: &str| {
            let open = if self.chinese() { format!("[{chinese}]") } else { format!("[{english}]") };
            value.clone().unwrap_or(open)
        };
        let lender = || given(&self.blanks.lender, "name and address of the lender", "贷款机构名称和地址");
        Some(match name {
            "lender" => lender(),
            "applicant" => given(&self.blanks.applicant, "name of the applicant", "申请人姓名"),
            "bureau" => given(
                &self.blanks.bureau,
                "name, address and telephone of the agency",
                "征信机构名称、地址和电话",
            ),
            "agency" => given(&self.blanks.agency, "name and address of the authority", "主管机关名称和地址"),
            "date" => self.blanks.date.clone(),
            "scored_on" => self.blanks.scored_on.clone(),
            "score" => self.score.map(number).unwrap_or_default(),
            "lowest" => self.range.map(|range| number(range.0)).unwrap_or_default(),
            "highest" => self.range.map(|range| number(range.1)).unwrap_or_default(),
            "source" => self.own(&self.notice.source).map_or_else(lender, str::to_owned),
            _ => return None,
        })
    }

    fn letter(&self, decision: &Decision, named: &reasons::Named, beside: &Beside) -> Letter {
        let mut parts = vec![Part::Text(self.passage(Passage::Opening))];
        let texts = |groups: &[u32]| -> Vec<String> {
            groups.iter().map(|&group| reasons::text(self.bundle, group, self.language).to_owned()).collect()
        };
        self.list(&mut parts, Passage::Reasons, true, texts(&named.principal));
        if let (Some(score), Some((lowest, highest))) = (self.score, self.range) {
            parts.push(Part::Text(self.passage(Passage::Score)));
            let share = (score - lowest) / (highest - lowest);
            parts.push(Part::Gauge { share, texts: [number(lowest), number(score), number(highest)] });
            self.list(&mut parts, Passage::Factors, true, texts(&named.factors));
        }
        self.list(&mut parts, Passage::Sources, false, self.sources(decision));
        self.list(&mut parts, Passage::Absent, false, self.absent(decision));
        self.list(&mut parts, Passage::Correct, false, self.correct(decision, named, beside));
        match beside.change.as_ref().map(|search| &search.found) {
            Some(Some(found)) => {
                let from = |field: u32| {
                    beside.values.as_ref().and_then(|values| values.get(field as usize).copied())
                };
                let items = found.changes.iter().map(|&(field, to)| self.change(field, from(field), to));
                self.list(&mut parts, Passage::Change, false, items.collect());
            }
            Some(None) => parts.push(Part::Text(self.passage(Passage::NoChange))),
            None => {}
        }
        if self.blanks.bureau.is_some() {
            parts.push(Part::Text(self.passage(Passage::Bureau)));
        }
        parts.push(Part::Text(self.passage(Passage::Rights)));
        parts.push(Part::Text(self.passage(Passage::Closing)));
        Letter { language: self.language.to_owned(), title: self.passage(Passage::Title), parts }
    }

    /// A passage and its list; neither, if the list is empty.
    fn list(&self, parts: &mut Vec<Part>, passage: Passage, counted: bool, items: Vec<String>) {
        if !items.is_empty() {
            parts.push(Part::Text(self.passage(passage)));
            parts.push(Part::List { counted, items });
        }
    }

    /// The sources of the policy that were there.
    fn sources(&self, decision: &Decision) -> Vec<String> {
        let (Some(policy), Some(result)) = (&self.bundle.policy, &decision.policy) else { return Vec::new() };
        let there = policy.sources.iter().zip(&result.sources).filter(|(_, present)| **present);
        there.map(|(source, _)| self.own(&source.labels).unwrap_or(&source.name).to_owned()).collect()
    }

    /// Fields without a usable value.
    fn absent(&self, decision: &Decision) -> Vec<String> {
        let fields = decision.absent.iter().filter_map(|&(field, _)| self.bundle.fields.get(field as usize));
        fields.map(|field| value::label(field, self.language).to_owned()).collect()
    }

    /// The fields behind the reasons, with their values where the record is there.
    fn correct(&self, decision: &Decision, named: &reasons::Named, beside: &Beside) -> Vec<String> {
        let absent = |column: u32| decision.absent.iter().any(|&(field, _)| field == column);
        let groups: Vec<u32> = named.principal.iter().chain(&named.factors).copied().collect();
        let behind = behind::fields(self.bundle, &groups, &named.rules);
        let line = |column: u32| {
            let field = self.bundle.fields.get(column as usize)?;
            let label = value::label(field, self.language);
            let own = beside.values.as_ref().and_then(|values| values.get(column as usize).copied());
            Some(match own.filter(|_| field.events().is_none()) {
                Some(own) => {
                    let colon = if self.chinese() { "：" } else { ": " };
                    format!(
                        "{label}{colon}{}",
                        value::localized(self.bundle, column as usize, own, self.language)
                    )
                }
                None => label.to_owned(),
            })
        };
        behind.into_iter().filter(|&column| !absent(column)).filter_map(line).collect()
    }

    fn change(&self, column: u32, from: Option<f64>, to: f64) -> String {
        let text = |value: f64| value::localized(self.bundle, column as usize, value, self.language);
        let label =
            self.bundle.fields.get(column as usize).map_or("", |field| value::label(field, self.language));
        match (from, self.chinese()) {
            (Some(from), true) => format!("{label}：由 {} 变为 {}", text(from), text(to)),
            (None, true) => format!("{label}：{}", text(to)),
            (Some(from), false) => format!("{label}: {} instead of {}", text(to), text(from)),
            (None, false) => format!("{label}: {}", text(to)),
        }
    }
}
