//! The command line of the comparison.

use crate::day::Day;
use crate::row::Rows;

/// What is to be measured.
#[derive(Debug)]
pub struct Options {
    /// Port blocks of a day.
    pub rows: usize,
    pub days: Vec<Day>,
    pub rows_asked: Vec<Rows>,
    /// On one core and on all where it is not said.
    pub threads: Option<usize>,
    /// Seconds a side may take for a group of lookups.
    pub seconds: f64,
    sides: Option<Vec<String>>,
}

const ROWS: usize = 10_000_000;
const SECONDS: f64 = 60.0;

impl Options {
    pub fn read(words: &[&str]) -> Result<Self, String> {
        let mut options = Self {
            rows: ROWS,
            days: Day::ALL.to_vec(),
            rows_asked: Rows::ALL.to_vec(),
            threads: None,
            seconds: SECONDS,
            sides: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().copied().ok_or_else(|| format!("`{word}` needs a value"));
            match *word {
                "--only" => options.rows_asked = Rows::named(value()?)?,
                "--day" => options.days = vec![value()?.parse()?],
                "--threads" => options.threads = Some(number(value()?)?),
                "--seconds" => options.seconds = number(value()?)?,
                "--sides" => options.sides = Some(value()?.split(',').map(str::to_owned).collect()),
                rows => options.rows = number(rows)?,
            }
        }
        Ok(options)
    }

    pub fn has_side(&self, name: &str) -> bool {
        self.sides.as_ref().is_none_or(|sides| sides.iter().any(|side| side == name))
    }
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}
