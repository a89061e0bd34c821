//! Just enough YAML to write a document with its members in order. Every text is quoted as in JSON, which is YAML too.

use std::fmt::{Display, Formatter, Result};

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

#[derive(Clone, Debug)]
pub(crate) enum Node {
    Map(Vec<(String, Node)>),
    List(Vec<Node>),
    Leaf(serde_json::Value),
}

impl Node {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Leaf(text.into().into())
    }

    pub(crate) fn truth(truth: bool) -> Self {
        Self::Leaf(truth.into())
    }

    pub(crate) fn reference(to: &str) -> Self {
        map([("$ref", Self::text(format!("#/{to}")))])
    }

    fn write(&self, formatter: &mut Formatter<'_>, indent: usize) -> Result {
        match self {
            Self::Map(members) if !members.is_empty() => {
                members.iter().try_for_each(|(name, value)| {
                    write!(formatter, "\n{:indent$}{}:", "", key(name))?;
                    value.write(formatter, indent + 2)
                })
            }
            Self::List(elements) if !elements.is_empty() => {
                elements.iter().try_for_each(|element| {
                    write!(formatter, "\n{:indent$}-", "")?;
                    element.write(formatter, indent + 2)
                })
            }
            Self::Map(_) => formatter.write_str(" {}"),
            Self::List(_) => formatter.write_str(" []"),
            Self::Leaf(value) => write!(formatter, " {value}"),
        }
    }
}

pub(crate) fn map<const N: usize>(members: [(&str, Node); N]) -> Node {
    Node::Map(
        members
            .into_iter()
            .map(|(name, node)| (name.to_owned(), node))
            .collect(),
    )
}

fn key(name: &str) -> String {
    let plain = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "$_.".contains(letter));
    if plain {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}

impl Display for Node {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Result {
        self.write(formatter, 0)?;
        formatter.write_str("\n")
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(Ordered)
    }
}

struct Ordered;

impl<'de> Visitor<'de> for Ordered {
    type Value = Node;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> Result {
        formatter.write_str("JSON without null")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> std::result::Result<Node, E> {
        Ok(Node::truth(truth))
    }

    fn visit_u64<E: Error>(self, number: u64) -> std::result::Result<Node, E> {
        Ok(Node::Leaf(number.into()))
    }

    fn visit_str<E: Error>(self, text: &str) -> std::result::Result<Node, E> {
        Ok(Node::text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Node, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Node::List(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Map(members))
    }
}
