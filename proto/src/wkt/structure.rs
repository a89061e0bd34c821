//! `google.protobuf.Struct`: any JSON object inside a message.
//!
//! Ordered maps, so that equal content has equal bytes, which the hash of a command relies on. Reading stops at a
//! depth that every protobuf decoder can read again.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{Error as _, SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How deeply a [`Struct`] read from JSON may nest. One level costs three of the 100 that prost reads.
pub const MAX_DEPTH: usize = 16;

/// A JSON object.
#[derive(Clone, PartialEq, ::prost::Message)]
#[prost(skip_debug)]
pub struct Struct {
    /// The members, in the order of their names.
    #[prost(btree_map = "string, message", tag = "1")]
    pub fields: BTreeMap<String, Value>,
}

/// A JSON value; without a `kind` it is null.
#[derive(Clone, PartialEq, ::prost::Message)]
#[prost(skip_debug)]
pub struct Value {
    /// What the value is.
    #[prost(oneof = "value::Kind", tags = "1, 2, 3, 4, 5, 6")]
    pub kind: Option<value::Kind>,
}

/// A JSON array.
#[derive(Clone, PartialEq, ::prost::Message)]
#[prost(skip_debug)]
pub struct ListValue {
    /// The elements.
    #[prost(message, repeated, tag = "1")]
    pub values: Vec<Value>,
}

/// What belongs to [`Value`].
pub mod value {
    /// The six things a JSON value can be.
    #[derive(Clone, PartialEq, ::prost::Oneof)]
    #[prost(skip_debug)]
    pub enum Kind {
        /// null; the number is always 0.
        #[prost(int32, tag = "1")]
        NullValue(i32),
        /// A number, as JSON numbers are: a double.
        #[prost(double, tag = "2")]
        NumberValue(f64),
        /// A text.
        #[prost(string, tag = "3")]
        StringValue(String),
        /// true or false.
        #[prost(bool, tag = "4")]
        BoolValue(bool),
        /// An object.
        #[prost(message, tag = "5")]
        StructValue(super::Struct),
        /// An array.
        #[prost(message, tag = "6")]
        ListValue(super::ListValue),
    }
}

use value::Kind;

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self { kind: Some(kind) }
    }
}

// Custom fields are personal data: Debug tells sizes only.
impl fmt::Debug for Struct {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Struct({} fields)", self.fields.len())
    }
}

impl fmt::Debug for ListValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ListValue({} values)", self.values.len())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Value(..)")
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Kind(..)")
    }
}

impl Serialize for Struct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.kind {
            None | Some(Kind::NullValue(_)) => serializer.serialize_unit(),
            Some(Kind::NumberValue(number)) if !number.is_finite() => {
                Err(S::Error::custom("JSON has no such number"))
            }
            Some(Kind::NumberValue(number)) => serialize_number(*number, serializer),
            Some(Kind::StringValue(text)) => serializer.serialize_str(text),
            Some(Kind::BoolValue(truth)) => serializer.serialize_bool(*truth),
            Some(Kind::StructValue(object)) => object.serialize(serializer),
            Some(Kind::ListValue(list)) => {
                let mut elements = serializer.serialize_seq(Some(list.values.len()))?;
                for value in &list.values {
                    elements.serialize_element(value)?;
                }
                elements.end()
            }
        }
    }
}

/// A whole number is written without a fraction: Greenhouse reads `3` and `3.0` differently.
fn serialize_number<S: Serializer>(number: f64, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        serializer.serialize_i64(number as i64)
    } else {
        serializer.serialize_f64(number)
    }
}

impl<'de> Deserialize<'de> for Struct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Struct;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Struct, A::Error> {
                read_object(map, MAX_DEPTH)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AtDepth(MAX_DEPTH).deserialize(deserializer)
    }
}

/// Reads a value that may nest so many levels more.
struct AtDepth(usize);

impl<'de> DeserializeSeed<'de> for AtDepth {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AtDepth {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Kind::NullValue(0).into())
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Kind::BoolValue(truth).into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Kind::NumberValue(number as f64).into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Kind::NumberValue(number as f64).into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Kind::NumberValue(number).into())
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        crate::json::without_nul(text).map(|text| Kind::StringValue(text).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let depth = deeper::<A::Error>(self.0)?;
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(AtDepth(depth))? {
            values.push(value);
        }
        Ok(Kind::ListValue(ListValue { values }).into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        let depth = deeper::<A::Error>(self.0)?;
        read_object(map, depth).map(|object| Kind::StructValue(object).into())
    }
}

fn read_object<'de, A: MapAccess<'de>>(mut map: A, depth: usize) -> Result<Struct, A::Error> {
    let mut fields = BTreeMap::new();
    while let Some(name) = map.next_key::<String>()? {
        let value = map.next_value_seed(AtDepth(depth))?;
        fields.insert(crate::json::without_nul::<A::Error>(&name)?, value);
    }
    Ok(Struct { fields })
}

fn deeper<E: serde::de::Error>(depth: usize) -> Result<usize, E> {
    depth
        .checked_sub(1)
        .ok_or_else(|| E::custom(format_args!("nested more than {MAX_DEPTH} levels deep")))
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::*;

    fn nested(levels: usize) -> String {
        format!(
            "{}{}",
            "{\"a\":".repeat(levels),
            "1".to_owned() + &"}".repeat(levels)
        )
    }

    #[test]
    fn any_object_survives_json_and_bytes() {
        let text = r#"{"a":[1,2.5,"x",null,true,{"b":[]}],"z":-3}"#;
        let object: Struct = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&object).unwrap(), text);
        assert_eq!(Struct::decode(&*object.encode_to_vec()).unwrap(), object);
    }

    #[test]
    fn the_order_of_members_does_not_change_the_bytes() {
        let one: Struct = serde_json::from_str(r#"{"a":1,"b":2,"c":3}"#).unwrap();
        let two: Struct = serde_json::from_str(r#"{"c":3.0,"a":1,"b":2}"#).unwrap();
        assert_eq!(one.encode_to_vec(), two.encode_to_vec());
    }

    #[test]
    fn the_deepest_object_that_is_read_can_be_decoded_again() {
        let deepest: Struct = serde_json::from_str(&nested(MAX_DEPTH + 1)).unwrap();
        assert_eq!(Struct::decode(&*deepest.encode_to_vec()).unwrap(), deepest);
        assert!(serde_json::from_str::<Struct>(&nested(MAX_DEPTH + 2)).is_err());
        assert!(serde_json::from_str::<Struct>(&nested(100_000)).is_err());
    }

    #[test]
    fn a_number_json_does_not_have_is_not_written() {
        assert!(serde_json::to_string(&Value::from(Kind::NumberValue(f64::NAN))).is_err());
    }

    #[test]
    fn debug_shows_no_content() {
        let object: Struct = serde_json::from_str(r#"{"salary":"90000"}"#).unwrap();
        assert_eq!(format!("{object:?}"), "Struct(1 fields)");
    }
}
