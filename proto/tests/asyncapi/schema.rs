//! JSON Schemas of the messages, in proto3's JSON mapping, with the .proto files' comments as descriptions.

use std::collections::HashMap;
use std::path::Path;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
};

use crate::yaml::{Node, map};

const SCOPE: &str = ".intrro.events.v1.";

/// One message or enum of the package.
pub(crate) struct Definition {
    /// Name within the package, with its enclosing messages: `CandidateStatusChanged.State`.
    pub(crate) name: String,
    /// The comment above it.
    pub(crate) comment: String,
    schema: Schema,
}

enum Schema {
    Object(Vec<Property>),
    Words(Vec<(String, String)>),
}

struct Property {
    field: FieldDescriptorProto,
    comment: String,
}

/// Everything the package defines, in the order of the files.
pub(crate) struct Contract {
    definitions: Vec<Definition>,
}

pub(crate) fn contract(root: &Path) -> Contract {
    let mut files: Vec<_> = std::fs::read_dir(root.join("intrro/events/v1"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let mut definitions = Vec::new();
    for file in protox::compile(&files, [root]).unwrap().file {
        if file.package() == "intrro.events.v1" {
            let comments = Comments::of(&file);
            for (index, message) in file.message_type.iter().enumerate() {
                collect(
                    message,
                    "",
                    &mut vec![4, position(index)],
                    &comments,
                    &mut definitions,
                );
            }
        }
    }
    Contract { definitions }
}

impl Contract {
    pub(crate) fn get(&self, name: &str) -> &Definition {
        self.definitions
            .iter()
            .find(|definition| definition.name == name)
            .unwrap()
    }

    /// The schemas of a message and of everything in it. `both`: numbers of 64 bits may also be JSON numbers.
    pub(crate) fn schemas(&self, roots: &[&str], both: bool) -> Vec<(String, Node)> {
        let mut wanted: Vec<String> = roots.iter().map(|name| (*name).to_owned()).collect();
        let mut next = 0;
        while let Some(name) = wanted.get(next).cloned() {
            if let Schema::Object(properties) = &self.get(&name).schema {
                let inner = properties
                    .iter()
                    .filter_map(|property| local(&property.field));
                for name in inner.map(str::to_owned).collect::<Vec<_>>() {
                    if !wanted.contains(&name) {
                        wanted.push(name);
                    }
                }
            }
            next += 1;
        }
        wanted
            .iter()
            .map(|name| (name.clone(), self.get(name).to_node(both)))
            .collect()
    }
}

impl Definition {
    fn to_node(&self, both: bool) -> Node {
        match &self.schema {
            Schema::Words(words) => {
                let meanings: Vec<_> = words
                    .iter()
                    .map(|(word, meaning)| format!("{word}: {meaning}"))
                    .collect();
                map([
                    ("type", Node::text("string")),
                    (
                        "description",
                        Node::text(format!("{} {}", self.comment, meanings.join(" "))),
                    ),
                    (
                        "enum",
                        words
                            .iter()
                            .map(|(word, _)| Node::text(word))
                            .collect::<Vec<_>>()
                            .into(),
                    ),
                ])
            }
            Schema::Object(properties) => {
                let required: Vec<_> = properties
                    .iter()
                    .filter(|property| property.required())
                    .map(|property| Node::text(property.field.json_name()))
                    .collect();
                let properties = properties
                    .iter()
                    .map(|property| {
                        (
                            property.field.json_name().to_owned(),
                            property.to_node(both),
                        )
                    })
                    .collect();
                let mut members = vec![
                    ("type".to_owned(), Node::text("object")),
                    ("description".to_owned(), Node::text(&self.comment)),
                    ("properties".to_owned(), Node::Map(properties)),
                ];
                if !required.is_empty() {
                    members.push(("required".to_owned(), required.into()));
                }
                Node::Map(members)
            }
        }
    }
}

impl Property {
    /// proto3 has no required fields; the comments have.
    fn required(&self) -> bool {
        self.comment.contains("Required") || self.not_empty()
    }

    fn not_empty(&self) -> bool {
        self.comment.ends_with("At least one.")
    }

    fn to_node(&self, both: bool) -> Node {
        let one = self.value(both);
        let mut members = match (self.field.label(), one) {
            (Label::Repeated, one) => {
                vec![
                    ("type".to_owned(), Node::text("array")),
                    ("items".to_owned(), one),
                ]
            }
            // A $ref hides what stands next to it.
            (_, one @ Node::Map(_)) if local(&self.field).is_some() => {
                vec![("allOf".to_owned(), vec![one].into())]
            }
            (_, Node::Map(members)) => members,
            (_, other) => unreachable!("{other:?}"),
        };
        if self.not_empty() {
            members.push(("minItems".to_owned(), Node::Leaf(1.into())));
        }
        members.push(("description".to_owned(), Node::text(&self.comment)));
        Node::Map(members)
    }

    fn value(&self, both: bool) -> Node {
        if let Some(name) = local(&self.field) {
            return Node::reference(&format!("components/schemas/{name}"));
        }
        match (self.field.r#type(), self.field.type_name()) {
            (Type::String, _) => map([("type", Node::text("string"))]),
            (Type::Bool, _) => map([("type", Node::text("boolean"))]),
            (Type::Int32, _) => map([
                ("type", Node::text("integer")),
                ("format", Node::text("int32")),
            ]),
            (Type::Int64, _) => {
                let string = Node::text("string");
                let kind = if both {
                    vec![string, Node::text("integer")].into()
                } else {
                    string
                };
                map([
                    ("type", kind),
                    ("format", Node::text("int64")),
                    ("pattern", Node::text("^-?[0-9]+$")),
                ])
            }
            (Type::Message, ".google.protobuf.Timestamp") => map([
                ("type", Node::text("string")),
                ("format", Node::text("date-time")),
            ]),
            (Type::Message, ".google.protobuf.Struct") => map([
                ("type", Node::text("object")),
                ("additionalProperties", Node::truth(true)),
            ]),
            other => unreachable!("{other:?}"),
        }
    }
}

impl From<Vec<Node>> for Node {
    fn from(elements: Vec<Node>) -> Self {
        Self::List(elements)
    }
}

/// The name within the package of the field's type, when it is one of ours.
fn local(field: &FieldDescriptorProto) -> Option<&str> {
    field.type_name().strip_prefix(SCOPE)
}

fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap()
}

/// The path numbers are the field numbers of descriptor.proto: 4 message, 2 field, 3 nested message, 4 nested enum,
/// 2 value of an enum.
fn collect(
    message: &DescriptorProto,
    scope: &str,
    path: &mut Vec<i32>,
    comments: &Comments,
    definitions: &mut Vec<Definition>,
) {
    let name = format!("{scope}{}", message.name());
    let properties = message
        .field
        .iter()
        .enumerate()
        .map(|(index, field)| Property {
            field: field.clone(),
            comment: comments.at(path, 2, index),
        });
    definitions.push(Definition {
        name: name.clone(),
        comment: comments.of_path(path),
        schema: Schema::Object(properties.collect()),
    });
    let scope = format!("{name}.");
    for (index, words) in message.enum_type.iter().enumerate() {
        path.extend([4, position(index)]);
        definitions.push(enumeration(words, &scope, path, comments));
        path.truncate(path.len() - 2);
    }
    for (index, nested) in message.nested_type.iter().enumerate() {
        path.extend([3, position(index)]);
        collect(nested, &scope, path, comments, definitions);
        path.truncate(path.len() - 2);
    }
}

fn enumeration(
    words: &EnumDescriptorProto,
    scope: &str,
    path: &[i32],
    comments: &Comments,
) -> Definition {
    let values = words.value.iter().enumerate();
    Definition {
        name: format!("{scope}{}", words.name()),
        comment: comments.of_path(path),
        schema: Schema::Words(
            values
                .map(|(index, value)| (value.name().to_owned(), comments.at(path, 2, index)))
                .collect(),
        ),
    }
}

struct Comments(HashMap<Vec<i32>, String>);

impl Comments {
    fn of(file: &FileDescriptorProto) -> Self {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let comments = locations.filter_map(|location| {
            let lines = location.leading_comments.as_deref()?.lines().map(str::trim);
            Some((
                location.path.clone(),
                lines.collect::<Vec<_>>().join(" ").trim().to_owned(),
            ))
        });
        Self(comments.collect())
    }

    fn of_path(&self, path: &[i32]) -> String {
        self.0
            .get(path)
            .cloned()
            .unwrap_or_else(|| panic!("no comment at {path:?}"))
    }

    fn at(&self, path: &[i32], kind: i32, index: usize) -> String {
        self.of_path(&[path, &[kind, position(index)]].concat())
    }
}
