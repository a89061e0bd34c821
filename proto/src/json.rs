//! How a field is read from JSON where proto3's mapping is wider than serde's: null stands for the default, a 64-bit
//! number may be a string, and an id of Intrro may be a number. The generated readers call in here.
//!
//! Deliberately not here: writing, which is the generated code's alone.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A field of type `T`, read leniently.
pub(crate) struct Lenient<T>(pub(crate) T);

/// A whole number that may be written as a string; null is 0.
pub(crate) struct Integer<T>(pub(crate) T);

/// A list of [`Integer`]s without nulls; null is the empty list.
pub(crate) struct Integers<T>(Vec<T>);

/// What can stand in a [`Lenient`] field.
pub(crate) trait Field: Sized {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<'de, T: Field> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Lenient)
    }
}

/// Refuses U+0000, which JSON can write and PostgreSQL's text cannot hold.
pub(crate) fn without_nul<E: Error>(text: &str) -> Result<String, E> {
    if text.as_bytes().contains(&0) {
        return Err(E::custom("contains U+0000"));
    }
    Ok(text.to_owned())
}

impl Field for String {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Text)
    }
}

impl Field for bool {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Option::unwrap_or_default)
    }
}

impl<T: for<'de> Deserialize<'de>> Field for Option<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer)
    }
}

impl<T: Element> Field for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List(PhantomData))
    }
}

/// What can stand in a repeated field. Null cannot: it would hide a hole in the list.
pub(crate) trait Element: Sized {
    type Reader: for<'de> Deserialize<'de>;
    fn unwrap(reader: Self::Reader) -> Self;
}

impl Element for String {
    type Reader = PresentText;
    fn unwrap(reader: PresentText) -> Self {
        reader.0
    }
}

/// Messages stand in lists as they are.
macro_rules! elements {
    ($($message:ident),+ $(,)?) => {$(
        impl Element for crate::v1::$message {
            type Reader = Self;
            fn unwrap(reader: Self) -> Self {
                reader
            }
        }
    )+};
}
elements!(
    ApplicationResult,
    Contact,
    HiringTeamMember,
    JobPost,
    JobStage,
    Office,
    Opening,
    Warning
);

impl Element for crate::v1::connection_health_changed::Finding {
    type Reader = Self;
    fn unwrap(reader: Self) -> Self {
        reader
    }
}

pub(crate) struct PresentText(String);

impl<'de> Deserialize<'de> for PresentText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Option::<Lenient<String>>::deserialize(deserializer)? {
            Some(text) => Ok(Self(text.0)),
            None => Err(D::Error::invalid_type(Unexpected::Unit, &"a text")),
        }
    }
}

struct Text;

impl Visitor<'_> for Text {
    type Value = String;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        without_nul(text)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<String, E> {
        without_nul(&text)
    }

    fn visit_unit<E>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_i64<E>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Element> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_unit<E>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element::<T::Reader>()? {
            list.push(T::unwrap(element));
        }
        Ok(list)
    }
}

impl<'de, T: TryFrom<i64>> Deserialize<'de> for Integer<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Whole {
            null: Some(0),
            number: PhantomData,
        })
    }
}

/// An [`Integer`] that must be there.
struct Present<T>(T);

impl<'de, T: TryFrom<i64>> Deserialize<'de> for Present<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let whole = Whole {
            null: None,
            number: PhantomData,
        };
        deserializer
            .deserialize_any(whole)
            .map(|number| Self(number.0))
    }
}

impl<'de, T: TryFrom<i64>> Deserialize<'de> for Integers<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Option::<Vec<Present<T>>>::deserialize(deserializer)?.unwrap_or_default();
        Ok(Self(list.into_iter().map(|number| number.0).collect()))
    }
}

impl<T> IntoIterator for Integers<T> {
    type Item = Integer<T>;
    type IntoIter = std::iter::Map<std::vec::IntoIter<T>, fn(T) -> Integer<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(Integer)
    }
}

/// `null` is the number that stands for null, if any may.
struct Whole<T> {
    null: Option<i64>,
    number: PhantomData<T>,
}

impl<T: TryFrom<i64>> Whole<T> {
    fn fit<E: Error>(&self, number: i64) -> Result<Integer<T>, E> {
        T::try_from(number)
            .map(Integer)
            .map_err(|_| E::invalid_value(Unexpected::Signed(number), self))
    }
}

impl<T: TryFrom<i64>> Visitor<'_> for Whole<T> {
    type Value = Integer<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a whole number")
    }

    fn visit_unit<E: Error>(self) -> Result<Integer<T>, E> {
        match self.null {
            Some(number) => self.fit(number),
            None => Err(E::invalid_type(Unexpected::Unit, &self)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Integer<T>, E> {
        self.fit(number)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Integer<T>, E> {
        match i64::try_from(number) {
            Ok(number) => self.fit(number),
            Err(_) => Err(E::invalid_value(Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Integer<T>, E> {
        // proto3 JSON allows 5.0 and 5e0 for 5; above 2^53 a double no longer says which number was meant.
        if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
            self.fit(number as i64)
        } else {
            Err(E::invalid_value(Unexpected::Float(number), &self))
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Integer<T>, E> {
        match text.parse() {
            Ok(number) => self.fit(number),
            Err(_) => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}
