//! The engine as a Rust library.

use scorelet_core::bundle::{Bundle, Trust};
use scorelet_core::error::RecordError;
use scorelet_core::scorer::{Options, Scorer};
use scorelet_core::split::LocalCreditData;
use scorelet_core::{Error, decision::Decision};

use super::{Answer, Refusal, Runtime};

/// `scorelet-core`, compiled for this machine.
#[derive(Debug, Default)]
pub struct Native(Option<Scorer>);

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        let (place, mend) = (error.place(), error.mend());
        Self { code: error.code().to_owned(), message: error.to_string(), place, mend }
    }
}

impl From<RecordError> for Refusal {
    fn from(error: RecordError) -> Self {
        Error::Record(error).into()
    }
}

impl Native {
    /// The device stage: encoded local credit data.
    pub fn local(&mut self, json: &[u8]) -> Result<Vec<u8>, Refusal> {
        Ok(self.scorer().local_json(json)?.0.encode())
    }

    /// The edge stage.
    pub fn finish(&mut self, local: &[u8], json: &[u8], reasons: bool) -> Answer {
        let scorer = self.scorer();
        let local = LocalCreditData::decode(local, scorer.bundle()).map_err(Error::from)?;
        answer(
            scorer
                .finish_json(&local, json, Options { reasons, ..Options::default() })
                .map(|(decision, _)| decision),
        )
    }

    fn scorer(&mut self) -> &mut Scorer {
        self.0.as_mut().expect("a bundle was opened before")
    }
}

fn answer(result: Result<Decision, RecordError>) -> Answer {
    result.map(|decision| decision.digest()).map_err(Refusal::from)
}

impl Runtime for Native {
    fn name(&self) -> &str {
        "native"
    }

    fn open(&mut self, bundle: &[u8]) -> Result<(), Refusal> {
        self.0 = Some(Scorer::new(Bundle::open(bundle, Trust::Anyone)?));
        Ok(())
    }

    fn score_json(&mut self, json: &[u8], reasons: bool) -> Result<Vec<Answer>, Refusal> {
        let answers = self.scorer().score_json(json, Options { reasons, ..Options::default() })?;
        Ok(answers.into_iter().map(answer).collect())
    }

    fn decide_columns(&mut self, rows: usize, values: &[f64], reasons: bool) -> Result<Vec<Answer>, Refusal> {
        let decisions =
            self.scorer().decide_columns(rows, values, Options { reasons, ..Options::default() })?;
        Ok(decisions.into_iter().map(|decision| answer(Ok(decision))).collect())
    }

    fn score_columns(&mut self, rows: usize, values: &[f64], columns: &[u32]) -> Result<Vec<f64>, Refusal> {
        let mut out = vec![0.0; columns.len() * rows];
        self.scorer().score_columns(rows, values, columns, &mut out)?;
        Ok(out)
    }
}
