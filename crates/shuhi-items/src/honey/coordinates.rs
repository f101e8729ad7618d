use super::Hit;
use crate::decode::Leaf;
use crate::format::Words;

/// Letters of a value that is looked through for degrees.
const VALUE_CHARS_MAX: usize = 400;
/// Decimals from which a number can be the planted one and not chance.
const DECIMALS_MIN: usize = 2;

/// A planted latitude or longitude.
#[derive(Clone, Debug)]
pub struct Degrees {
    name: String,
    value: f64,
}

impl Degrees {
    /// Where the name is `latitude` or `longitude` and the value has at least three decimals.
    pub fn of(name: &str, value: &str) -> Option<Self> {
        let named = name == "latitude" || name == "longitude";
        let decimals = value.trim().split_once('.').map_or(0, |(_, decimals)| decimals.len());
        let value = value.trim().parse::<f64>().ok().filter(|value| value.is_finite() && value.abs() <= 180.0)?;
        (named && decimals >= 3).then(|| Self { name: name.to_owned(), value })
    }

    /// Whether a leaf has it, whole, cut or rounded.
    pub fn find(&self, leaf: &Leaf) -> Option<Hit> {
        if leaf.decoded || leaf.value.len() > VALUE_CHARS_MAX || !leaf.value.contains('.') {
            return None;
        }
        let numbers = leaf.value.split(|letter: char| !letter.is_ascii_digit() && letter != '.' && letter != '-');
        numbers.filter_map(|text| self.decimals(text).map(|decimals| (text, decimals))).next().map(
            |(text, decimals)| Hit {
                name: self.name.clone(),
                path: leaf.path.clone(),
                value: text.to_owned(),
                context: Some(leaf.context),
                reason: Words {
                    ja: format!("仕掛けた値「{}」が小数点以下{decimals}桁で送られている", self.name),
                    en: format!("the planted value `{}` is sent to {decimals} decimals", self.name),
                },
            },
        )
    }

    /// To how many decimals a number is the planted one.
    fn decimals(&self, text: &str) -> Option<usize> {
        let (_, decimals) = text.split_once('.')?;
        if !(DECIMALS_MIN..=15).contains(&decimals.len()) {
            return None;
        }
        let number = text.parse::<f64>().ok()?;
        let unit = 10_f64.powi(-i32::try_from(decimals.len()).ok()?);
        // Rounding moves by half a unit, cutting by less than a whole one.
        ((number - self.value).abs() < unit).then_some(decimals.len())
    }
}
