//! What approving costs and earns: the file of `--economics`.
//!
//! Expected loss is PD × LGD × EAD (Basel Committee on Banking Supervision, "An Explanatory Note on the Basel II IRB Risk Weight
//! Functions", 2005). Profit follows Thomas, Edelman and Crook, "Credit Scoring and Its Applications": a good applicant earns a margin, a bad
//! one loses LGD × EAD, and every application and every account has its cost.

use std::path::Path;

use crate::error::{HostError, Result};

/// A figure of the file: one number for all, or a column of the input.
#[derive(Clone, Debug, PartialEq)]
pub enum Quantity {
    /// The same for all.
    Fixed(f64),
    /// A column of the input, by its name.
    Column(String),
}

/// Whose PD the expected figures are taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PdOf {
    /// Each bundle's own.
    Own,
    /// The first bundle's, for both.
    A,
    /// The second bundle's, for both.
    B,
}

/// The economics of a simulation.
#[derive(Clone, Debug, PartialEq)]
pub struct Economics {
    /// Currency, for reading.
    pub currency: String,
    /// Exposure at default of an approved applicant, 0 or more.
    pub exposure: Quantity,
    /// Loss given default, a share of the exposure in `[0, 1]`.
    pub lgd: Quantity,
    /// What a good applicant earns over the life of the loan, a share of the exposure.
    pub margin: Quantity,
    /// Cost of an application, whatever comes of it.
    pub cost_application: f64,
    /// Cost of an approved application, beside that.
    pub cost_approved: f64,
    /// Whose PD is used.
    pub pd: PdOf,
}

/// The terms of one applicant: exposure, share of it that is lost, margin. NaN where the input has no number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Exposure at default.
    pub exposure: f64,
    /// Loss given default.
    pub lgd: f64,
    /// Margin.
    pub margin: f64,
}

impl Economics {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that cannot be read; a key that is missing, unknown or of the wrong type; a figure outside its bounds.
    pub fn load(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| HostError::Read { path: path.to_owned(), error })?;
        Self::parse(&text).map_err(|what| HostError::Content {
            path: path.to_owned(),
            what,
            mend: "write exposure, lgd and margin as numbers or names of columns (docs/simulation.md)",
        })
    }

    /// Reads the text of the file; what is wrong otherwise.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        let value = toml_span::parse(text).map_err(|error| format!("it is not TOML: {error}"))?;
        let table = value.as_table().ok_or("it is not a table")?;
        const KEYS: [&str; 7] =
            ["currency", "exposure", "lgd", "margin", "cost_application", "cost_approved", "pd"];
        if let Some((key, _)) = table.iter().find(|(key, _)| !KEYS.contains(&key.name.as_ref())) {
            return Err(format!("there is no key `{}`; the keys are {}", key.name, KEYS.join(", ")));
        }
        let get = |name: &str| table.iter().find(|(key, _)| key.name == name).map(|(_, value)| value);
        let number = |value: &toml_span::Value<'_>| {
            let whole = value.as_integer().map(|whole| whole as f64);
            value.as_float().or(whole).filter(|x| x.is_finite())
        };
        let quantity = |name: &str, low: f64, high: f64| {
            let value = get(name).ok_or(format!("it has no `{name}`"))?;
            if let Some(column) = value.as_str() {
                return Ok(Quantity::Column(column.to_owned()));
            }
            match number(value) {
                Some(x) if (low..=high).contains(&x) => Ok(Quantity::Fixed(x)),
                Some(x) => Err(format!("`{name}` is {x}, not from {low} to {high}")),
                None => Err(format!("`{name}` is neither a number nor the name of a column")),
            }
        };
        let cost = |name: &str| match get(name) {
            None => Ok(0.0),
            Some(value) => match number(value) {
                Some(x) if x >= 0.0 => Ok(x),
                _ => Err(format!("`{name}` is not a number from 0 on")),
            },
        };
        Ok(Self {
            currency: match get("currency") {
                None => String::new(),
                Some(value) => value.as_str().ok_or("`currency` is not a text")?.to_owned(),
            },
            exposure: quantity("exposure", 0.0, f64::MAX)?,
            lgd: quantity("lgd", 0.0, 1.0)?,
            margin: quantity("margin", -f64::MAX, f64::MAX)?,
            cost_application: cost("cost_application")?,
            cost_approved: cost("cost_approved")?,
            pd: match get("pd").map(|value| value.as_str()) {
                None | Some(Some("own")) => PdOf::Own,
                Some(Some("a")) => PdOf::A,
                Some(Some("b")) => PdOf::B,
                Some(_) => return Err("`pd` is none of \"own\", \"a\", \"b\"".to_owned()),
            },
        })
    }

    /// The columns of the input that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        [&self.exposure, &self.lgd, &self.margin].into_iter().filter_map(|quantity| match quantity {
            Quantity::Column(name) => Some(name.as_str()),
            Quantity::Fixed(_) => None,
        })
    }

    /// The terms of an applicant, whose column of a name has the text that `cell` gives.
    pub fn terms<'a>(&self, cell: impl Fn(&str) -> &'a str) -> Terms {
        let of = |quantity: &Quantity, low: f64, high: f64| match quantity {
            Quantity::Fixed(value) => *value,
            Quantity::Column(name) => {
                let value = cell(name).trim().parse::<f64>().unwrap_or(f64::NAN);
                if (low..=high).contains(&value) { value } else { f64::NAN }
            }
        };
        Terms {
            exposure: of(&self.exposure, 0.0, f64::MAX),
            lgd: of(&self.lgd, 0.0, 1.0),
            margin: of(&self.margin, -f64::MAX, f64::MAX),
        }
    }
}

impl Terms {
    /// Expected loss at a probability of default: PD × LGD × EAD.
    pub fn loss(&self, pd: f64) -> f64 {
        pd * self.lgd * self.exposure
    }

    /// Expected profit of approving, costs not counted: (1 − PD) × margin × EAD − loss.
    pub fn profit(&self, pd: f64) -> f64 {
        (1.0 - pd) * self.margin * self.exposure - self.loss(pd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read() {
        let text = "currency = \"EUR\"\nexposure = \"amount\"\nlgd = 0.45\nmargin = 0.1\ncost_application = 5\npd = \"b\"\n";
        let economics = Economics::parse(text).unwrap();
        assert_eq!(economics.columns().collect::<Vec<_>>(), ["amount"]);
        assert_eq!((economics.cost_application, economics.cost_approved), (5.0, 0.0));
        assert_eq!(economics.pd, PdOf::B);
        let terms = economics.terms(|_| " 1000 ");
        assert!((terms.loss(0.1) - 45.0).abs() < 1e-12 && (terms.profit(0.1) - 45.0).abs() < 1e-12);
        assert!(economics.terms(|_| "-1").exposure.is_nan() && economics.terms(|_| "").loss(0.1).is_nan());
    }

    #[test]
    fn mistakes_are_told() {
        let text =
            |lines: &str| Economics::parse(&format!("exposure = 1\nmargin = 0.1\n{lines}")).unwrap_err();
        assert!(text("").contains("no `lgd`"));
        assert!(text("lgd = 1.5").contains("`lgd` is 1.5"));
        assert!(text("lgd = true").contains("neither a number"));
        assert!(text("lgd = nan").contains("neither a number"));
        assert!(text("lgd = 0.1\nlgt = 2").contains("no key `lgt`"));
        assert!(text("lgd = 0.1\npd = \"c\"").contains("`pd`"));
        assert!(text("lgd = 0.1\ncost_approved = -1").contains("`cost_approved`"));
        assert!(text("lgd =").contains("not TOML"));
    }
}
