//! The AsyncAPI 3 document: a channel and an operation for each event, seen from the bridge.

use proto::{Kind, Notice};

use crate::schema::Contract;
use crate::yaml::{Node, map};

/// An event and its way.
struct Event {
    /// Protobuf message name without package.
    name: String,
    /// Short name, which is also the golden file's.
    word: &'static str,
    inbound: bool,
}

impl Event {
    fn exchange(&self) -> &'static str {
        if self.inbound {
            "intrro.events"
        } else {
            "intrro.greenhouse.events"
        }
    }
}

pub(crate) fn document(contract: &Contract, golden: impl Fn(&str) -> Node) -> Node {
    let events = events();
    let each = |write: &dyn Fn(&Event) -> Node| {
        Node::Map(
            events
                .iter()
                .map(|event| (event.name.clone(), write(event)))
                .collect(),
        )
    };
    let operations = events.iter().map(|event| {
        let action = if event.inbound { "receive" } else { "send" };
        (format!("{action}{}", event.name), operation(event, action))
    });
    map([
        ("asyncapi", Node::text("3.0.0")),
        ("info", info()),
        (
            "defaultContentType",
            Node::text("application/cloudevents+json"),
        ),
        ("channels", each(&channel)),
        ("operations", Node::Map(operations.collect())),
        (
            "components",
            map([
                (
                    "messages",
                    each(&|event| message(event, contract, golden(event.word))),
                ),
                ("schemas", schemas(&events, contract)),
            ]),
        ),
    ])
}

fn events() -> Vec<Event> {
    let commands = Kind::ALL.iter().map(|kind| (kind.as_str(), true));
    let notices = Notice::KINDS.iter().map(|word| (*word, false));
    let event = |(word, inbound): (&'static str, bool)| Event {
        name: camel(word),
        word,
        inbound,
    };
    commands.chain(notices).map(event).collect()
}

fn camel(word: &str) -> String {
    let capital = |part: &str| format!("{}{}", part[..1].to_ascii_uppercase(), &part[1..]);
    word.split('_').map(capital).collect()
}

fn info() -> Node {
    map([
        ("title", Node::text("Intrro Greenhouse bridge")),
        ("version", Node::text("1.0.0")),
        (
            "description",
            Node::text(
                "Events between Intrro and the bridge over RabbitMQ: CloudEvents 1.0 in structured mode, data in \
                 proto3 JSON. Commands are read from the exchange intrro.events, notices are sent on \
                 intrro.greenhouse.events; the routing key is the event's type. Readers ignore unknown fields, accept \
                 lowerCamelCase and snake_case names, and 64-bit numbers as strings or numbers. Absent means default.",
            ),
        ),
        ("license", map([("name", Node::text("Apache-2.0"))])),
    ])
}

fn channel(event: &Event) -> Node {
    let exchange = map([
        ("name", Node::text(event.exchange())),
        ("type", Node::text("topic")),
        ("durable", Node::truth(true)),
        ("autoDelete", Node::truth(false)),
    ]);
    let reference = Node::reference(&format!("components/messages/{}", event.name));
    map([
        (
            "address",
            Node::text(format!("{}.{}", proto::PACKAGE, event.name)),
        ),
        ("messages", Node::Map(vec![(event.name.clone(), reference)])),
        (
            "bindings",
            map([(
                "amqp",
                map([("is", Node::text("routingKey")), ("exchange", exchange)]),
            )]),
        ),
    ])
}

fn operation(event: &Event, action: &str) -> Node {
    let name = &event.name;
    map([
        ("action", Node::text(action)),
        ("channel", Node::reference(&format!("channels/{name}"))),
        (
            "messages",
            vec![Node::reference(&format!("channels/{name}/messages/{name}"))].into(),
        ),
    ])
}

fn message(event: &Event, contract: &Contract, golden: Node) -> Node {
    let type_name = format!("{}.{}", proto::PACKAGE, event.name);
    let data = Node::reference(&format!("components/schemas/{}", event.name));
    let payload = map([(
        "allOf",
        vec![
            Node::reference("components/schemas/CloudEvent"),
            map([
                ("type", Node::text("object")),
                (
                    "properties",
                    map([
                        ("type", map([("const", Node::text(&type_name))])),
                        ("data", data),
                    ]),
                ),
            ]),
        ]
        .into(),
    )]);
    let example = map([("name", Node::text(event.word)), ("payload", golden)]);
    map([
        ("name", Node::text(&type_name)),
        ("title", Node::text(&event.name)),
        ("summary", Node::text(&contract.get(&event.name).comment)),
        ("contentType", Node::text("application/cloudevents+json")),
        ("payload", payload),
        (
            "bindings",
            map([("amqp", map([("messageType", Node::text(type_name))]))]),
        ),
        ("examples", vec![example].into()),
    ])
}

fn schemas(events: &[Event], contract: &Contract) -> Node {
    let names = |inbound| -> Vec<&str> {
        let these = events.iter().filter(|event| event.inbound == inbound);
        these.map(|event| event.name.as_str()).collect()
    };
    let mut schemas = vec![("CloudEvent".to_owned(), cloud_event())];
    schemas.extend(contract.schemas(&names(true), true));
    schemas.extend(contract.schemas(&names(false), false));
    Node::Map(schemas)
}

fn cloud_event() -> Node {
    let text = |description: &str| {
        map([
            ("type", Node::text("string")),
            ("minLength", Node::Leaf(1.into())),
            ("description", Node::text(description)),
        ])
    };
    let required = ["specversion", "id", "source", "type", "tenantid", "data"];
    map([
        ("type", Node::text("object")),
        (
            "description",
            Node::text("The envelope. Other attributes are ignored."),
        ),
        (
            "properties",
            map([
                ("specversion", map([("const", Node::text("1.0"))])),
                (
                    "id",
                    text("Unique together with source; the AMQP message_id carries it too."),
                ),
                ("source", text("Who sent it.")),
                (
                    "type",
                    text("Full protobuf message name of the data; also the routing key."),
                ),
                (
                    "subject",
                    text("Ordering key. Absent: the Intrro candidate the data is about."),
                ),
                (
                    "time",
                    map([
                        ("type", Node::text("string")),
                        ("format", Node::text("date-time")),
                        (
                            "description",
                            Node::text(
                                "When it happened; in whole seconds, the AMQP timestamp of what the bridge sends.",
                            ),
                        ),
                    ]),
                ),
                ("tenantid", text("Whose event it is.")),
                (
                    "datacontenttype",
                    map([("const", Node::text("application/json"))]),
                ),
                (
                    "traceparent",
                    text("W3C trace context; the AMQP header of that name wins."),
                ),
                ("data", map([("type", Node::text("object"))])),
            ]),
        ),
        ("required", required.map(Node::text).to_vec().into()),
    ])
}
