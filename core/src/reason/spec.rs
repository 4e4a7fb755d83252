//! What a bundle declares about reasons.

use super::Game;
use crate::bundle::wire::{Put, Reader, Refused, Wire};
use crate::graph::Graph;
use crate::limits;
use crate::schema::Localized;

/// How contributions are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReasonMethod {
    /// Scorecard: the points of the applicant's bin minus the characteristic's greatest points.
    PointsFromMaximum,
    /// Scorecard: the points of the applicant's bin minus the population's average points.
    PointsFromAverage,
    /// Linear model: coefficient × (value − population's mean).
    Linear,
    /// Forest: path-dependent TreeSHAP.
    TreeShap,
    /// Any node, or what lies between any columns and a node: the Shapley value of each reason group, over every coalition.
    Shapley,
    /// As [`ReasonMethod::Shapley`], estimated of some orders of the groups.
    Permutation,
}

impl ReasonMethod {
    /// Whether coalitions of reason groups are evaluated, as a [`Game`] says.
    pub fn plays(self) -> bool {
        matches!(self, Self::Shapley | Self::Permutation)
    }
}

impl Wire for ReasonMethod {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u8(out, *self as u8);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        match input.u8()? {
            0 => Ok(Self::PointsFromMaximum),
            1 => Ok(Self::PointsFromAverage),
            2 => Ok(Self::Linear),
            3 => Ok(Self::TreeShap),
            4 => Ok(Self::Shapley),
            5 => Ok(Self::Permutation),
            _ => Err(input.malformed("an unknown reason method")),
        }
    }
}

/// How the reasons of one score are found.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonSpec {
    /// Index of the explained node: a scorecard, a linear model or a forest; of any kind if there is a game.
    pub node: u32,
    /// Which of that node's outputs is explained.
    pub output: u32,
    /// How contributions are computed.
    pub method: ReasonMethod,
    /// Whether a higher output of the explained node is worse for the applicant (true for a margin of the probability
    /// of default, false for points).
    pub higher_is_worse: bool,
    /// Reasons named at most, at least 1; [`super::DEFAULT_MAX`] unless the source says otherwise.
    pub max: u32,
    /// Group of each input of the explained node, or of each player. Every input has one: none can be left out of the
    /// reasons.
    pub groups: Vec<u32>,
    /// What coalitions are evaluated with; of [`ReasonMethod::Shapley`] and [`ReasonMethod::Permutation`] only.
    pub game: Option<Game>,
}

impl ReasonSpec {
    /// The columns whose contributions are found: the players, or the inputs of the explained node.
    pub fn columns<'a>(&'a self, graph: &'a Graph) -> &'a [u32] {
        match &self.game {
            Some(game) => &game.players,
            None => graph.nodes().get(self.node as usize).map_or(&[], |node| &node.inputs),
        }
    }
}

impl Wire for ReasonSpec {
    fn put(&self, out: &mut Vec<u8>) {
        Put::u32(out, self.node);
        Put::u32(out, self.output);
        self.method.put(out);
        out.bool(self.higher_is_worse);
        Put::u32(out, self.max);
        out.u32s(&self.groups);
        if let Some(game) = &self.game {
            game.put(out);
        }
    }

    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        let (node, output, method) = (input.u32()?, input.u32()?, ReasonMethod::get(input)?);
        let spec = Self {
            node,
            output,
            method,
            higher_is_worse: input.bool()?,
            max: input.u32()?,
            groups: input.u32s("inputs of an explained node", limits::COLUMNS)?,
            game: if method.plays() { Some(Game::get(input)?) } else { None },
        };
        if spec.max == 0 {
            return Err(input.malformed("a score names at most 0 reasons"));
        }
        Ok(spec)
    }
}

/// A reason as the applicant reads it: a stable code, and its text in each language.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonGroup {
    /// Stable code (`R01`, `credit_history`).
    pub code: String,
    /// Texts, the bundle's first language first.
    pub texts: Vec<Localized>,
}

impl Wire for ReasonGroup {
    fn put(&self, out: &mut Vec<u8>) {
        out.text(&self.code);
        out.list(&self.texts);
    }
    fn get(input: &mut Reader<'_>) -> Result<Self, Refused> {
        Ok(Self { code: input.text()?, texts: input.list("languages of a reason", limits::LANGUAGES, 8)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::State;

    fn round<T: Wire + PartialEq + std::fmt::Debug>(value: &T) {
        let mut bytes = Vec::new();
        value.put(&mut bytes);
        let mut reader = Reader::new(&bytes, "test");
        assert_eq!(&T::get(&mut reader).unwrap(), value);
        reader.end().unwrap();
        for n in 0..bytes.len() {
            assert!(T::get(&mut Reader::new(&bytes[..n], "test")).is_err());
        }
    }

    fn spec(max: u32) -> ReasonSpec {
        ReasonSpec {
            node: 3,
            output: 1,
            method: ReasonMethod::Linear,
            higher_is_worse: true,
            max,
            groups: vec![0, 2, 2],
            game: None,
        }
    }

    #[test]
    fn what_was_written_is_read() {
        round(&spec(4));
        let absent = |state| (0.0, state);
        let references = vec![(1.5, State::PRESENT), absent(State::MISSING), absent(State::special(3))];
        for method in [ReasonMethod::Shapley, ReasonMethod::Permutation] {
            let game = Game { players: vec![0, 4, 9], permutations: 6, references: references.clone() };
            round(&ReasonSpec { method, game: Some(game), ..spec(4) });
        }
        let text = |lang: &str, text: &str| Localized { lang: lang.into(), text: text.into() };
        round(&ReasonGroup {
            code: "R01".into(),
            texts: vec![text("en", "Too short"), text("zh", "时间过短")],
        });
    }

    #[test]
    fn a_reference_value_with_no_such_state_is_refused() {
        let cells = [(0.0, State(4)), (1.0, State::MISSING), (0.0, State(255))];
        for cell in cells {
            let game = Game { players: vec![0], permutations: 0, references: vec![cell] };
            let mut bytes = Vec::new();
            ReasonSpec { method: ReasonMethod::Shapley, game: Some(game), ..spec(1) }.put(&mut bytes);
            assert!(ReasonSpec::get(&mut Reader::new(&bytes, "test")).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn a_score_that_names_no_reason_at_all_is_refused() {
        let mut bytes = Vec::new();
        spec(0).put(&mut bytes);
        assert!(ReasonSpec::get(&mut Reader::new(&bytes, "test")).is_err());
    }
}
